#include "core/agent/agent_event.h"

#include <ctype.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "core/record/json.h"

/* -- names --------------------------------------------------------------- */

static const char *const agents[] = {"claude-code", "codex", "gemini",
				     "generic"};

static const struct {
	const char *agent; /* NULL: every one */
	const char *name;
	enum agent_kind kind;
} kinds[] = {
	/* Claude Code; Codex has taken these over. */
	{"claude-code", "SessionStart", AGENT_SESSION_START},
	{"claude-code", "SessionEnd", AGENT_SESSION_END},
	{"claude-code", "UserPromptSubmit", AGENT_PROMPT},
	{"claude-code", "PreToolUse", AGENT_BEFORE_TOOL},
	{"claude-code", "PostToolUse", AGENT_AFTER_TOOL},
	{"claude-code", "PostToolUseFailure", AGENT_TOOL_FAILED},
	{"claude-code", "Stop", AGENT_STOP},
	{"claude-code", "StopFailure", AGENT_ERROR},
	{"claude-code", "SubagentStop", AGENT_SUBAGENT_STOP},
	{"claude-code", "TaskCompleted", AGENT_TASK_COMPLETED},
	{"claude-code", "PreCompact", AGENT_BEFORE_COMPACT},
	{"claude-code", "PostCompact", AGENT_AFTER_COMPACT},
	{"codex", "SessionStart", AGENT_SESSION_START},
	{"codex", "UserPromptSubmit", AGENT_PROMPT},
	{"codex", "PreToolUse", AGENT_BEFORE_TOOL},
	{"codex", "PostToolUse", AGENT_AFTER_TOOL},
	{"codex", "Stop", AGENT_STOP},
	{"codex", "StopFailure", AGENT_ERROR},
	{"codex", "SubagentStop", AGENT_SUBAGENT_STOP},
	{"codex", "PreCompact", AGENT_BEFORE_COMPACT},
	{"codex", "PostCompact", AGENT_AFTER_COMPACT},
	{"gemini", "SessionStart", AGENT_SESSION_START},
	{"gemini", "SessionEnd", AGENT_SESSION_END},
	{"gemini", "BeforeAgent", AGENT_PROMPT},
	{"gemini", "BeforeTool", AGENT_BEFORE_TOOL},
	{"gemini", "AfterTool", AGENT_AFTER_TOOL},
	{"gemini", "AfterAgent", AGENT_STOP},
	{"gemini", "PreCompress", AGENT_BEFORE_COMPACT},
	{NULL, "session-start", AGENT_SESSION_START},
	{NULL, "session-end", AGENT_SESSION_END},
	{NULL, "prompt", AGENT_PROMPT},
	{NULL, "before-tool", AGENT_BEFORE_TOOL},
	{NULL, "after-tool", AGENT_AFTER_TOOL},
	{NULL, "tool-failed", AGENT_TOOL_FAILED},
	{NULL, "stop", AGENT_STOP},
	{NULL, "subagent-stop", AGENT_SUBAGENT_STOP},
	{NULL, "task-completed", AGENT_TASK_COMPLETED},
	{NULL, "before-compact", AGENT_BEFORE_COMPACT},
	{NULL, "after-compact", AGENT_AFTER_COMPACT},
	{NULL, "error", AGENT_ERROR},
};

static bool is_same_name(const char *a, const char *b)
{
	for (;;) {
		while (*a == '-' || *a == '_')
			a++;
		while (*b == '-' || *b == '_')
			b++;
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
		if (!*a)
			return true;
		a++;
		b++;
	}
}

bool agent_is_known(const char *agent)
{
	for (size_t i = 0; i < ARRAY_SIZE(agents); i++)
		if (!strcmp(agents[i], agent))
			return true;
	return false;
}

enum agent_kind agent_kind_of(const char *agent, const char *event)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if ((!kinds[i].agent || !strcmp(kinds[i].agent, agent)) &&
		    is_same_name(kinds[i].name, event))
			return kinds[i].kind;
	return AGENT_UNKNOWN;
}

/* -- what is in the JSON ------------------------------------------------- */

/* The text of the first of these keys that has one; the caller must free(). */
static char *text_of(const struct json *object, const char *const *keys)
{
	for (; *keys; keys++) {
		const char *text = json_as_string(json_find(object, *keys));

		if (text && *text)
			return xstrdup(text);
	}
	return NULL;
}

#define TEXT_OF(object, ...)                                                   \
	text_of((object), (const char *const[]){__VA_ARGS__, NULL})

/* A command is a text, or, with some versions, an array of words. */
static char *command_of(const struct json *input)
{
	const struct json *command = json_get(input, "command");
	struct buf text = BUF_INIT;

	if (!command)
		command = json_get(input, "cmd");
	if (json_as_string(command))
		return xstrdup(json_as_string(command));
	if (json_type(command) != JSON_ARRAY)
		return NULL;
	JSON_FOR_EACH (word, command) {
		if (text.len)
			buf_addch(&text, ' ');
		if (json_as_string(word))
			buf_addstr(&text, json_as_string(word));
	}
	return buf_detach(&text);
}

static bool is_one_of(const char *name, const char *const *names)
{
	for (; name && *names; names++)
		if (!strcmp(name, *names))
			return true;
	return false;
}

