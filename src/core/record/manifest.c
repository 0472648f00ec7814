#include "core/record/manifest.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/sorted.h"
#include "core/record/id.h"
#include "core/record/line.h"
#include "core/record/record_text.h"

#define PREFIX "manifest-"

void manifest_release(struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->nr; i++) {
		free(manifest->items[i].id);
		free(manifest->items[i].type);
	}
	free(manifest->items);
	free(manifest->session);
	*manifest = (struct manifest)MANIFEST_INIT;
}

int64_t manifest_number(const char *name)
{
	int64_t number = 0;

	if (strncmp(name, PREFIX, strlen(PREFIX)))
		return 0;
	name += strlen(PREFIX);
	/* 15 digits are more than there will be, and never too large. */
	if (*name == '0' || strlen(name) > 15)
		return 0;
	for (; *name; name++) {
		if (*name < '0' || *name > '9')
			return 0;
		number = number * 10 + (*name - '0');
	}
	return number;
}

/* -- items --------------------------------------------------------------- */

static int compare_id(const void *id, const void *item)
{
	return id_compare(id, ((const struct manifest_item *)item)->id);
}

/* Where `id` is, or would be. */
static size_t position(const struct manifest *manifest, const char *id)
{
	return sorted_place(id, manifest->items, manifest->nr,
			    sizeof(*manifest->items), compare_id);
}

const struct manifest_item *manifest_find(const struct manifest *manifest,
					  const char *id)
{
	size_t at = position(manifest, id);

	if (at == manifest->nr || strcmp(manifest->items[at].id, id) != 0)
		return NULL;
	return &manifest->items[at];
}

void manifest_add(struct manifest *manifest, const char *id, const char *type,
		  int64_t time_ms, const struct oid *commit)
{
	size_t at = position(manifest, id);
	struct manifest_item item = {.time_ms = time_ms, .commit = *commit};

	if (at < manifest->nr && !strcmp(manifest->items[at].id, id))
		return;
	item.id = xstrdup(id);
	item.type = xstrdup(type);
	ARRAY_GROW(manifest->items, manifest->nr, manifest->alloc);
	memmove(&manifest->items[at + 1], &manifest->items[at],
		(manifest->nr - at) * sizeof(item));
	manifest->items[at] = item;
	manifest->nr++;
}

void manifest_remove(struct manifest *manifest, const char *id)
{
	size_t at = position(manifest, id);

	if (at == manifest->nr || strcmp(manifest->items[at].id, id) != 0)
		return;
	free(manifest->items[at].id);
	free(manifest->items[at].type);
	manifest->nr--;
	memmove(&manifest->items[at], &manifest->items[at + 1],
		(manifest->nr - at) * sizeof(*manifest->items));
}

/* -- the text ------------------------------------------------------------ */

void manifest_format(const struct manifest *manifest, struct buf *out)
{
	char hex[OID_HEXSZ + 1];

	buf_addf(out, "manifest 1\n\nsession %s\n", manifest->session);
	if (!oid_is_zero(&manifest->previous))
		buf_addf(out, "previous %s\n",
			 oid_hex(&manifest->previous, hex));
	for (size_t i = 0; i < manifest->nr; i++) {
		const struct manifest_item *item = &manifest->items[i];

		buf_addf(out, "checkpoint %s %s ", item->id, item->type);
		clock_rfc3339(out, item->time_ms);
		buf_addf(out, " %s\n", oid_hex(&item->commit, hex));
	}
}

static int read_session(struct line_reader *reader, struct manifest *out,
			struct error *err)
{
	const char *keyword, *name;
	int got = line_next(reader, err);

	/* An empty line, as behind the subject of any commit. */
	if (got > 0 && *reader->rest)
		return line_error(reader, err);
	if (got > 0)
		got = line_next(reader, err);
	if (got < 0)
		return got;
	keyword = got ? line_field(reader) : NULL;
	name = keyword ? line_field(reader) : NULL;
	if (!name || strcmp(keyword, "session") != 0 || reader->rest ||
	    !session_name_is_valid(name))
		return line_error(reader, err);
	out->session = xstrdup(name);
	return 0;
}

static int read_checkpoint(struct line_reader *reader, struct manifest *out,
			   struct error *err)
{
	const char *id = line_field(reader);
	const char *type = id ? line_field(reader) : NULL;
	const char *time = type ? line_field(reader) : NULL;
	struct manifest_item item = {0};

	if (!time || !checkpoint_id_is_valid(id) ||
	    !record_text_is_valid(FIELD_TYPE, type) ||
	    !clock_parse_rfc3339(time, &item.time_ms))
		return line_error(reader, err);
	if (line_oid(reader, &item.commit, err) < 0)
		return err->code;
	/* In order, each once. */
	if (reader->rest || oid_is_zero(&item.commit) ||
	    (out->nr && id_compare(out->items[out->nr - 1].id, id) >= 0))
		return line_error(reader, err);
	item.id = xstrdup(id);
	item.type = xstrdup(type);
	ARRAY_GROW(out->items, out->nr, out->alloc);
	out->items[out->nr++] = item;
	return 0;
}

static int read_line(struct line_reader *reader, struct manifest *out,
		     struct error *err)
{
	const char *keyword = line_field(reader);

	if (keyword && !strcmp(keyword, "checkpoint"))
		return read_checkpoint(reader, out, err);
	if (keyword && !strcmp(keyword, "previous") && !out->nr &&
	    oid_is_zero(&out->previous)) {
		if (line_oid(reader, &out->previous, err) < 0)
			return err->code;
		if (!reader->rest && !oid_is_zero(&out->previous))
			return 0;
	}
	return line_error(reader, err);
}

/* What can be written otherwise, as times and ids can, has one valid form. */
static int check_form(const struct manifest *manifest, const char *text,
		      size_t len, struct error *err)
{
	struct buf again = BUF_INIT;

	manifest_format(manifest, &again);
	return line_check_form("manifest", text, len, &again, err);
}

int manifest_parse(struct manifest *out, const char *text, size_t len,
		   struct error *err)
{
	struct line_reader reader;
	int got;

	*out = (struct manifest)MANIFEST_INIT;
	line_reader_init(&reader, "manifest", text, len);
	got = line_expect_version(&reader, 1, err);
	if (!got)
		got = read_session(&reader, out, err);
	while (!got && (got = line_next(&reader, err)) > 0)
		got = read_line(&reader, out, err);
	line_reader_release(&reader);
	if (!got)
		got = check_form(out, text, len, err);
	if (got < 0)
		manifest_release(out);
	return got;
}
