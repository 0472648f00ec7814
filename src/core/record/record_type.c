#include "core/record/record.h"

static const char *const names[TYPE_NR] = {
	[TYPE_UNKNOWN] = NULL,
	[TYPE_SESSION_START] = "session_start",
	[TYPE_TASK_COMPLETE] = "task_complete",
	[TYPE_PHASE_COMPLETE] = "phase_complete",
	[TYPE_SUBTASK_COMPLETE] = "subtask_complete",
	[TYPE_SPRINT_COMPLETE] = "sprint_complete",
	[TYPE_AUTO] = "auto",
	[TYPE_MANUAL] = "manual",
	[TYPE_BEFORE_RISKY_OPERATION] = "before_risky_operation",
	[TYPE_ERROR_RECOVERY] = "error_recovery",
	[TYPE_INTERRUPTED] = "interrupted",
	[TYPE_SESSION_END] = "session_end",
	[TYPE_PRE_RESTORE] = "pre_restore",
};

const char *checkpoint_type_name(enum checkpoint_type type)
{
	return names[type];
}

enum checkpoint_type checkpoint_type_parse(const char *name)
{
	for (int type = TYPE_UNKNOWN + 1; type < TYPE_NR; type++)
		if (!strcmp(name, names[type]))
			return (enum checkpoint_type)type;
	return TYPE_UNKNOWN;
}

bool checkpoint_type_is_automatic(enum checkpoint_type type)
{
	return type != TYPE_MANUAL && type != TYPE_UNKNOWN;
}
