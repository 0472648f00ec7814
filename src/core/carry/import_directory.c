#include "core/carry/import.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/path.h"
#include "base/strmap.h"
#include "core/carry/import_record.h"
#include "core/carry/import_session.h"
#include "core/carry/old_work.h"
#include "core/record/journal.h"
#include "core/record/json.h"
#include "core/record/session.h"
#include "core/record/stored.h"
#include "core/verify/verify.h"
#include "git/pack.h"
#include "git/process.h"
#include "git/ref.h"
#include "git/repository.h"

struct taking {
	struct repository *repo;
	const struct import_request *request;
	struct imported *out;
	struct old_work *work;
	struct pack *pack;
	struct strmap names; /* refs of this import */
	size_t first;	     /* the first item that is of this directory */
};

static bool is_there(const char *dir, const char *name)
{
	char *path = path_join(dir, name);
	struct stat st;
	bool found = !stat(path, &st);

	free(path);
	return found;
}

/* -- records ------------------------------------------------------------- */

static struct import_item *add_item(struct taking *taking, const char *file,
				    enum import_state state, const char *reason)
{
	struct import_item *item = imported_add(taking->out);

	item->file = xstrdup(file);
	item->state = state;
	item->reason = xstrdup_or_null(reason);
	return item;
}

static void set_name(struct import_item *item, const struct record *record)
{
	item->name.session = xstrdup(record->session_id);
	item->name.id = xstrdup(record->id);
	item->name.ref =
		checkpoint_ref(CHECKPOINT_REFS, record->session_id, record->id);
}

/* Whether what has the name was imported, too: then it is the same. */
static int compare_with_there(struct taking *taking, struct import_item *item,
			      struct error *err)
{
	struct stored stored;
	int ret =
		ref_read(taking->repo, item->name.ref, &item->name.commit, err);

	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		return 0;
	}
	if (ret < 0)
		return ret;
	ret = stored_open(taking->repo, &item->name, &stored, err);
	if (!ret && json_get(stored.record.unknown, "imported")) {
		item->state = IMPORT_PRESENT;
	} else {
		item->state = IMPORT_REFUSED;
		item->reason = xstrfmt("another checkpoint of this name is at "
				       "%s",
				       item->name.ref);
	}
	stored_release(&stored);
	error_release(err);
	return 0;
}

static int take_record(struct taking *taking, struct old_record *old,
		       struct error *err)
{
	struct import_item *item =
		add_item(taking, old->file, IMPORT_NEW, NULL);
	int ret;

	set_name(item, &old->record);
	if (strmap_put(&taking->names, item->name.ref, item)) {
		item->state = IMPORT_REFUSED;
		item->reason = xstrdup("there is another file of this "
				       "checkpoint");
		return 0;
	}
	ret = compare_with_there(taking, item, err);
	if (ret < 0 || item->state != IMPORT_NEW)
		return ret;
	ret = import_record_write(taking->repo, taking->pack, old,
				  &item->name.commit, err);
	/* What is wrong with one ends only that. */
	if (ret == ERR_INVALID || ret == ERR_NOT_FOUND) {
		item->state = IMPORT_REFUSED;
		item->reason = xstrdup(err->text);
		error_release(err);
		ret = 0;
	}
	return ret;
}

static int adopt_sessions(struct taking *taking, struct error *err)
{
	const struct old_work *work = taking->work;
	struct strlist here = STRLIST_INIT, names = STRLIST_INIT;
	int ret = session_names_everywhere(taking->repo, &here, err);

	strlist_sort(&here);
	for (size_t i = 0; i < work->nr_sessions; i++)
		if (!strlist_sorted_has(&here, work->sessions[i].name))
			strlist_add(&names, work->sessions[i].name);
	if (!ret && names.nr)
		ret = session_adopt(taking->repo, &names, err);
	strlist_release(&here);
	strlist_release(&names);
	return ret;
}

/* Notes, then refs: whoever finds the checkpoint finds its note. */
static int publish(struct taking *taking, struct error *err)
{
	struct checkpoint_list list = CHECKPOINT_LIST_INIT;
	struct imported *out = taking->out;
	int ret = 0;

	for (size_t i = taking->first; i < out->nr; i++)
		if (out->items[i].state == IMPORT_NEW)
			checkpoint_list_add(&list, &out->items[i].name);
	if (list.nr)
		ret = verify_repair(taking->repo, &list, err);
	for (size_t i = taking->first; !ret && i < out->nr; i++) {
		struct import_item *item = &out->items[i];

		if (item->state != IMPORT_NEW)
			continue;
		ret = ref_update(taking->repo, item->name.ref,
				 &item->name.commit, NULL, err);
		if (ret == ERR_CHANGED) {
			item->state = IMPORT_REFUSED;
			item->reason = xstrdup(err->text);
			error_release(err);
			ret = 0;
		}
	}
	checkpoint_list_release(&list);
	return ret;
}

static int take_records(struct taking *taking, struct error *err)
{
	const struct import_request *request = taking->request;
	struct old_work *work = taking->work;
	int ret = pack_open(&taking->pack, taking->repo, err);

	for (size_t i = 0; !ret && i < work->nr; i++) {
		ret = take_record(taking, &work->records[i], err);
		if (request->tick)
			request->tick(request->tick_context, i + 1, work->nr);
	}
	if (!ret)
		ret = pack_finish(taking->pack, err);
	if (!ret)
		ret = adopt_sessions(taking, err);
	if (!ret)
		ret = publish(taking, err);
	pack_free(taking->pack);
	return ret;
}

