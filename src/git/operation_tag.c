#include "git/operation_tag.h"

#include "base/alloc.h"
#include "git/object.h"
#include "git/operation.h"
#include "git/pack.h"
#include "git/process.h"
#include "git/tree.h"

/* More is no tag that somebody wrote. */
#define MAX_BYTES (16u << 20)

static void add(struct operation *out, const struct oid *oid, struct buf *text)
{
	ARRAY_GROW(out->tags, out->nr_tags, out->alloc_tags);
	out->tags[out->nr_tags++] = (struct operation_tag){*oid, *text};
	*text = (struct buf)BUF_INIT;
}

/* "object <id>" is its first line. */
static void find_target(const struct buf *text, struct oid *out)
{
	static const char label[] = "object ";
	const size_t len = sizeof(label) - 1;

	if (text->len <= len + OID_HEXSZ ||
	    memcmp(text->ptr, label, len) != 0 ||
	    !oid_parse(out, text->ptr + len))
		*out = (struct oid){{0}};
}

int operation_tag_read(struct repository *repo, const struct oid *oid,
		       struct operation *out, struct oid *target,
		       struct error *err)
{
	struct buf text = BUF_INIT;
	int ret = object_read(repo, oid, OBJECT_TAG, MAX_BYTES, &text, err);

	if (!ret) {
		find_target(&text, target);
		add(out, oid, &text);
	}
	buf_release(&text);
	return ret;
}

int operation_tag_add(struct operation *out, const struct oid *oid,
		      struct buf *text, struct error *err)
{
	char hex[OID_HEXSZ + 1];
	struct oid found;

	if (object_hash(&found, OBJECT_TAG, text->ptr, text->len, err) < 0)
		return err->code;
	if (!oid_equal(&found, oid))
		return error_set(err, ERR_INVALID,
				 "invalid checkpoint data: 'tags/%s' is "
				 "another tag",
				 oid_hex(oid, hex));
	add(out, oid, text);
	return 0;
}

int operation_tags_hold(const struct operation *operation, struct pack *pack,
			struct tree_builder *tree, struct error *err)
{
	for (size_t i = 0; i < operation->nr_tags; i++) {
		const struct operation_tag *tag = &operation->tags[i];
		char hex[OID_HEXSZ + 1], path[sizeof("tags/") + OID_HEXSZ];
		struct oid blob;

		if (pack_add(pack, OBJECT_BLOB, tag->text.ptr, tag->text.len,
			     &blob, err) < 0)
			return err->code;
		snprintf(path, sizeof(path), "tags/%s",
			 oid_hex(&tag->oid, hex));
		tree_builder_add(tree, path, MODE_FILE, &blob);
	}
	return 0;
}

static int make(struct repository *repo, const struct operation_tag *tag,
		struct error *err)
{
	static const char *const argv[] = {"hash-object", "-t",	     "tag",
					   "-w",	  "--stdin", NULL};
	const struct git_command command = {.repo = repo,
					    .argv = argv,
					    .input = tag->text.ptr,
					    .input_len = tag->text.len};
	char hex[OID_HEXSZ + 1];
	int status;

	if (git_run(&command, NULL, &status, err) < 0)
		return err->code;
	if (!status)
		return 0;
	error_release(err);
	return error_set(err, ERR_INVALID,
			 "invalid checkpoint data: 'tags/%s' is no tag",
			 oid_hex(&tag->oid, hex));
}

int operation_tags_make(struct repository *repo,
			const struct operation *operation, struct error *err)
{
	for (size_t i = 0; i < operation->nr_tags; i++)
		if (!object_exists(repo, &operation->tags[i].oid) &&
		    make(repo, &operation->tags[i], err) < 0)
			return err->code;
	return 0;
}
