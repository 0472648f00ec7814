#include "core/record/commit_text.h"

#include "base/buf.h"
#include "base/path.h"

static void add_escaped(struct buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	buf_addf(out, "%s: ", name);
	path_escape(out, value, strlen(value));
	buf_addch(out, '\n');
}

char *commit_text_build(const struct commit_text *text)
{
	struct buf out = BUF_INIT;
	char hex[OID_HEXSZ + 1];

	buf_addf(&out, "%s\n\n", text->description);
	buf_addf(&out, "Checkpoint-Id: %s\n", text->id);
	buf_addf(&out, "Checkpoint-Type: %s\n", text->type);
	buf_addf(&out, "Checkpoint-Session: %s\n", text->session);
	if (!oid_is_zero(text->base))
		buf_addf(&out, "Checkpoint-Base: %s\n",
			 oid_hex(text->base, hex));
	buf_addf(&out, "Checkpoint-Index: %s\n", oid_hex(text->index, hex));
	buf_addf(&out, "Checkpoint-State: %s\n", oid_hex(text->state, hex));
	add_escaped(&out, "Checkpoint-Task", text->task);
	add_escaped(&out, "Checkpoint-Key", text->key);
	return buf_detach(&out);
}