static int take_sessions(struct taking *taking, struct error *err)
{
	const struct old_work *work = taking->work;
	int ret = 0;

	for (size_t i = 0; ret >= 0 && i < work->nr_sessions; i++) {
		ret = import_session_write(taking->repo, &work->sessions[i],
					   err);
		if (ret > 0)
			taking->out->sessions++;
	}
	return ret < 0 ? ret : 0;
}

/* -- options ------------------------------------------------------------- */

/* Whether the repository's own configuration says just that. */
static int is_set(const struct repository *repo,
		  const struct old_option *option, bool *out, struct error *err)
{
	const char *const argv[] = {"config", "--local", "--get-all",
				    option->key, NULL};
	const struct git_command command = {.repo = repo, .argv = argv};
	struct strlist values = STRLIST_INIT;
	struct buf text = BUF_INIT;
	int status, ret = git_run(&command, &text, &status, err);

	error_release(err);
	strlist_split(&values, text.ptr, '\n');
	*out = !ret && !status && values.nr == option->values.nr;
	for (size_t i = 0; *out && i < values.nr; i++)
		*out = !strcmp(values.items[i], option->values.items[i]);
	strlist_release(&values);
	buf_release(&text);
	return ret;
}

static int set_option(const struct repository *repo,
		      const struct old_option *option, struct error *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < option->values.nr; i++)
		ret = git_ask(repo, NULL, err, "config", "--local",
			      i ? "--add" : "--replace-all", option->key,
			      option->values.items[i], NULL);
	return ret;
}

static int take_options(struct taking *taking, struct error *err)
{
	const struct old_work *work = taking->work;
	int ret = 0;

	for (size_t i = 0; !ret && i < work->nr_options; i++) {
		const struct old_option *option = &work->options[i];
		bool set = false;

		ret = is_set(taking->repo, option, &set, err);
		if (ret < 0 || set)
			continue;
		if (taking->request->config)
			ret = set_option(taking->repo, option, err);
		for (size_t j = 0; j < option->values.nr; j++)
			strlist_addf(&taking->out->options, "%s=%s",
				     option->key, option->values.items[j]);
	}
	return ret;
}

/* -- the directories ----------------------------------------------------- */

static void report(struct taking *taking)
{
	const struct old_work *work = taking->work;

	for (size_t i = 0; i < work->nr_problems; i++)
		add_item(taking, work->problems[i].file, IMPORT_REFUSED,
			 work->problems[i].reason);
	for (size_t i = 0; i < work->unmapped.nr; i++)
		strlist_add(&taking->out->notes, work->unmapped.items[i]);
}

static int take(struct repository *repo, const struct import_request *request,
		const char *dir,
		int (*read)(struct old_work *work, struct error *err),
		struct imported *out, struct error *err)
{
	struct old_work work;
	struct taking taking = {
		.repo = repo,
		.request = request,
		.out = out,
		.work = &work,
		.names = STRMAP_INIT,
		.first = out->nr,
	};
	int ret;

	old_work_init(&work, dir);
	ret = read(&work, err);
	if (!ret && work.nr)
		ret = take_records(&taking, err);
	else if (!ret)
		ret = adopt_sessions(&taking, err);
	if (!ret)
		ret = take_sessions(&taking, err);
	if (!ret)
		ret = take_options(&taking, err);
	if (!ret)
		report(&taking);
	strmap_release(&taking.names, NULL);
	old_work_release(&work);
	return ret;
}

static bool is_aiwf(const char *dir)
{
	return is_there(dir, "checkpoints") ||
	       is_there(dir, "yolo-state.json") ||
	       is_there(dir, "yolo-config.yaml") ||
	       is_there(dir, "current-session.json");
}

static bool is_skillpack(const char *dir)
{
	return is_there(dir, "current") || is_there(dir, "history") ||
	       is_there(dir, ".skillpackrc");
}

/* The directory itself, or what is in it; more than one may be. */
static int take_all(struct repository *repo,
		    const struct import_request *request, struct imported *out,
		    struct error *err)
{
	static const struct {
		const char *name;
		bool (*is_it)(const char *dir);
		int (*read)(struct old_work *work, struct error *err);
	} kinds[] = {
		{".aiwf", is_aiwf, old_work_read_aiwf},
		{".skillpack", is_skillpack, old_work_read_skillpack},
	};
	size_t found = 0;
	int ret = 0;

	for (size_t i = 0; !ret && i < ARRAY_SIZE(kinds); i++) {
		char *inside = path_join(request->path, kinds[i].name);

		if (kinds[i].is_it(inside)) {
			found++;
			ret = take(repo, request, inside, kinds[i].read, out,
				   err);
		}
		free(inside);
	}
	for (size_t i = 0; !ret && !found && i < ARRAY_SIZE(kinds); i++) {
		if (!kinds[i].is_it(request->path))
			continue;
		found++;
		ret = take(repo, request, request->path, kinds[i].read, out,
			   err);
	}
	if (ret < 0 || found)
		return ret;
	error_set(err, ERR_NOT_FOUND, "there is nothing to import in '%s'",
		  request->path);
	return error_hint(err, "a directory is '.aiwf', '.skillpack', or one "
			       "that holds such");
}

int import_directory(struct repository *repo,
		     const struct import_request *request, struct imported *out,
		     struct error *err)
{
	*out = (struct imported){.notes = STRLIST_INIT};
	if (journal_refuse(repo, err) < 0)
		return err->code;
	return take_all(repo, request, out, err);
}
