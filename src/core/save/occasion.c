#include "core/save/occasion.h"

#include "base/clock.h"
#include "core/record/checkpoint.h"
#include "core/record/id.h"
#include "git/config.h"
#include "git/repository.h"

#define DEFAULT_INTERVAL_S (INT64_C(15) * 60)

/* A word of checkpoint.on: a type, or what stands for an occasion. */
static int check_word(const char *word, struct error *err)
{
	if (!strcmp(word, "interval") || !strcmp(word, "commit") ||
	    checkpoint_type_parse(word) != TYPE_UNKNOWN)
		return 0;
	return error_set(err, ERR_FAILED,
			 "bad value '%s' for 'checkpoint.on': want types of "
			 "checkpoints, 'interval' or 'commit'",
			 word);
}

/* All words, of all values; an empty value takes back those before it. */
static int read_words(const struct repository *repo, struct strlist *out,
		      bool *is_set, struct error *err)
{
	struct strlist values = STRLIST_INIT;
	int ret = 0;

	config_get_all(repo->config, "checkpoint.on", &values);
	*is_set = values.nr > 0;
	for (size_t i = 0; !ret && i < values.nr; i++) {
		char *at = values.items[i];

		if (!*at)
			strlist_release(out);
		while (!ret && *at) {
			size_t len = strcspn(at, ", \t");

			if (len) {
				strlist_addn(out, at, len);
				ret = check_word(out->items[out->nr - 1], err);
			}
			at += len + (at[len] != '\0');
		}
	}
	strlist_release(&values);
	return ret;
}

static int wants_word(const struct repository *repo, const char *word,
		      const char *other, bool fallback, bool *out,
		      struct error *err)
{
	struct strlist words = STRLIST_INIT;
	bool automatic, is_set = false;
	int ret = config_get_bool(repo->config, "checkpoint.auto", true,
				  &automatic, err);

	*out = false;
	if (!ret)
		ret = read_words(repo, &words, &is_set, err);
	if (!ret && automatic)
		*out = is_set ? strlist_has(&words, word) ||
					(other && strlist_has(&words, other))
			      : fallback;
	strlist_release(&words);
	return ret;
}

int occasion_wants(const struct repository *repo, enum checkpoint_type type,
		   bool *out, struct error *err)
{
	if (!checkpoint_type_is_automatic(type) || type == TYPE_PRE_RESTORE) {
		*out = true;
		return 0;
	}
	return wants_word(repo, checkpoint_type_name(type),
			  type == TYPE_AUTO ? "interval" : NULL, true, out,
			  err);
}

int occasion_wants_commit(const struct repository *repo, bool *out,
			  struct error *err)
{
	return wants_word(repo, "commit", NULL, false, out, err);
}

int occasion_interval(const struct repository *repo, int64_t *out,
		      struct error *err)
{
	return config_get_seconds(repo->config, "checkpoint.interval",
				  DEFAULT_INTERVAL_S, out, err);
}

int occasion_is_due(struct repository *repo, bool *out, struct error *err)
{
	struct checkpoint_list list = CHECKPOINT_LIST_INIT;
	int64_t interval, age;
	bool wanted;
	int ret;

	*out = false;
	if (occasion_wants(repo, TYPE_AUTO, &wanted, err) < 0 ||
	    occasion_interval(repo, &interval, err) < 0)
		return err->code;
	if (!wanted || !interval)
		return 0;
	ret = checkpoint_list_names(repo, SCOPE_WORKTREE, NULL, &list, err);
	if (!ret && list.nr) {
		age = clock_now_ms() - id_time(list.items[0].id);
		/* A clock that was set back says nothing of the age. */
		*out = age < 0 ? -age / 1000 >= interval
			       : age / 1000 >= interval;
	} else if (!ret) {
		*out = true;
	}
	checkpoint_list_release(&list);
	return ret;
}

int occasion_save(struct repository *repo, const struct save_options *options,
		  struct saved *out, bool *made, struct error *err)
{
	bool wanted;
	int ret;

	*out = (struct saved){0};
	record_init(&out->record);
	*made = false;
	ret = occasion_wants(repo, options->type, &wanted, err);
	if (ret < 0 || !wanted)
		return ret;
	saved_release(out);
	ret = save_checkpoint(repo, options, out, err);
	*made = !ret && !out->skipped && !out->was_there;
	return ret;
}

int occasion_tick(struct repository *repo, const struct save_options *options,
		  struct saved *out, bool *made, struct error *err)
{
	struct save_options automatic = *options;
	bool due;

	*out = (struct saved){0};
	record_init(&out->record);
	*made = false;
	if (occasion_is_due(repo, &due, err) < 0)
		return err->code;
	if (!due)
		return 0;
	automatic.type = TYPE_AUTO;
	automatic.key = NULL;
	saved_release(out);
	return occasion_save(repo, &automatic, out, made, err);
}
