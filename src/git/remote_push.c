/*
 * Changing refs of a remote: remote_push() of git/remote.h.
 */
#include "git/remote.h"

#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/text.h"
#include "git/process.h"

void remote_update_release(struct remote_update *update)
{
	free(update->ref);
	free(update->reason);
	*update = (struct remote_update){0};
}

/* -- what git says ------------------------------------------------------- */

static struct remote_update *find(struct remote_update *updates, size_t nr,
				  const char *ref)
{
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(updates[i].ref, ref))
			return &updates[i];
	return NULL;
}

/* What stands in the last pair of round brackets, for free(); or all of it. */
static char *reason_of(const char *summary)
{
	const char *open = strchr(summary, '(');

	if (open && text_ends_with(summary, ")"))
		return xstrndup(open + 1, strlen(open) - 2);
	return xstrdup(summary);
}

/*
 * "<flag> TAB <from>:<to> TAB <summary>", git-push(1), "--porcelain". A remote
 * of several places has several lines for a ref; the worst counts.
 */
static void read_line(char *line, struct remote_update *updates, size_t nr)
{
	struct remote_update *update;
	char *to, *summary;

	if (!line[0] || line[1] != '\t')
		return;
	summary = strchr(line + 2, '\t');
	if (!summary)
		return;
	*summary++ = '\0';
	to = strrchr(line + 2, ':');
	update = to ? find(updates, nr, to + 1) : NULL;
	if (!update || update->result > REMOTE_DONE)
		return;
	if (line[0] != '!') {
		update->result = REMOTE_DONE;
		return;
	}
	update->reason = reason_of(summary);
	update->result = strstr(summary, "stale info") ||
					 strstr(summary, "non-fast-forward") ||
					 strstr(summary, "fetch first") ||
					 strstr(summary, "failed to lock") ||
					 strstr(summary, "cannot lock ref") ||
					 strstr(summary, "reference already") ||
					 strstr(summary, "failed to update ref")
				 ? REMOTE_STALE
				 : REMOTE_REFUSED;
}

static void read_results(char *text, struct remote_update *updates, size_t nr)
{
	char *line = text, *end;

	for (; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		read_line(line, updates, nr);
	}
}

/* What the remote itself said: the lines that begin with "remote: ", which an
 * error has joined by "; ". */
static void add_said(struct buf *out, const char *text)
{
	struct strlist lines = STRLIST_INIT;

	for (const char *end; *text; text = *end ? end + 2 : end) {
		static const char start[] = "remote:";

		end = strstr(text, "; ");
		if (!end)
			end = text + strlen(text);
		if (!strncmp(text, start, strlen(start)))
			strlist_addn(&lines, text + strlen(start),
				     (size_t)(end - text) - strlen(start));
	}
	for (size_t i = 0; i < lines.nr; i++)
		buf_addf(out, "%s%s", i ? ";" : ":", lines.items[i]);
	buf_trim(out);
	strlist_release(&lines);
}

static void explain(struct remote_update *updates, size_t nr, const char *text)
{
	for (size_t i = 0; i < nr; i++) {
		struct buf reason = BUF_INIT;

		if (updates[i].result != REMOTE_REFUSED)
			continue;
		buf_addstr(&reason, updates[i].reason);
		add_said(&reason, text);
		free(updates[i].reason);
		updates[i].reason = buf_detach(&reason);
	}
}

/* -- the call ------------------------------------------------------------ */

static void add_options(struct strlist *argv, const char *remote, bool atomic,
			bool progress)
{
	/* Those that have no option of their own, or none that undoes it. */
	strlist_add(argv, "-c");
	strlist_addf(argv, "remote.%s.mirror=false", remote);
	strlist_add(argv, "-c");
	strlist_add(argv, "push.gpgSign=false");
	strlist_add(argv, "-c");
	strlist_add(argv, "push.negotiate=false");
	strlist_add(argv, "push");
	strlist_add(argv, "--porcelain");
	strlist_add(argv, "--no-verify");
	strlist_add(argv, "--no-follow-tags");
	strlist_add(argv, "--no-signed");
	strlist_add(argv, "--recurse-submodules=no");
	strlist_add(argv, "--no-force-if-includes");
	strlist_add(argv, progress ? "--progress" : "--no-progress");
	if (atomic)
		strlist_add(argv, "--atomic");
}

static void add_updates(struct strlist *argv, const char *remote,
			const struct remote_update *updates, size_t nr)
{
	char hex[OID_HEXSZ + 1];

	for (size_t i = 0; i < nr; i++) {
		const struct oid *expected = &updates[i].expected;

		strlist_addf(argv, "--force-with-lease=%s:%s", updates[i].ref,
			     oid_is_zero(expected) ? ""
						   : oid_hex(expected, hex));
	}
	strlist_add(argv, "--");
	strlist_add(argv, remote);
	for (size_t i = 0; i < nr; i++)
		strlist_addf(argv, "%s:%s",
			     oid_is_zero(&updates[i].oid)
				     ? ""
				     : oid_hex(&updates[i].oid, hex),
			     updates[i].ref);
}

/* Whether git said something of every ref. */
static bool all_told(const struct remote_update *updates, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (updates[i].result == REMOTE_PENDING)
			return false;
	return true;
}

static int failed(const char *remote, bool atomic, int status,
		  struct error *err)
{
	if (atomic && err->text && strstr(err->text, "--atomic")) {
		err->code = ERR_UNSUPPORTED;
		return ERR_UNSUPPORTED;
	}
	if (!err->text)
		error_set(err, ERR_FAILED, "'git push' exited with status %d",
			  status);
	err->code = ERR_FAILED;
	return error_prefix(err, "cannot push to '%s'", remote);
}

int remote_push(const struct repository *repo, const char *remote,
		struct remote_update *updates, size_t nr, bool atomic,
		unsigned flags, struct error *err)
{
	static const char *const unattended[] = {
		"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=true",
		"SSH_ASKPASS_REQUIRE=never", NULL};
	bool progress = (flags & REMOTE_PROGRESS) != 0 && isatty(STDERR_FILENO);
	struct git_command command = {.repo = repo, .inherit_errors = progress};
	struct strlist argv = STRLIST_INIT;
	struct buf text = BUF_INIT;
	int ret, status = 0;

	for (size_t i = 0; i < nr; i++)
		updates[i].result = REMOTE_PENDING;
	add_options(&argv, remote, atomic, progress);
	add_updates(&argv, remote, updates, nr);
	command.argv = (const char *const *)argv.items;
	if (flags & REMOTE_UNATTENDED)
		command.env = unattended;
	ret = git_run(&command, &text, &status, err);
	if (!ret) {
		read_results(text.ptr, updates, nr);
		/* Refs that are refused have their own words. */
		if (status && !all_told(updates, nr)) {
			ret = failed(remote, atomic, status, err);
		} else {
			if (err->text)
				explain(updates, nr, err->text);
			error_release(err);
		}
	}
	strlist_release(&argv);
	buf_release(&text);
	return ret;
}
