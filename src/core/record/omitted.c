#include "core/record/omitted.h"

#include "base/alloc.h"
#include "base/path.h"
#include "core/record/line.h"
#include "core/record/record.h"

void omitted_add(struct omitted *omitted, const char *path,
		 enum omit_reason reason, int64_t bytes)
{
	ARRAY_GROW(omitted->items, omitted->nr, omitted->alloc);
	omitted->items[omitted->nr++] =
		(struct omitted_path){xstrdup(path), reason, bytes};
}

static int compare(const void *a, const void *b)
{
	const struct omitted_path *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	return order ? order : (int)x->reason - (int)y->reason;
}

void omitted_sort(struct omitted *omitted)
{
	size_t kept = 0;

	if (omitted->nr)
		qsort(omitted->items, omitted->nr, sizeof(*omitted->items),
		      compare);
	for (size_t i = 0; i < omitted->nr; i++) {
		if (kept && !strcmp(omitted->items[kept - 1].path,
				    omitted->items[i].path))
			free(omitted->items[i].path);
		else
			omitted->items[kept++] = omitted->items[i];
	}
	omitted->nr = kept;
}

void omitted_release(struct omitted *omitted)
{
	for (size_t i = 0; i < omitted->nr; i++)
		free(omitted->items[i].path);
	free(omitted->items);
	*omitted = (struct omitted)OMITTED_INIT;
}

/* The first `len` bytes of `path`. */
static const struct omitted_path *find_exactly(const struct omitted *omitted,
					       const char *path, size_t len)
{
	size_t low = 0, high = omitted->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *there = omitted->items[middle].path;
		int order = strncmp(there, path, len);

		if (!order)
			order = (unsigned char)there[len];
		if (!order)
			return &omitted->items[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct omitted_path *omitted_find(const struct omitted *omitted,
					const char *path)
{
	const struct omitted_path *found =
		find_exactly(omitted, path, strlen(path));

	for (const char *slash = strchr(path, '/'); !found && slash;
	     slash = strchr(slash + 1, '/'))
		found = find_exactly(omitted, path, (size_t)(slash - path) + 1);
	return found;
}

void omitted_write(const struct omitted *omitted, struct buf *out)
{
	buf_addstr(out, "omitted 1\n");
	for (size_t i = 0; i < omitted->nr; i++) {
		const struct omitted_path *item = &omitted->items[i];

		buf_addstr(out, omit_reason_name(item->reason));
		if (item->bytes < 0)
			buf_addstr(out, " - ");
		else
			buf_addf(out, " %lld ", (long long)item->bytes);
		path_escape(out, item->path, strlen(item->path));
		buf_addch(out, '\n');
	}
}

static int read_bytes(const char *field, int64_t *out)
{
	char *end;

	*out = -1;
	if (!strcmp(field, "-"))
		return 0;
	if (*field < '0' || *field > '9')
		return -1;
	*out = strtoll(field, &end, 10);
	return *end ? -1 : 0;
}

int omitted_read(struct omitted *out, const char *text, size_t len,
		 struct error *err)
{
	struct line_reader reader;
	int got;

	*out = (struct omitted)OMITTED_INIT;
	line_reader_init(&reader, "omitted", text, len);
	got = line_expect_version(&reader, 1, err);
	while (!got && (got = line_next(&reader, err)) > 0) {
		const char *name = line_field(&reader);
		const char *size = name ? line_field(&reader) : NULL;
		int reason = size ? omit_reason_parse(name) : -1;
		int64_t bytes;
		char *path;

		if (reason < 0 || read_bytes(size, &bytes) < 0) {
			got = line_error(&reader, err);
			break;
		}
		path = line_path(&reader, err);
		got = path ? 0 : err->code;
		if (path)
			omitted_add(out, path, (enum omit_reason)reason, bytes);
		free(path);
	}
	line_reader_release(&reader);
	if (got < 0) {
		omitted_release(out);
		return got;
	}
	omitted_sort(out);
	return 0;
}

void omitted_count(const struct omitted *omitted, struct record *record)
{
	for (size_t i = 0; i < omitted->nr; i++)
		record_add_omitted(record,
				   omit_reason_name(omitted->items[i].reason),
				   1, omitted->items[i].bytes);
}
