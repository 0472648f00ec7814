#include "core/record/worktree_extra.h"

#include "base/alloc.h"
#include "base/path.h"
#include "core/record/line.h"

void worktree_extra_init(struct worktree_extra *extra)
{
	*extra = (struct worktree_extra){
		.file_mode = 0644, .exec_mode = 0755, .dir_mode = 0755};
}

void worktree_extra_release(struct worktree_extra *extra)
{
	free(extra->empty_dirs.items);
	free(extra->modes.items);
	free(extra->conversions);
	strlist_release(&extra->present);
	arena_release(&extra->texts);
	worktree_extra_init(extra);
}

static const char *keep(struct worktree_extra *extra, const char *text)
{
	return arena_copy(&extra->texts, text, strlen(text));
}

static void add_mode(struct worktree_extra *extra, struct worktree_modes *modes,
		     const char *path, unsigned mode)
{
	ARRAY_GROW(modes->items, modes->nr, modes->alloc);
	modes->items[modes->nr++] =
		(struct worktree_mode){keep(extra, path), mode};
}

void worktree_extra_add_dir(struct worktree_extra *extra, const char *path,
			    unsigned mode)
{
	add_mode(extra, &extra->empty_dirs, path, mode);
}

void worktree_extra_add_mode(struct worktree_extra *extra, const char *path,
			     unsigned mode)
{
	add_mode(extra, &extra->modes, path, mode);
}

/* Mostly they are all alike. */
static const char *keep_conversion(struct worktree_extra *extra,
				   const char *text)
{
	const size_t nr = extra->nr_conversions;

	if (nr && !strcmp(extra->conversions[nr - 1].conversion, text))
		return extra->conversions[nr - 1].conversion;
	return keep(extra, text);
}

void worktree_extra_add_conversion(struct worktree_extra *extra,
				   const char *path, const char *conversion,
				   const struct oid *raw, bool keep_raw)
{
	const struct worktree_conversion added = {
		.path = keep(extra, path),
		.conversion = keep_conversion(extra, conversion),
		.raw = *raw,
		.keep_raw = keep_raw,
	};

	ARRAY_GROW(extra->conversions, extra->nr_conversions,
		   extra->alloc_conversions);
	extra->conversions[extra->nr_conversions++] = added;
}

static int compare_mode(const void *a, const void *b)
{
	return strcmp(((const struct worktree_mode *)a)->path,
		      ((const struct worktree_mode *)b)->path);
}

static int compare_conversion(const void *a, const void *b)
{
	return strcmp(((const struct worktree_conversion *)a)->path,
		      ((const struct worktree_conversion *)b)->path);
}

void worktree_extra_sort(struct worktree_extra *extra)
{
	if (extra->empty_dirs.nr)
		qsort(extra->empty_dirs.items, extra->empty_dirs.nr,
		      sizeof(struct worktree_mode), compare_mode);
	if (extra->modes.nr)
		qsort(extra->modes.items, extra->modes.nr,
		      sizeof(struct worktree_mode), compare_mode);
	if (extra->nr_conversions)
		qsort(extra->conversions, extra->nr_conversions,
		      sizeof(struct worktree_conversion), compare_conversion);
	strlist_sort(&extra->present);
}

/* -- writing ------------------------------------------------------------- */

static void end_with_path(struct buf *out, const char *path)
{
	path_escape(out, path, strlen(path));
	buf_addch(out, '\n');
}

void worktree_extra_write(const struct worktree_extra *extra, struct buf *out)
{
	char hex[OID_HEXSZ + 1];

	buf_addf(out, "worktree-extra 1\ndefault %04o %04o %04o\n",
		 extra->file_mode, extra->exec_mode, extra->dir_mode);
	for (size_t i = 0; i < extra->empty_dirs.nr; i++) {
		buf_addf(out, "dir %04o ", extra->empty_dirs.items[i].mode);
		end_with_path(out, extra->empty_dirs.items[i].path);
	}
	for (size_t i = 0; i < extra->modes.nr; i++) {
		buf_addf(out, "mode %04o ", extra->modes.items[i].mode);
		end_with_path(out, extra->modes.items[i].path);
	}
	for (size_t i = 0; i < extra->nr_conversions; i++) {
		const struct worktree_conversion *item = &extra->conversions[i];

		buf_addf(out, "convert %s %s\t", oid_hex(&item->raw, hex),
			 item->conversion);
		end_with_path(out, item->path);
	}
	for (size_t i = 0; i < extra->nr_conversions; i++) {
		if (!extra->conversions[i].keep_raw)
			continue;
		buf_addstr(out, "raw ");
		end_with_path(out, extra->conversions[i].path);
	}
	for (size_t i = 0; i < extra->present.nr; i++) {
		buf_addstr(out, "present ");
		end_with_path(out, extra->present.items[i]);
	}
}

/* -- reading ------------------------------------------------------------- */

static int read_mode(struct line_reader *reader, struct worktree_extra *extra,
		     struct worktree_modes *modes, struct error *err)
{
	unsigned mode;
	char *path;