/* The files of a patch: "*** Update File: <path>" and the like. */
static void add_patched(struct agent_event *event, const char *patch)
{
	static const char *const heads[] = {
		"*** Add File: ", "*** Update File: ", "*** Delete File: ",
		"*** Move to: ", NULL};

	for (const char *line = patch; *line;) {
		size_t len = strcspn(line, "\n");

		for (size_t i = 0; heads[i]; i++) {
			size_t head = strlen(heads[i]);

			if (len <= head || strncmp(line, heads[i], head) != 0)
				continue;
			strlist_addn(&event->paths, line + head, len - head);
			if (i == 2)
				strlist_addn(&event->deletes, line + head,
					     len - head);
		}
		line += len + (line[len] != '\0');
	}
}

static void add_path(struct agent_event *event, const struct json *path)
{
	if (json_as_string(path) && *json_as_string(path))
		strlist_add(&event->paths, json_as_string(path));
}

/* What the tool runs or writes. Tools that write are known by name; of an agent
 * that is not known, whatever has a file's name is one. */
static void read_tool(struct agent_event *event, const struct json *input)
{
	static const char *const writers[] = {
		"Write",      "Edit",	     "MultiEdit",     "NotebookEdit",
		"write_file", "replace",     "edit",	      "write",
		"edit_file",  "create_file", "write_to_file", NULL};
	static const char *const patchers[] = {"apply_patch", NULL};
	const struct json *paths = json_get(input, "paths");
	char *command = command_of(input);

	if (is_one_of(event->tool, patchers)) {
		if (command)
			add_patched(event, command);
		free(command);
		return;
	}
	event->command = command;
	if (!is_one_of(event->tool, writers) &&
	    strcmp(event->agent, "generic") != 0)
		return;
	add_path(event, json_get(input, "file_path"));
	add_path(event, json_get(input, "notebook_path"));
	add_path(event, json_get(input, "path"));
	JSON_FOR_EACH (path, paths)
		add_path(event, path);
}

/* The agent's own ids of what happens, as far as it has any. */
static void read_id(struct agent_event *event, const struct json *doc)
{
	static const char *const keys[] = {"event_id", "tool_use_id",
					   "turn_id",  "agent_id",
					   "task_id",  "timestamp"};
	struct buf id = BUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *text = json_get_string(doc, keys[i]);

		if (text && *text)
			buf_addf(&id, "%s%s", id.len ? " " : "", text);
	}
	event->id = id.len ? buf_detach(&id) : NULL;
}

/* The tool has answered that it failed. */
static void read_response(struct agent_event *event, const struct json *doc)
{
	const struct json *response = json_get(doc, "tool_response");
	const struct json *error = json_get(response, "error");

	if (event->kind != AGENT_AFTER_TOOL || json_is_null(error))
		return;
	event->kind = AGENT_TOOL_FAILED;
	if (!event->message)
		event->message = TEXT_OF(response, "error.message", "error");
}

static void read_document(struct agent_event *event, const struct json *doc)
{
	event->session = TEXT_OF(doc, "session_id", "thread_id");
	event->cwd = TEXT_OF(doc, "cwd", "workspace.current_dir");
	event->source = TEXT_OF(doc, "source", "reason", "trigger");
	event->prompt = TEXT_OF(doc, "prompt");
	event->tool = TEXT_OF(doc, "tool_name");
	event->task = TEXT_OF(doc, "task_id");
	event->message = TEXT_OF(doc, "error_details", "error.message", "error",
				 "task_subject", "message");
	json_get_bool(doc, "is_interrupt", &event->is_interrupt);
	json_get_bool(doc, "stop_hook_active", &event->is_repeated);
	read_tool(event, json_get(doc, "tool_input"));
	read_id(event, doc);
	read_response(event, doc);
}

int agent_event_read(struct agent_event *out, const char *name,
		     const char *text, size_t len, struct error *err)
{
	const char *colon = strchr(name, ':');
	struct json *doc = NULL;
	int ret;

	*out = (struct agent_event){.paths = STRLIST_INIT,
				    .deletes = STRLIST_INIT};
	if (!colon)
		return error_set(err, ERR_NOT_FOUND, "'%s' names no agent",
				 name);
	out->agent = xstrndup(name, (size_t)(colon - name));
	out->name = xstrdup(colon + 1);
	if (!agent_is_known(out->agent))
		return error_set(err, ERR_NOT_FOUND, "no agent '%s' is known",
				 out->agent);
	out->kind = agent_kind_of(out->agent, out->name);
	if (out->kind == AGENT_UNKNOWN)
		return error_set(err, ERR_NOT_FOUND, "no such event is known");
	ret = json_parse(&doc, text, len, AGENT_EVENT_MAX_BYTES, err);
	if (!ret && json_type(doc) != JSON_OBJECT)
		ret = error_set(err, ERR_INVALID, "it is no JSON object");
	if (ret < 0)
		error_prefix(err, "the event's data");
	else
		read_document(out, doc);
	json_free(doc);
	return ret;
}

void agent_event_release(struct agent_event *event)
{
	free(event->agent);
	free(event->name);
	free(event->session);
	free(event->id);
	free(event->cwd);
	free(event->source);
	free(event->prompt);
	free(event->tool);
	free(event->command);
	free(event->message);
	free(event->task);
	strlist_release(&event->paths);
	strlist_release(&event->deletes);
	*event = (struct agent_event){.paths = STRLIST_INIT,
				      .deletes = STRLIST_INIT};
}
