#include "core/record/json.h"

#include <cjson/cJSON.h>

#include "base/alloc.h"
#include "base/text.h"
#include "core/record/json_scan.h"

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The error for `key`, twice in the object that is the value of `where`. */
static int duplicate_key(const char *key, const char *where, struct error *err)
{
	struct buf text = BUF_INIT;
	int ret;

	buf_addstr(&text, "duplicate key '");
	text_printable(&text, key);
	if (where) {
		buf_addstr(&text, "' in '");
		text_printable(&text, where);
	}
	ret = error_set(err, ERR_INVALID, "%s'", text.ptr);
	buf_release(&text);
	return ret;
}

static int check_object_keys(const cJSON *object, struct error *err)
{
	size_t nr = 0, i = 0;
	char **keys;
	int ret = 0;

	for (const cJSON *item = object->child; item; item = item->next)
		nr++;
	if (nr < 2)
		return 0;
	keys = xmalloc(array_bytes(nr, sizeof(*keys)));
	for (const cJSON *item = object->child; item; item = item->next)
		keys[i++] = item->string;
	qsort(keys, nr, sizeof(*keys), compare_keys);
	for (i = 1; i < nr && !ret; i++)
		if (!strcmp(keys[i - 1], keys[i]))
			ret = duplicate_key(keys[i], object->string, err);
	free(keys);
	return ret;
}

/* What is left to do once cJSON has made the nodes. */
struct finish {
	const struct json_numbers *unusual;
	size_t next;	/* in `unusual` */
	size_t ordinal; /* of the number that comes next */
	struct error *err;
};

static int finish_node(cJSON *item, struct finish *f)
{
	if (item->type == cJSON_Number) {
		const struct json_numbers *list = f->unusual;

		if (f->next < list->nr &&
		    list->items[f->next].ordinal == f->ordinal) {
			item->type = cJSON_Raw;
			item->valuestring = xstrndup(list->items[f->next].text,
						     list->items[f->next].len);
			f->next++;
		}
		f->ordinal++;
	}
	if (item->type == cJSON_Object && check_object_keys(item, f->err) < 0)
		return ERR_INVALID;
	for (cJSON *child = item->child; child; child = child->next)
		if (finish_node(child, f) < 0)
			return ERR_INVALID;
	return 0;
}

static int parse(struct json **out, const char *text, size_t len, size_t limit,
		 unsigned max_depth, struct error *err)
{
	struct json_numbers unusual = {NULL, 0, 0};
	struct finish finish = {&unusual, 0, 0, err};
	cJSON *root = NULL;
	int ret;

	*out = NULL;
	if (len > limit)
		return error_set(err, ERR_INVALID, "larger than %zu bytes",
				 limit);
	ret = json_scan(text, len, max_depth, &unusual, err);
	if (ret < 0)
		goto done;
	root = cJSON_ParseWithLength(text, len);
	if (!root) {
		ret = error_set(err, ERR_FAILED, "cJSON does not parse this");
		goto done;
	}
	ret = finish_node(root, &finish);
	if (ret < 0)
		goto done;
	*out = (struct json *)root;
	root = NULL;
done:
	cJSON_Delete(root);
	free(unusual.items);
	return ret;
}

int json_parse(struct json **out, const char *text, size_t len, size_t limit,
	       struct error *err)
{
	return parse(out, text, len, limit, JSON_MAX_DEPTH, err);
}

int json_parse_embedded(struct json **out, const char *text, size_t len,
			size_t limit, struct error *err)
{
	return parse(out, text, len, limit, JSON_MAX_DEPTH_EMBEDDED, err);
}
