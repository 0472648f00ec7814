#include "ui/verified.h"

#include "base/buf.h"
#include "base/text.h"
#include "core/record/json.h"
#include "core/verify/verify.h"
#include "ui/output.h"

static bool is_ok(const struct verified *verified, bool repaired)
{
	for (size_t i = 0; i < verified->nr; i++)
		if (verified->problems[i].kind != VERIFY_NOTE || !repaired)
			return false;
	return true;
}

static void print_json(struct output *output,
		       const struct checkpoint *checkpoint,
		       const struct verified *verified, bool repaired)
{
	struct json *doc = json_object_new();
	struct json *problems;

	json_set_string(doc, "id", checkpoint->id);
	json_set_path(doc, "ref", checkpoint->ref);
	json_set_bool(doc, "ok", is_ok(verified, repaired));
	json_set_bool(doc, "restorable", !verified_has(verified, VERIFY_LOST));
	json_set_bool(doc, "repaired", repaired);
	problems = json_set_array(doc, "problems");
	for (size_t i = 0; i < verified->nr; i++)
		if (verified->problems[i].kind != VERIFY_NOTE || !repaired)
			json_add_string(problems, verified->problems[i].text);
	output_json(output, doc);
	json_free(doc);
}

static const char *word_for(const struct verified *verified, bool repaired)
{
	if (verified_has(verified, VERIFY_LOST) ||
	    verified_has(verified, VERIFY_WRONG))
		return "damaged";
	if (verified_has(verified, VERIFY_HERE))
		return "not whole here";
	if (verified_has(verified, VERIFY_NOTE))
		return repaired ? "repaired" : "needs repair";
	return "ok";
}

void verified_print(struct output *output, const struct checkpoint *checkpoint,
		    const struct verified *verified, bool repaired)
{
	bool ok = is_ok(verified, repaired);

	if (output->json) {
		print_json(output, checkpoint, verified, repaired);
		return;
	}
	if (ok && output->quiet)
		return;
	output_print(output, "%s%s%s: %s\n", output_color(output, COLOR_YELLOW),
		     checkpoint->id, output_color(output, COLOR_RESET),
		     word_for(verified, repaired));
	for (size_t i = 0; i < verified->nr; i++) {
		struct buf text = BUF_INIT;

		text_printable(&text, verified->problems[i].text);
		if (repaired && verified->problems[i].kind == VERIFY_NOTE)
			buf_addstr(&text, "; it was made again");
		output_print(output, "  %s\n", text.ptr);
		buf_release(&text);
	}
}
