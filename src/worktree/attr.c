#include "worktree/attr.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/strmap.h"
#include "git/config.h"
#include "git/repository.h"
#include "worktree/attr_files.h"
#include "worktree/attr_rules.h"
#include "worktree/pattern.h"
#include "worktree/rulefile.h"

const char attr_true[] = "set";
const char attr_false[] = "unset";

/* One file's rules; `below` are those of less precedence. */
struct attr_frame {
	struct attr_rules rules;
	size_t above; /* length of the directory's path with its slash */
	const struct attr_frame *below;
	struct attr_frame *made_before;
};

enum {
	FRAME_BUILTIN,
	FRAME_SYSTEM,
	FRAME_USER,
	FRAME_TOP,
	FRAME_INFO,
	FRAME_NR,
};

struct macro {
	const struct attr_assignment *assignments;
	size_t nr;
};

struct attr {
	struct attr_files files;
	bool fold;

	/* In rising precedence; those of directories are above FRAME_TOP. */
	struct attr_frame fixed[FRAME_NR];
	struct attr_names names;
	struct macro *macros; /* for each name */
	atomic_bool says_something;
	const struct strlist *limit; /* where there are files; NULL: look */

	pthread_mutex_t lock; /* for what follows */
	bool ready;	      /* macros are known, names closed */
	enum rulefile_stars stars;
	struct attr_frame *made;
	struct strmap dirs; /* "a/b/" to the frame that counts there */
};

/* Read the rules in `text` (emptied); `macros`: they may define some. */
static int read_rules(struct attr *attr, struct buf *text,
		      enum attr_rules_source source, bool macros,
		      struct attr_rules *out, struct error *err)
{
	int ret = 0;

	if (!text->len)
		return 0;
	attr_rules_parse(out, text, source, macros, &attr->names);
	/* Which git it is only matters where there are such patterns. */
	if (out->tail_stars)
		ret = rulefile_ask_stars(&attr->stars, err);
	if (ret >= 0 && attr->stars == RULEFILE_STARS_NEW)
		attr_rules_new_stars(out);
	return ret;
}

static int read_user_files(struct attr *attr, struct error *err)
{
	static const struct {
		int frame;
		enum attr_user_file file;
	} files[] = {
		{FRAME_SYSTEM, ATTR_FILE_SYSTEM},
		{FRAME_USER, ATTR_FILE_USER},
		{FRAME_INFO, ATTR_FILE_INFO},
	};
	struct buf text = BUF_INIT;
	int ret;

	buf_addstr(&text, "[attr]binary -diff -merge -text\n");
	ret = read_rules(attr, &text, ATTR_RULES_FILE, true,
			 &attr->fixed[FRAME_BUILTIN].rules, err);
	for (size_t i = 0; i < ARRAY_SIZE(files) && ret >= 0; i++) {
		ret = attr_files_read_user(&attr->files, files[i].file, &text,
					   err);
		if (ret >= 0)
			ret = read_rules(attr, &text, ATTR_RULES_FILE, true,
					 &attr->fixed[files[i].frame].rules,
					 err);
		buf_release(&text);
	}
	return ret;
}

/* The top's .gitattributes is the last file that may define macros. */
static int read_top(struct attr *attr, struct error *err)
{
	enum attr_rules_source source;
	struct attr_rules rules = {0};
	struct buf text = BUF_INIT;
	int ret = attr_files_read(&attr->files, ".gitattributes", &text,
				  &source, err);

	if (ret >= 0)
		ret = read_rules(attr, &text, source, true, &rules, err);
	if (ret < 0)
		attr_rules_release(&rules);
	else
		attr->fixed[FRAME_TOP].rules = rules;
	buf_release(&text);
	return ret;
}

/* The last definition in the file of highest precedence counts. */
static void define_macros(struct attr *attr)
{
	attr->macros = xcalloc(attr->names.nr, sizeof(*attr->macros));
	for (size_t i = 0; i < FRAME_NR; i++) {
		struct attr_rules *rules = &attr->fixed[i].rules;
		size_t kept = 0;

		for (size_t k = 0; k < rules->nr; k++) {
			const struct attr_rule *rule = &rules->rules[k];

			if (rule->is_macro)
				attr->macros[rule->macro] = (struct macro){
					rules->assignments + rule->first,
					rule->nr};
			else
				rules->rules[kept++] = *rule;
		}
		rules->nr = kept;
	}
}

