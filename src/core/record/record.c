#include "core/record/record.h"

#include "base/alloc.h"
#include "core/record/json.h"
#include "core/record/record_field.h"
#include "git/ref_name.h"

static void init_fields(struct record *record, const struct field *field)
{
	for (; field->key; field++) {
		int64_t *number = field_of(record, field);

		if (field->kind == FIELD_GROUP)
			init_fields(record, field->members);
		else if (field->kind == FIELD_COUNT)
			*number = RECORD_UNKNOWN;
	}
}

void record_init(struct record *record)
{
	memset(record, 0, sizeof(*record));
	init_fields(record, record_fields);
	record->version = xstrdup(RECORD_VERSION);
}

static bool is_string(enum field_kind kind)
{
	return kind <= FIELD_DIGEST;
}

static void release_fields(struct record *record, const struct field *field)
{
	for (; field->key; field++) {
		void *member = field_of(record, field);

		if (is_string(field->kind))
			free(*(char **)member);
		else if (field->kind == FIELD_DOCUMENT)
			json_free(*(struct json **)member);
		else if (field->kind == FIELD_LIST)
			strlist_release(member);
		else if (field->kind == FIELD_GROUP)
			release_fields(record, field->members);
	}
}

void record_release(struct record *record)
{
	struct record_omitted *omitted = &record->snapshot.omitted;

	release_fields(record, record_fields);
	for (size_t i = 0; i < record->git.nr_refs; i++) {
		free(record->git.refs[i].name);
		free(record->git.refs[i].oid);
	}
	free(record->git.refs);
	for (size_t i = 0; i < omitted->nr_reasons; i++)
		free(omitted->reasons[i].reason);
	free(omitted->reasons);
	json_free(record->unknown);
	memset(record, 0, sizeof(*record));
}

enum checkpoint_type record_type(const struct record *record)
{
	return record->type_name ? checkpoint_type_parse(record->type_name)
				 : TYPE_UNKNOWN;
}

void record_set_type(struct record *record, enum checkpoint_type type)
{
	xstrdup_over(&record->type_name, checkpoint_type_name(type));
}

void record_set_head(struct record *record, const char *head,
		     const char *branch)
{
	xstrdup_over(&record->git_commit, head);
	xstrdup_over(&record->git.head, head);
	xstrdup_over(&record->branch, branch ? ref_name_short(branch) : NULL);
	xstrdup_over(&record->git.branch, branch);
	record->git.detached = !branch;
}

void record_add_ref(struct record *record, const char *name, const char *oid)
{
	struct record_git *git = &record->git;
	struct record_ref *ref;

	git->refs = xrealloc(git->refs,
			     array_bytes(git->nr_refs + 1, sizeof(*git->refs)));
	ref = &git->refs[git->nr_refs++];
	ref->name = xstrdup(name);
	ref->oid = xstrdup_or_null(oid);
}

/* The sum of two counts, either of which may be unknown. */
static int64_t add_counts(int64_t a, int64_t b)
{
	if (a == RECORD_UNKNOWN)
		return b;
	if (b == RECORD_UNKNOWN)
		return a;
	return a < INT64_MAX - b ? a + b : INT64_MAX;
}

/* The entry of `reason`, made in its place where there is none. */
static struct record_omitted_reason *find_reason(struct record_omitted *omitted,
						 const char *reason)
{
	struct record_omitted_reason *entry;
	size_t i = 0;

	while (i < omitted->nr_reasons &&
	       strcmp(omitted->reasons[i].reason, reason) < 0)
		i++;
	if (i < omitted->nr_reasons &&
	    !strcmp(omitted->reasons[i].reason, reason))
		return &omitted->reasons[i];
	omitted->reasons = xrealloc(omitted->reasons,
				    array_bytes(omitted->nr_reasons + 1,
						sizeof(*omitted->reasons)));
	entry = &omitted->reasons[i];
	memmove(entry + 1, entry, (omitted->nr_reasons - i) * sizeof(*entry));
	omitted->nr_reasons++;
	entry->reason = xstrdup(reason);
	entry->count = RECORD_UNKNOWN;
	entry->bytes = RECORD_UNKNOWN;
	return entry;
}

void record_add_omitted(struct record *record, const char *reason,
			int64_t count, int64_t bytes)
{
	struct record_omitted *omitted = &record->snapshot.omitted;
	struct record_omitted_reason *entry = find_reason(omitted, reason);

	entry->count = add_counts(entry->count, count);
	entry->bytes = add_counts(entry->bytes, bytes);
	omitted->count = add_counts(omitted->count, count);
	omitted->bytes = add_counts(omitted->bytes, bytes);
}
