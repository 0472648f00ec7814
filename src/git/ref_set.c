/*
 * Setting many refs: ref_set_all() of git/ref.h.
 */
#include "git/ref.h"

#include "base/buf.h"
#include "git/process.h"

int ref_set_all(struct repository *repo, const struct ref_list *refs,
		struct error *err)
{
	static const char *const argv[] = {"update-ref", "--no-deref",
					   "--stdin", "-z", NULL};
	struct git_command command = {.repo = repo, .argv = argv};
	struct buf commands = BUF_INIT;
	char hex[OID_HEXSZ + 1];
	int ret = 0;

	for (size_t i = 0; i < refs->nr; i++)
		buf_addf(&commands, "update %s%c%s%c%c", refs->items[i].name,
			 '\0', oid_hex(&refs->items[i].oid, hex), '\0', '\0');
	command.input = commands.ptr;
	command.input_len = commands.len;
	if (commands.len)
		ret = git_run(&command, NULL, NULL, err);
	buf_release(&commands);
	return ret;
}
