#include "core/carry/old_work.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "core/record/json.h"

/* A year of minutes. */
#define MAX_MINUTES (366 * 24 * 60)
#define MAX_COUNT 1000000

enum option_value {
	VALUE_BOOL,
	VALUE_MINUTES, /* "15m" */
	VALUE_COUNT,
	VALUE_TYPES, /* a list of types, `interval`, `commit` */
};

static const struct {
	const char *theirs;
	const char *ours;
	enum option_value value;
} option_names[] = {
	{"auto_checkpoint", "checkpoint.auto", VALUE_BOOL},
	{"auto_save", "checkpoint.auto", VALUE_BOOL},
	{"enabled", "checkpoint.auto", VALUE_BOOL},
	{"interval_minutes", "checkpoint.interval", VALUE_MINUTES},
	{"save_interval_minutes", "checkpoint.interval", VALUE_MINUTES},
	{"max_checkpoints", "checkpoint.maxCheckpoints", VALUE_COUNT},
	{"checkpoint_on", "checkpoint.on", VALUE_TYPES},
	{"max_history", "checkpoint.maxHistory", VALUE_COUNT},
	{"verify_on_resume", "checkpoint.verifyOnResume", VALUE_BOOL},
	{"backup_count", "checkpoint.backupCount", VALUE_COUNT},
};

static struct old_option *option_of(struct old_work *work, const char *key,
				    const char *file)
{
	for (size_t i = 0; i < work->nr_options; i++)
		if (!strcmp(work->options[i].key, key))
			return NULL;
	ARRAY_GROW(work->options, work->nr_options, work->alloc_options);
	work->options[work->nr_options] = (struct old_option){
		.key = xstrdup(key),
		.file = xstrdup(file),
		.values = STRLIST_INIT,
	};
	return &work->options[work->nr_options++];
}

static bool is_type(const char *name)
{
	return checkpoint_type_parse(name) != TYPE_UNKNOWN ||
	       !strcmp(name, "interval") || !strcmp(name, "commit");
}

static bool read_types(const struct json *value, struct strlist *out)
{
	if (json_type(value) != JSON_ARRAY || !json_size(value))
		return false;
	JSON_FOR_EACH (item, value) {
		const char *name = json_as_string(item);

		if (!name || !is_type(name))
			return false;
		strlist_add(out, name);
	}
	return true;
}

/* The value in our words; false: it is none. */
static bool read_value(enum option_value kind, const struct json *value,
		       struct strlist *out)
{
	int64_t number;
	bool on;

	switch (kind) {
	case VALUE_BOOL:
		if (!json_as_bool(value, &on))
			return false;
		strlist_add(out, on ? "true" : "false");
		return true;
	case VALUE_MINUTES:
		if (!json_as_int(value, &number) || number < 1 ||
		    number > MAX_MINUTES)
			return false;
		strlist_addf(out, "%lldm", (long long)number);
		return true;
	case VALUE_COUNT:
		if (!json_as_int(value, &number) || number < 0 ||
		    number > MAX_COUNT)
			return false;
		strlist_addf(out, "%lld", (long long)number);
		return true;
	default:
		return read_types(value, out);
	}
}

/* Take one option over; false: it is none of ours. */
static bool take(struct old_work *work, const char *file, const char *theirs,
		 const struct json *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(option_names); i++) {
		struct strlist values = STRLIST_INIT;
		struct old_option *option;
		struct buf why = BUF_INIT;

		if (strcmp(option_names[i].theirs, theirs) != 0)
			continue;
		if (!read_value(option_names[i].value, value, &values)) {
			buf_addf(&why,
				 "option '%s' has a value that cannot be "
				 "taken over",
				 theirs);
			old_work_problem(work, file, why.ptr);
			buf_release(&why);
			strlist_release(&values);
			return true;
		}
		option = option_of(work, option_names[i].ours, file);
		if (!option)
			strlist_release(&values);
		else
			option->values = values;
		return true;
	}
	return false;
}

void old_work_options(struct old_work *work, const char *file,
		      const struct json *section)
{
	struct json *rest = json_object_new();

	JSON_FOR_EACH (item, section) {
		if (json_key(item) && !take(work, file, json_key(item), item))
			json_set_null(rest, json_key(item));
	}
	old_work_unmapped(work, file, rest);
	json_free(rest);
}
