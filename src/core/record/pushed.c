#include "core/record/pushed.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checksum.h"
#include "core/record/json_file.h"
#include "git/repository.h"

#define MAX_BYTES (64u << 20)
#define KEY_DIGITS 16

char *pushed_key(const char *url)
{
	char sum[65];

	checksum_sha256_hex(url, strlen(url), sum);
	return xstrndup(sum, KEY_DIGITS);
}

void pushed_release(struct pushed *pushed)
{
	free(pushed->raw);
	strlist_release(&pushed->gone);
	*pushed = (struct pushed){0};
}

static char *path_of(const struct repository *repo, const char *key,
		     const char *session)
{
	char *name = xstrfmt("checkpoint.d/pushed/%s/%s", key, session);
	char *path = repository_common_path(repo, name);

	free(name);
	return path;
}

static void read_manifest(const struct json *doc, struct pushed *out)
{
	const char *hex = json_get_string(doc, "manifest");
	struct buf raw = BUF_INIT;

	if (json_get_int(doc, "number", &out->number) && out->number > 0 &&
	    hex && strlen(hex) == OID_HEXSZ && oid_parse(&out->manifest, hex) &&
	    json_get_path(doc, "commit", &raw))
		out->raw = buf_detach(&raw);
	buf_release(&raw);
}

void pushed_read(const struct repository *repo, const char *key,
		 const char *session, struct pushed *out)
{
	char *path = path_of(repo, key, session);
	struct json *doc = json_file_find(path, MAX_BYTES);

	*out = (struct pushed){.gone = STRLIST_INIT};
	if (doc) {
		read_manifest(doc, out);
		JSON_FOR_EACH (item, json_get(doc, "gone")) {
			if (json_as_string(item))
				strlist_add(&out->gone, json_as_string(item));
		}
		strlist_sort(&out->gone);
	}
	json_free(doc);
	free(path);
}

int pushed_write(const struct repository *repo, const char *key,
		 const char *session, const struct pushed *pushed,
		 struct error *err)
{
	char *path = path_of(repo, key, session);
	struct json *doc = json_object_new(), *gone;
	char hex[OID_HEXSZ + 1];
	int ret;

	json_set_int(doc, "number", pushed->number);
	json_set_string(doc, "manifest", oid_hex(&pushed->manifest, hex));
	if (pushed->raw)
		json_set_path(doc, "commit", pushed->raw);
	gone = json_set_array(doc, "gone");
	for (size_t i = 0; i < pushed->gone.nr; i++)
		json_add_string(gone, pushed->gone.items[i]);
	ret = json_file_replace(path, doc, err);
	json_free(doc);
	free(path);
	return ret;
}
