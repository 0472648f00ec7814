#include "cmd/command.h"

#include "base/strlist.h"
#include "core/agent/agent_install.h"
#include "core/hook/decoration.h"
#include "core/hook/hooks.h"
#include "core/record/json.h"
#include "git/config.h"
#include "git/repository.h"
#include "ui/options.h"
#include "ui/output.h"

struct words {
	const char *agent;
	bool decoration;
};

struct verb {
	const char *name;
	int (*run)(struct command_context *context, const struct words *words,
		   struct error *err);
};

/* -- what is said -------------------------------------------------------- */

static void print_hooks(struct output *output, const struct hooks *hooks)
{
	for (size_t i = 0; i < hooks->nr; i++) {
		const struct hook *hook = &hooks->items[i];
		struct json *doc;

		if (!output->json) {
			output_say(output, "  %-14s %s\n", hook->name,
				   hook_state_name(hook->state));
			continue;
		}
		doc = json_object_new();
		json_set_string(doc, "hook", hook->name);
		json_set_path(doc, "path", hook->path);
		json_set_string(doc, "state", hook_state_name(hook->state));
		json_set_bool(doc, "changed", hook->changed);
		output_json(output, doc);
		json_free(doc);
	}
}

static void print_agent(struct output *output, const char *agent,
			bool installed, const struct strlist *changed)
{
	struct json *doc = json_object_new(), *paths;

	json_set_string(doc, "agent", agent);
	json_set_bool(doc, "installed", installed);
	paths = json_set_array(doc, "paths");
	for (size_t i = 0; i < changed->nr; i++)
		json_add_path(paths, changed->items[i]);
	output_json(output, doc);
	json_free(doc);
}

/* Which agents are set up. */
static int print_agents(struct output *output, struct repository *repo,
			struct error *err)
{
	static const struct strlist none = STRLIST_INIT;
	int ret = 0;

	for (size_t i = 0; agent_names[i] && !ret; i++) {
		bool is = false;

		ret = agent_is_installed(repo, agent_names[i], &is, err);
		if (!ret && output->json)
			print_agent(output, agent_names[i], is, &none);
		else if (!ret)
			output_say(output, "  %-14s %s\n", agent_names[i],
				   is ? "set up" : "missing");
	}
	return ret;
}

/* What is good to know of where they are. */
static void say_surroundings(struct output *output, struct repository *repo,
			     const struct hooks *hooks)
{
	const char *manager = hooks->manager;

	if (config_get(repo->config, "alias.checkpoint"))
		output_warn(output,
			    "there is an alias 'checkpoint': it is never used "
			    "while git-checkpoint is in PATH");
	if (hooks->shared)
		output_warn(output,
			    "core.hooksPath is '%s': other repositories that "
			    "use it have these hooks, too",
			    hooks->dir);
	if (!manager)
		return;
	if (!strcmp(manager, "husky"))
		output_hint(output,
			    "husky runs the files in '%s', which are the "
			    "project's: it is for you to commit these or not",
			    hooks->dir);
	else
		output_hint(output,
			    "%s writes hooks here, too: after it has written "
			    "them anew, 'git checkpoint hooks install' again",
			    manager);
}

/* -- the subcommands ----------------------------------------------------- */

/* Of an agent alone: --agent names it. */
static int change_agent(struct command_context *context, const char *agent,
			bool wanted, struct error *err)
{
	struct output *output = context->output;
	struct strlist changed = STRLIST_INIT;
	int ret = wanted ? agent_install(context->repo, agent, &changed, err)
			 : agent_uninstall(context->repo, agent, &changed, err);

	if (!ret && output->json)
		print_agent(output, agent, wanted, &changed);
	if (!ret) {
		output_say(output, "%s is %s\n", agent,
			   wanted ? "set up" : "as it was");
		for (size_t i = 0; i < changed.nr; i++)
			output_say(output, "  %s\n", changed.items[i]);
	}
	strlist_release(&changed);
	return ret;
}

