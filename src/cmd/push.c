#include "cmd/command.h"

#include "core/remote/push.h"
#include "core/remote/push_queue.h"
#include "core/remote/remote_choice.h"
#include "git/remote.h"
#include "ui/options.h"
#include "ui/output.h"
#include "ui/pushed.h"
#include "ui/searched.h"

static const char *const push_usage[] = {
	"git checkpoint push [<options>] [<remote>] [<session>...]",
	NULL,
};

static int read_options(struct push_request *request, struct output *output,
			struct arguments *args, int argc, const char **argv,
			struct error *err)
{
	const struct option table[] = {
		OPT_FLAG(0, "all", &request->all,
			 "those of every type, automatic ones too"),
		OPT_FLAG('n', "dry-run", &request->dry_run,
			 "print what would be pushed, and push nothing"),
		OPT_OUTPUT(output),
		OPT_END,
	};
	const struct options options = {push_usage, table, 0};

	return options_parse(&options, argc, argv, args, err);
}

/* What the remote refused is a failure, with the remote's words. */
static int conclude(const struct push *push, struct error *err)
{
	for (size_t i = 0; i < push->nr; i++) {
		const struct push_session *session = &push->sessions[i];

		if (!session->refused)
			continue;
		error_set(err, ERR_FAILED, "'%s' refused session '%s': %s",
			  push->remote, session->name, session->refused);
		if (strstr(session->refused, "hidden"))
			error_hint(err, "the remote's transfer.hideRefs or "
					"receive.hideRefs names "
					"refs/checkpoints");
		error_hint(err, "'git config checkpoint.remote <name>' chooses "
				"another remote for checkpoints");
		return err->code;
	}
	/* Warnings have named what could not be read. */
	for (size_t i = 0; i < push->nr; i++)
		if (push->sessions[i].unreadable.nr)
			return err->code = ERR_REFUSED;
	return 0;
}

static int run(struct command_context *context,
	       const struct push_request *asked, struct push *push,
	       struct error *err)
{
	struct push_request request = *asked;
	struct searching searching;
	int ret;

	if (!context->output->quiet)
		request.flags = REMOTE_PROGRESS;
	searching_start(&searching, context->output);
	request.searched = searching_tick;
	request.context = &searching;
	ret = push_run(context->repo, &request, push, err);
	searching_stop(&searching, &push->secrets);
	/* What an automatic one could not do is done, or said. */
	if (!ret && !request.dry_run)
		push_queue_forget_failure(context->repo);
	return ret;
}

int cmd_push(struct command_context *context, int argc, const char **argv,
	     struct error *err)
{
	struct push_request request = {0};
	struct strlist sessions = STRLIST_INIT;
	struct arguments args;
	struct push push = {0};
	char *remote = NULL;
	int ret =
		read_options(&request, context->output, &args, argc, argv, err);

	if (!ret)
		ret = remote_choose(context->repo, args.items, args.nr, &remote,
				    &sessions, err);
	if (!ret) {
		request.remote = remote;
		request.sessions = &sessions;
		ret = run(context, &request, &push, err);
	}
	if (!ret) {
		pushed_print(context->output, &push, request.dry_run);
		ret = conclude(&push, err);
	}
	push_release(&push);
	strlist_release(&sessions);
	free(remote);
	return ret;
}
