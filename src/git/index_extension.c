#include "git/index_file.h"

#include "base/buf.h"

#define EXTENSION_HEAD 8

static int unknown(const unsigned char *name, struct error *err)
{
	struct buf text = BUF_INIT;
	int i;

	for (i = 0; i < 4; i++)
		buf_addf(&text,
			 name[i] > ' ' && name[i] < 127 ? "%c" : "\\x%02x",
			 name[i]);
	error_set(err, ERR_INVALID, "unknown mandatory extension '%s'",
		  text.ptr);
	buf_release(&text);
	return ERR_INVALID;
}

static int take(struct index_file *file, const unsigned char *name,
		const unsigned char *data, size_t len, struct error *err)
{
	struct index_part part = {data, len, true};

	if (!memcmp(name, "TREE", 4))
		file->tree = part;
	else if (!memcmp(name, "UNTR", 4))
		file->untracked_cache = true;
	else if (!memcmp(name, "FSMN", 4))
		file->fsmonitor = true;
	else if (!memcmp(name, "link", 4))
		file->link = part;
	else if (!memcmp(name, "sdir", 4))
		file->sparse = true;
	else if (name[0] < 'A' || name[0] > 'Z')
		return unknown(name, err);
	return 0;
}

int index_extensions_parse(struct index_file *file, size_t pos,
			   struct error *err)
{
	size_t end = file->len - OID_RAWSZ;

	while (pos < end) {
		const unsigned char *head = file->data + pos;
		size_t left = end - pos;
		size_t len;
		int ret;

		if (left < EXTENSION_HEAD)
			return error_set(err, ERR_INVALID,
					 "%zu bytes too many at the end", left);
		len = index_get32(head + 4);
		if (len > left - EXTENSION_HEAD)
			return error_set(err, ERR_INVALID,
					 "extension at %zu is cut", pos);
		ret = take(file, head, head + EXTENSION_HEAD, len, err);
		if (ret < 0)
			return ret;
		pos += EXTENSION_HEAD + len;
	}
	return 0;
}