static int install(struct command_context *context, const struct words *words,
		   struct error *err)
{
	struct output *output = context->output;
	struct hooks hooks = {0};
	int ret;

	if (words->agent)
		return change_agent(context, words->agent, true, err);
	ret = hooks_install(context->repo, &hooks, err);

	if (!ret && words->decoration)
		ret = decoration_exclude(context->repo, err);
	if (!ret) {
		output_say(output, "Hooks are installed in %s\n", hooks.dir);
		print_hooks(output, &hooks);
		say_surroundings(output, context->repo, &hooks);
	}
	hooks_release(&hooks);
	return ret;
}

static int uninstall(struct command_context *context, const struct words *words,
		     struct error *err)
{
	struct output *output = context->output;
	struct strlist changed = STRLIST_INIT;
	struct hooks hooks = {0};
	int ret;

	if (words->agent)
		return change_agent(context, words->agent, false, err);
	ret = hooks_uninstall(context->repo, &hooks, err);
	if (!ret)
		ret = decoration_include(context->repo, err);
	if (!ret)
		ret = agent_uninstall_all(context->repo, &changed, err);
	if (!ret) {
		output_say(output, "Hooks are removed\n");
		if (output->json)
			print_hooks(output, &hooks);
		for (size_t i = 0; i < changed.nr; i++)
			output_say(output, "  %s\n", changed.items[i]);
	}
	strlist_release(&changed);
	hooks_release(&hooks);
	return ret;
}

static int status(struct command_context *context, const struct words *words,
		  struct error *err)
{
	struct output *output = context->output;
	struct hooks hooks = {0};
	int ret = hooks_look(context->repo, &hooks, err);

	(void)words;
	if (!ret) {
		output_say(output, "Hooks in %s\n", hooks.dir);
		print_hooks(output, &hooks);
		output_say(output, "Agents\n");
		ret = print_agents(output, context->repo, err);
		say_surroundings(output, context->repo, &hooks);
	}
	hooks_release(&hooks);
	return ret;
}

static const struct verb verbs[] = {
	{"install", install},
	{"uninstall", uninstall},
	{"status", status},
};

static int read_options(struct words *words, struct output *output, int argc,
			const char **argv, const struct verb **verb,
			struct error *err)
{
	const char *const usage[] = {
		"git checkpoint hooks install [<options>]",
		"git checkpoint hooks uninstall [<options>]",
		"git checkpoint hooks status [<options>]",
		NULL,
	};
	const struct option table[] = {
		OPT_STRING(0, "agent", &words->agent, "name",
			   "claude-code, codex, gemini or generic, in place of "
			   "git"),
		OPT_FLAG(0, "exclude-decoration", &words->decoration,
			 "keep names of checkpoints out of 'git log', too"),
		OPT_OUTPUT(output),
		OPT_END,
	};
	const struct options options = {usage, table, 0};
	struct arguments args;
	size_t at;

	if (options_parse(&options, argc, argv, &args, err) < 0)
		return err->code;
	if (options_subcommand(&options, &args, verbs, ARRAY_SIZE(verbs),
			       sizeof(*verbs), &at, err) < 0)
		return err->code;
	*verb = &verbs[at];
	if (args.nr > 1)
		return options_error(&options, err, "too many arguments");
	if (words->decoration && (*verb)->run != install)
		return options_error(&options, err,
				     "--exclude-decoration is for 'install'");
	if (words->agent && (*verb)->run == status)
		return options_error(
			&options, err,
			"--agent is for 'install' and 'uninstall'");
	if (words->agent && words->decoration)
		return options_error(&options, err,
				     "--exclude-decoration has nothing to do "
				     "with agents");
	return 0;
}

int cmd_hooks(struct command_context *context, int argc, const char **argv,
	      struct error *err)
{
	struct words words = {0};
	const struct verb *verb = NULL;
	int ret = read_options(&words, context->output, argc, argv, &verb, err);

	return ret < 0 ? ret : verb->run(context, &words, err);
}