	if (line_octal(reader, 4, &mode, err) < 0)
		return err->code;
	path = line_worktree_path(reader, err);
	if (!path)
		return err->code;
	add_mode(extra, modes, path, mode);
	free(path);
	return 0;
}

static int read_conversion(struct line_reader *reader,
			   struct worktree_extra *extra, struct error *err)
{
	struct oid raw;
	char *conversion, *tab, *path;

	if (line_oid(reader, &raw, err) < 0)
		return err->code;
	conversion = reader->rest;
	tab = conversion ? strchr(conversion, '\t') : NULL;
	if (!tab)
		return line_error(reader, err);
	*tab = '\0';
	reader->rest = tab + 1;
	path = line_worktree_path(reader, err);
	if (!path)
		return err->code;
	worktree_extra_add_conversion(extra, path, conversion, &raw, false);
	free(path);
	return 0;
}

static struct worktree_conversion *
find_conversion(const struct worktree_extra *extra, const char *path)
{
	struct worktree_conversion key = {.path = path};

	if (!extra->nr_conversions)
		return NULL;
	return bsearch(&key, extra->conversions, extra->nr_conversions,
		       sizeof(key), compare_conversion);
}

static int read_path_line(struct line_reader *reader, const char *keyword,
			  struct worktree_extra *extra, struct error *err)
{
	struct worktree_conversion *conversion;
	char *path = line_worktree_path(reader, err);

	if (!path)
		return err->code;
	if (!strcmp(keyword, "present")) {
		strlist_take(&extra->present, path);
		return 0;
	}
	/* The writer has put all `convert` lines, sorted, before. */
	conversion = find_conversion(extra, path);
	free(path);
	if (!conversion)
		return line_error(reader, err);
	conversion->keep_raw = true;
	return 0;
}

static int read_defaults(struct line_reader *reader,
			 struct worktree_extra *extra, struct error *err)
{
	int got = line_next(reader, err);
	const char *keyword = got > 0 ? line_field(reader) : NULL;

	if (got < 0)
		return got;
	if (!keyword || strcmp(keyword, "default"))
		return line_error(reader, err);
	if (line_octal(reader, 4, &extra->file_mode, err) < 0 ||
	    line_octal(reader, 4, &extra->exec_mode, err) < 0 ||
	    line_octal(reader, 4, &extra->dir_mode, err) < 0)
		return err->code;
	return reader->rest ? line_error(reader, err) : 0;
}

static int read_line(struct line_reader *reader, struct worktree_extra *extra,
		     struct error *err)
{
	const char *keyword = line_field(reader);

	if (!keyword)
		return line_error(reader, err);
	if (!strcmp(keyword, "dir"))
		return read_mode(reader, extra, &extra->empty_dirs, err);
	if (!strcmp(keyword, "mode"))
		return read_mode(reader, extra, &extra->modes, err);
	if (!strcmp(keyword, "convert"))
		return read_conversion(reader, extra, err);
	if (!strcmp(keyword, "raw") || !strcmp(keyword, "present"))
		return read_path_line(reader, keyword, extra, err);
	return line_error(reader, err);
}

static int check_form(const struct worktree_extra *extra, const char *text,
		      size_t len, struct error *err)
{
	struct buf again = BUF_INIT;

	worktree_extra_write(extra, &again);
	return line_check_form("worktree-extra", text, len, &again, err);
}

int worktree_extra_read(struct worktree_extra *out, const char *text,
			size_t len, struct error *err)
{
	struct line_reader reader;
	int got;

	worktree_extra_init(out);
	line_reader_init(&reader, "worktree-extra", text, len);
	got = line_expect_version(&reader, 1, err);
	if (!got)
		got = read_defaults(&reader, out, err);
	while (!got && (got = line_next(&reader, err)) > 0)
		got = read_line(&reader, out, err);
	line_reader_release(&reader);
	if (!got) {
		worktree_extra_sort(out);
		got = check_form(out, text, len, err);
	}
	if (got < 0)
		worktree_extra_release(out);
	return got;
}

/* -- look-ups ------------------------------------------------------------ */

const struct worktree_conversion *
worktree_extra_conversion(const struct worktree_extra *extra, const char *path)
{
	return find_conversion(extra, path);
}

const struct worktree_mode *
worktree_modes_find(const struct worktree_modes *modes, const char *path)
{
	struct worktree_mode key = {path, 0};

	if (!modes->nr)
		return NULL;
	return bsearch(&key, modes->items, modes->nr, sizeof(key),
		       compare_mode);
}

unsigned worktree_extra_mode(const struct worktree_extra *extra,
			     const char *path, bool executable)
{
	const struct worktree_mode *mode =
		worktree_modes_find(&extra->modes, path);
	size_t len = strlen(path);

	if (mode)
		return mode->mode;
	if (len && path[len - 1] == '/')
		return extra->dir_mode;
	return executable ? extra->exec_mode : extra->file_mode;
}
