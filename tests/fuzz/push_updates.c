/*
 * Any bytes as what git's pre-push hook is told: an error with a text, or
 * updates that are written as the same lines.
 */
#include "core/remote/push_updates.h"

#include <strings.h>

#include "base/buf.h"

static void expect(bool holds)
{
	if (!holds)
		abort();
}

/* Up to a NUL in a line; ids may be written in capitals. */
static bool has_line(const char *text, size_t len, const char *line)
{
	const char *end = text + len;

	while (text < end) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((eol ? eol : end) - text);

		if (strnlen(text, n) == strlen(line) &&
		    !strncasecmp(text, line, strlen(line)))
			return true;
		text += n + 1;
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct push_updates updates = {0};
	struct error err = ERROR_INIT;
	struct buf line = BUF_INIT;
	int ret = push_updates_parse(&updates, (const char *)data, size, &err);

	expect(!ret || (ret == ERR_INVALID && err.text));
	for (size_t i = 0; i < updates.nr; i++) {
		const struct push_update *update = &updates.items[i];
		char new_hex[OID_HEXSZ + 1], old_hex[OID_HEXSZ + 1];

		buf_reset(&line);
		buf_addf(&line, "%s %s %s %s", update->local,
			 oid_hex(&update->new_oid, new_hex), update->remote,
			 oid_hex(&update->old_oid, old_hex));
		expect(has_line((const char *)data, size, line.ptr));
		expect(!strchr(update->remote, ' '));
	}
	push_updates_release(&updates);
	error_release(&err);
	buf_release(&line);
	return 0;
}
