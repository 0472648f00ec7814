#include "cmd/command.h"

#include "core/record/json.h"
#include "core/work/report.h"
#include "ui/options.h"
#include "ui/output.h"
#include "ui/progress.h"
#include "ui/reported.h"

static const char *const report_usage[] = {
	"git checkpoint report [<options>]",
	NULL,
};

static const char *const formats[] = {"text", "json", "markdown", "html", NULL};
enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_MARKDOWN, FORMAT_HTML };

struct reporting {
	struct report_request request;
	int period, format;
	bool detailed;
	bool remotes;
	bool show_progress;
	struct progress progress;
};

static int read_options(struct reporting *reporting, struct output *output,
			int argc, const char **argv, struct error *err)
{
	const struct option table[] = {
		OPT_CHOICE(0, "period", &reporting->period, report_period_names,
			   "period", "only this last day, week or month"),
		OPT_FLAG(0, "detailed", &reporting->detailed,
			 "add every checkpoint, and all of each task"),
		OPT_STRING(0, "sprint", &reporting->request.sprint, "sprint",
			   "only sessions of this sprint"),
		OPT_FLAG(0, "remotes", &reporting->remotes,
			 "those fetched from remotes"),
		OPT_CHOICE(0, "format", &reporting->format, formats, "format",
			   "how to print it"),
		OPT_OUTPUT(output),
		OPT_END,
	};
	const struct options options = {report_usage, table, 0};
	struct arguments args;

	if (options_parse(&options, argc, argv, &args, err) < 0)
		return err->code;
	if (args.nr)
		return options_error(&options, err, "too many arguments");
	if (output->json && reporting->format > FORMAT_JSON)
		return options_error(&options, err,
				     "--json and --format=%s cannot be used "
				     "together",
				     formats[reporting->format]);
	if (output->json)
		reporting->format = FORMAT_JSON;
	reporting->request.period = (enum report_period)reporting->period;
	reporting->request.scope =
		reporting->remotes ? SCOPE_REMOTES : SCOPE_WORKTREE;
	return 0;
}

static void tick(void *context, size_t total)
{
	struct reporting *reporting = context;

	if (!reporting->progress.title)
		progress_start(&reporting->progress, "Reading checkpoints",
			       total, reporting->show_progress);
	progress_tick(&reporting->progress, 1);
}

static void print(struct output *output, const struct reporting *reporting,
		  const struct report *report)
{
	struct buf page = BUF_INIT;
	struct json *doc;

	switch ((enum format)reporting->format) {
	case FORMAT_TEXT:
		reported_text(output, report, reporting->detailed);
		break;
	case FORMAT_JSON:
		doc = report_to_json(report, reporting->detailed);
		output_json(output, doc);
		json_free(doc);
		break;
	case FORMAT_MARKDOWN:
		reported_markdown(&page, report, reporting->detailed);
		break;
	case FORMAT_HTML:
		reported_html(&page, report, reporting->detailed);
		break;
	}
	output_write(output, page.ptr, page.len);
	buf_release(&page);
}

int cmd_report(struct command_context *context, int argc, const char **argv,
	       struct error *err)
{
	struct reporting reporting = {.period = REPORT_ALL};
	struct report report = {0};
	int ret;

	ret = read_options(&reporting, context->output, argc, argv, err);
	if (ret < 0)
		return ret;
	reporting.show_progress = !context->output->quiet;
	reporting.request.tick = tick;
	reporting.request.context = &reporting;
	ret = report_make(context->repo, &reporting.request, &report, err);
	if (reporting.progress.title)
		progress_stop(&reporting.progress);
	if (!ret && reporting.format == FORMAT_TEXT)
		ret = output_page(context->output, err);
	if (!ret)
		print(context->output, &reporting, &report);
	report_release(&report);
	return ret;
}