/* From here on only the names that are asked for and the macros matter. */
static void close_names(struct attr *attr)
{
	bool *wanted = xcalloc(attr->names.nr, sizeof(*wanted));
	uint32_t *renumber = xcalloc(attr->names.nr, sizeof(*renumber)), nr = 0;

	for (size_t i = 0; i < FRAME_NR; i++) {
		const struct attr_rules *rules = &attr->fixed[i].rules;

		for (size_t k = 0; k < rules->nr; k++)
			if (rules->rules[k].is_macro)
				wanted[rules->rules[k].macro] = true;
	}
	for (uint32_t i = 0; i < attr->names.nr; i++)
		renumber[i] = i < ATTR_NR || wanted[i] ? nr++ : ATTR_DROPPED;
	attr_names_close(&attr->names, renumber);
	for (size_t i = 0; i < FRAME_NR; i++)
		attr_rules_renumber(&attr->fixed[i].rules, renumber);
	free(renumber);
	free(wanted);
}

static int make_ready(struct attr *attr, struct error *err)
{
	struct attr_frame *fixed = attr->fixed;
	int ret = read_top(attr, err);

	if (ret < 0)
		return ret;
	close_names(attr);
	define_macros(attr);
	fixed[FRAME_TOP].below = &fixed[FRAME_USER];
	fixed[FRAME_USER].below = &fixed[FRAME_SYSTEM];
	for (size_t i = 0; i < FRAME_NR; i++)
		if (fixed[i].rules.nr)
			attr->says_something = true;
	attr->ready = true;
	return 0;
}

int attr_open(struct attr **out, struct repository *repo,
	      const struct index *index, int top_fd, enum attr_source source,
	      struct error *err)
{
	struct attr *attr = xcalloc(1, sizeof(*attr));
	int ret;

	attr->files = (struct attr_files){
		.repo = repo,
		.index = index,
		.top_fd = top_fd,
		.source = source,
	};
	pthread_mutex_init(&attr->lock, NULL);
	attr_names_init(&attr->names);
	ret = config_get_bool(repo->config, "core.ignorecase", false,
			      &attr->fold, err);
	if (ret >= 0)
		ret = read_user_files(attr, err);
	if (ret >= 0 && source == ATTR_WORKTREE)
		ret = make_ready(attr, err);
	if (ret < 0)
		attr_free(attr);
	else
		*out = attr;
	return ret;
}

void attr_free(struct attr *attr)
{
	if (!attr)
		return;
	while (attr->made) {
		struct attr_frame *frame = attr->made;

		attr->made = frame->made_before;
		attr_rules_release(&frame->rules);
		free(frame);
	}
	for (size_t i = 0; i < FRAME_NR; i++)
		attr_rules_release(&attr->fixed[i].rules);
	attr_names_release(&attr->names);
	strmap_release(&attr->dirs, NULL);
	attr_files_release(&attr->files);
	free(attr->macros);
	pthread_mutex_destroy(&attr->lock);
	free(attr);
}

int attr_set_file(struct attr *attr, const char *path, const char *text,
		  size_t len, struct error *err)
{
	if (attr->files.source != ATTR_BLOBS || attr->ready)
		return error_set(err, ERR_FAILED,
				 "attributes of '%s' come too late", path);
	attr_files_give(&attr->files, path, text, len);
	attr->says_something = true;
	return 0;
}

void attr_limit(struct attr *attr, const struct strlist *dirs)
{
	attr->limit = dirs;
}

/* The frame of `dir` ("a/b/"), or `parent` where there are no rules. */
static struct attr_frame *open_frame(struct attr *attr, const char *dir,
				     struct attr_frame *parent,
				     struct error *err)
{
	struct attr_frame *frame = NULL;
	struct attr_rules rules = {0};
	enum attr_rules_source source;
	struct buf text = BUF_INIT;
	char *path;
	int ret;

	if (attr->limit && !strlist_sorted_has(attr->limit, dir))
		return parent;
	path = xstrfmt("%s.gitattributes", dir);
	ret = attr_files_read(&attr->files, path, &text, &source, err);
	if (ret >= 0)
		ret = read_rules(attr, &text, source, false, &rules, err);
	buf_release(&text);
	free(path);
	if (ret < 0 || !rules.nr) {
		attr_rules_release(&rules);
		return ret < 0 ? NULL : parent;
	}
	frame = xcalloc(1, sizeof(*frame));
	frame->rules = rules;
	frame->above = strlen(dir);
	frame->below = parent;
	frame->made_before = attr->made;
	attr->made = frame;
	attr->says_something = true;
	return frame;
}

