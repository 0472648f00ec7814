#include "core/record/index_extra.h"

#include "base/alloc.h"
#include "base/path.h"
#include "core/record/line.h"
#include "git/tree.h"

void index_extra_init(struct index_extra *extra)
{
	*extra = (struct index_extra){.version = 2};
}

void index_extra_release(struct index_extra *extra)
{
	free(extra->stages);
	free(extra->intents);
	free(extra->flags);
	arena_release(&extra->arena);
	index_extra_init(extra);
}

#define ADD_ENTRY(extra, kind, entry, oid, stat)                               \
	do {                                                                   \
		struct index_entry *added;                                     \
                                                                               \
		ARRAY_GROW((extra)->kind, (extra)->nr_##kind,                  \
			   (extra)->alloc_##kind);                             \
		added = &(extra)->kind[(extra)->nr_##kind++];                  \
		*added = (entry);                                              \
		index_entry_fill(added, &(extra)->arena, (entry).path,         \
				 (entry).path_len, (oid), (stat));             \
	} while (0)

static const struct oid no_id;

void index_extra_collect(struct index_extra *out, const struct index *index)
{
	const uint8_t lasting = INDEX_ASSUME_UNCHANGED | INDEX_SKIP_WORKTREE;

	index_extra_init(out);
	if (index->exists)
		out->version = index->version;
	if (!index->nr_stages &&
	    !(index->flags & (lasting | INDEX_INTENT_TO_ADD)))
		return;
	for (size_t i = 0; i < index->nr; i++) {
		struct index_entry entry = index->entries[i];
		const struct index_stat stat = index_entry_stat(&entry);

		if (entry.stage)
			ADD_ENTRY(out, stages, entry, index_entry_oid(&entry),
				  &stat);
		else if (entry.flags & INDEX_INTENT_TO_ADD)
			ADD_ENTRY(out, intents, entry, index_entry_oid(&entry),
				  &stat);
		entry.flags &= lasting;
		if (!entry.stage && entry.flags)
			ADD_ENTRY(out, flags, entry, &no_id, NULL);
	}
}

static void end_with_path(struct buf *out, const char *path)
{
	path_escape(out, path, strlen(path));
	buf_addch(out, '\n');
}

void index_extra_write(const struct index_extra *extra, struct buf *out)
{
	char hex[OID_HEXSZ + 1];

	buf_addf(out, "index-extra 1\nversion %u\n", extra->version);
	for (size_t i = 0; i < extra->nr_stages; i++) {
		const struct index_entry *entry = &extra->stages[i];

		buf_addf(out, "stage %d %06o %s ", entry->stage, entry->mode,
			 oid_hex(index_entry_oid(entry), hex));
		end_with_path(out, entry->path);
	}
	for (size_t i = 0; i < extra->nr_intents; i++) {
		buf_addf(out, "intent %06o ", extra->intents[i].mode);
		end_with_path(out, extra->intents[i].path);
	}
	for (size_t i = 0; i < extra->nr_flags; i++) {
		uint8_t flags = extra->flags[i].flags;

		buf_addf(out, "flags %s%s ",
			 flags & INDEX_ASSUME_UNCHANGED ? "a" : "",
			 flags & INDEX_SKIP_WORKTREE ? "s" : "");
		end_with_path(out, extra->flags[i].path);
	}
}

static int read_entry(struct line_reader *reader, struct index_entry *entry,
		      struct error *err)
{
	entry->path = line_worktree_path(reader, err);
	if (!entry->path)
		return err->code;
	entry->path_len = (uint32_t)strlen(entry->path);
	return 0;
}

/* One that an index may have. */
static int read_file_mode(struct line_reader *reader, struct index_entry *entry,
			  struct error *err)
{
	unsigned mode;

	if (line_octal(reader, 6, &mode, err) < 0)
		return err->code;
	if (mode != MODE_FILE && mode != MODE_EXEC && mode != MODE_LINK &&
	    mode != MODE_GITLINK)
		return line_error(reader, err);
	entry->mode = (uint16_t)mode;
	return 0;
}

static int read_stage(struct line_reader *reader, struct index_extra *extra,
		      struct error *err)
{
	const char *stage = line_field(reader);
	struct index_entry entry = {0};
	struct oid oid;

	if (!stage || stage[0] < '1' || stage[0] > '3' || stage[1])
		return line_error(reader, err);
	entry.stage = (uint8_t)(stage[0] - '0');
	if (read_file_mode(reader, &entry, err) < 0 ||
	    line_oid(reader, &oid, err) < 0 ||
	    read_entry(reader, &entry, err) < 0)
		return err->code;
	ADD_ENTRY(extra, stages, entry, &oid, NULL);
	free((char *)entry.path);
	return 0;
}

static int read_intent(struct line_reader *reader, struct index_extra *extra,
		       struct error *err)
{
	struct index_entry entry = {.flags = INDEX_INTENT_TO_ADD};

	if (read_file_mode(reader, &entry, err) < 0 ||
	    read_entry(reader, &entry, err) < 0)
		return err->code;
	ADD_ENTRY(extra, intents, entry, &no_id, NULL);
	free((char *)entry.path);
	return 0;
}

static int read_flags(struct line_reader *reader, struct index_extra *extra,
		      struct error *err)
{
	struct index_entry entry = {0};
	const char *letter = line_field(reader);

	for (; letter && *letter; letter++) {
		if (*letter == 'a')
			entry.flags |= INDEX_ASSUME_UNCHANGED;
		else if (*letter == 's')
			entry.flags |= INDEX_SKIP_WORKTREE;
		else
			return line_error(reader, err);
	}
	if (!entry.flags)
		return line_error(reader, err);
	if (read_entry(reader, &entry, err) < 0)
		return err->code;
	ADD_ENTRY(extra, flags, entry, &no_id, NULL);
	free((char *)entry.path);
	return 0;
}

static int read_version(struct line_reader *reader, struct index_extra *extra,
			struct error *err)
{
	int got = line_next(reader, err);
	const char *keyword, *number;

	if (got < 0)
		return got;
	keyword = got ? line_field(reader) : NULL;
	number = keyword ? line_field(reader) : NULL;
	if (!number || strcmp(keyword, "version") || number[0] < '2' ||
	    number[0] > '4' || number[1] || reader->rest)
		return line_error(reader, err);
	extra->version = (unsigned)(number[0] - '0');
	return 0;
}

static int read_line(struct line_reader *reader, struct index_extra *extra,
		     struct error *err)
{
	const char *keyword = line_field(reader);

	if (keyword && !strcmp(keyword, "stage"))
		return read_stage(reader, extra, err);
	if (keyword && !strcmp(keyword, "intent"))
		return read_intent(reader, extra, err);
	if (keyword && !strcmp(keyword, "flags"))
		return read_flags(reader, extra, err);
	return line_error(reader, err);
}

static bool is_sorted(const struct index_entry *entries, size_t nr)
{
	for (size_t i = 1; i < nr; i++) {
		int order = strcmp(entries[i - 1].path, entries[i].path);

		if (order > 0 ||
		    (!order && entries[i - 1].stage >= entries[i].stage))
			return false;
	}
	return true;
}

static int check_form(const struct index_extra *extra, const char *text,
		      size_t len, struct error *err)
{
	struct buf again = BUF_INIT;

	if (!is_sorted(extra->stages, extra->nr_stages) ||
	    !is_sorted(extra->intents, extra->nr_intents) ||
	    !is_sorted(extra->flags, extra->nr_flags))
		return line_form_error("index-extra", err);
	index_extra_write(extra, &again);
	return line_check_form("index-extra", text, len, &again, err);
}

int index_extra_read(struct index_extra *out, const char *text, size_t len,
		     struct error *err)
{
	struct line_reader reader;
	int got;

	index_extra_init(out);
	line_reader_init(&reader, "index-extra", text, len);
	got = line_expect_version(&reader, 1, err);
	if (!got)
		got = read_version(&reader, out, err);
	while (!got && (got = line_next(&reader, err)) > 0)
		got = read_line(&reader, out, err);
	line_reader_release(&reader);
	if (!got)
		got = check_form(out, text, len, err);
	if (got < 0)
		index_extra_release(out);
	return got;
}
