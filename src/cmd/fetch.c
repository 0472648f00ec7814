#include "cmd/command.h"

#include "core/remote/fetch.h"
#include "core/remote/remote_choice.h"
#include "git/remote.h"
#include "ui/fetched.h"
#include "ui/options.h"
#include "ui/output.h"

static const char *const fetch_usage[] = {
	"git checkpoint fetch [<options>] [<remote>] [<session>...]",
	NULL,
};

static int read_options(struct fetch_request *request, struct output *output,
			struct arguments *args, int argc, const char **argv,
			struct error *err)
{
	const struct option table[] = {
		OPT_FLAG('p', "prune", &request->prune,
			 "drop those that the remote has no more"),
		OPT_OUTPUT(output),
		OPT_END,
	};
	const struct options options = {fetch_usage, table, 0};

	return options_parse(&options, argc, argv, args, err);
}

static bool has_remote(const struct repository *repo)
{
	struct strlist names = STRLIST_INIT;
	bool has;

	remote_names(repo, &names);
	has = names.nr > 0;
	strlist_release(&names);
	return has;
}

int cmd_fetch(struct command_context *context, int argc, const char **argv,
	      struct error *err)
{
	struct fetch_request request = {0};
	struct strlist sessions = STRLIST_INIT;
	struct arguments args;
	struct fetch fetch = {0};
	char *remote = NULL;
	int ret =
		read_options(&request, context->output, &args, argc, argv, err);

	/* Without any remote there may still be something of one to drop. */
	if (!ret && (args.nr || !request.prune || has_remote(context->repo)))
		ret = remote_choose(context->repo, args.items, args.nr, &remote,
				    &sessions, err);
	if (!ret) {
		request.remote = remote;
		request.sessions = &sessions;
		if (!context->output->quiet)
			request.flags = REMOTE_PROGRESS;
		ret = fetch_run(context->repo, &request, &fetch, err);
	}
	if (!ret)
		fetched_print(context->output, &fetch);
	/* Something there is not what it says: the warnings name it. */
	if (!ret && fetch.nr_refused)
		ret = err->code = ERR_REFUSED;
	fetch_release(&fetch);
	strlist_release(&sessions);
	free(remote);
	return ret;
}