/* The frame of highest precedence for `path`; reads what was not read yet. */
static struct attr_frame *find_frame(struct attr *attr, const char *path,
				     struct error *err)
{
	struct attr_frame *frame = &attr->fixed[FRAME_TOP];
	const char *slash = strrchr(path, '/');
	struct attr_frame *known;
	struct buf dir = BUF_INIT;

	if (!slash)
		return frame;
	buf_add(&dir, path, (size_t)(slash - path) + 1);
	known = strmap_get(&attr->dirs, dir.ptr);
	if (known) {
		frame = known;
		goto done;
	}
	slash = path;
	while (frame && (slash = strchr(slash, '/'))) {
		slash++;
		buf_reset(&dir);
		buf_add(&dir, path, (size_t)(slash - path));
		known = strmap_get(&attr->dirs, dir.ptr);
		frame = known ? known : open_frame(attr, dir.ptr, frame, err);
		if (frame && !known)
			strmap_put(&attr->dirs, dir.ptr, frame);
	}
done:
	buf_release(&dir);
	return frame;
}

/* A lookup under way. What has a value keeps it. */
struct lookup {
	const struct attr *attr;
	const char **values;
	size_t missing; /* how many of enum attr_name have none yet */
	struct macro *stack;
};

static const char no_value_yet[] = "";

/*
 * Assign from the last to the first; a macro that becomes true is expanded on
 * the spot. Each can be so only once, so the stack is no deeper than names.
 */
static void assign(struct lookup *lookup, struct macro said)
{
	size_t depth = 1;

	lookup->stack[0] = said;
	while (depth && lookup->missing) {
		struct macro *now = &lookup->stack[depth - 1];
		const struct attr_assignment *next;

		if (!now->nr) {
			depth--;
			continue;
		}
		next = &now->assignments[--now->nr];
		if (lookup->values[next->attr] != no_value_yet)
			continue;
		lookup->values[next->attr] = next->value;
		lookup->missing -= next->attr < ATTR_NR;
		if (next->value == attr_true)
			lookup->stack[depth++] =
				lookup->attr->macros[next->attr];
	}
}

static void apply_frame(struct lookup *lookup, const struct attr_frame *frame,
			const struct pattern_path *path)
{
	const struct attr_rules *rules = &frame->rules;

	for (size_t i = rules->nr; i-- > 0 && lookup->missing;) {
		const struct attr_rule *rule = &rules->rules[i];

		if (pattern_may_match(&rule->pattern, path) &&
		    pattern_matches(&rule->pattern, path, frame->above))
			assign(lookup,
			       (struct macro){rules->assignments + rule->first,
					      rule->nr});
	}
}

int attr_lookup(struct attr *attr, const char *path, struct attr_values *out,
		struct error *err)
{
	struct lookup lookup = {.attr = attr, .missing = ATTR_NR};
	const struct attr_frame *frame = NULL;
	struct pattern_path subject =
		pattern_path(path, strlen(path), false, attr->fold);

	pthread_mutex_lock(&attr->lock);
	if (attr->ready || make_ready(attr, err) >= 0)
		frame = find_frame(attr, path, err);
	pthread_mutex_unlock(&attr->lock);
	if (!frame)
		return err->code;

	lookup.values = xcalloc(attr->names.nr, sizeof(*lookup.values));
	lookup.stack = xcalloc(attr->names.nr + 1, sizeof(*lookup.stack));
	for (size_t i = 0; i < attr->names.nr; i++)
		lookup.values[i] = no_value_yet;
	apply_frame(&lookup, &attr->fixed[FRAME_INFO], &subject);
	for (; frame; frame = frame->below)
		apply_frame(&lookup, frame, &subject);
	for (size_t i = 0; i < ATTR_NR; i++)
		out->value[i] = lookup.values[i] == no_value_yet
					? NULL
					: lookup.values[i];
	free(lookup.stack);
	free(lookup.values);
	return 0;
}

bool attr_is_empty(const struct attr *attr)
{
	return !attr->says_something;
}
