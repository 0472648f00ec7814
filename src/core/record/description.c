#include "core/record/description.h"

#include "base/alloc.h"
#include "base/text.h"

static int refuse(struct error *err, const char *why)
{
	error_set(err, ERR_FAILED, "the description %s", why);
	return error_hint(err, "a description is one line; '--attach <file>' "
			       "keeps a longer text with the checkpoint");
}

int description_check(const char *text, struct error *err)
{
	size_t len = text ? strlen(text) : 0;

	if (len > DESCRIPTION_MAX_BYTES)
		return refuse(err, "is longer than 4096 bytes");
	if (!utf8_is_valid(text ? text : "", len))
		return refuse(err, "is not valid UTF-8");
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '\n' || c == '\r')
			return refuse(err, "has a line break in it");
		/* C1 controls are U+0080 to U+009F. */
		if (c < 0x20 || c == 0x7f ||
		    (c == 0xc2 && (unsigned char)text[i + 1] < 0xa0))
			return refuse(err, "has a control character in it");
	}
	return 0;
}

static const char *words_of(enum checkpoint_type type)
{
	switch (type) {
	case TYPE_SESSION_START:
		return "Session started";
	case TYPE_TASK_COMPLETE:
		return "Completed task";
	case TYPE_PHASE_COMPLETE:
		return "Completed phase";
	case TYPE_SUBTASK_COMPLETE:
		return "Completed subtask";
	case TYPE_SPRINT_COMPLETE:
		return "Completed sprint";
	case TYPE_AUTO:
		return "Automatic checkpoint";
	case TYPE_BEFORE_RISKY_OPERATION:
		return "Before a risky operation";
	case TYPE_ERROR_RECOVERY:
		return "After an error";
	case TYPE_INTERRUPTED:
		return "Interrupted";
	case TYPE_SESSION_END:
		return "Session ended";
	case TYPE_PRE_RESTORE:
		return "Before a restore";
	default:
		return "Checkpoint";
	}
}

char *description_or_default(const char *text, enum checkpoint_type type,
			     const char *task)
{
	if (text && *text)
		return xstrdup(text);
	if (task)
		return xstrfmt("%s %s", words_of(type), task);
	return xstrdup(words_of(type));
}
