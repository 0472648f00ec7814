/*
 * Deleting refs: ref_delete() of git/ref.h. Git does it: for each packed ref
 * libgit2 rewrites packed-refs, and loses to a `git pack-refs` that runs at the
 * same time.
 */
#include "git/ref.h"

#include <errno.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "git/packed_refs.h"
#include "git/process.h"
#include "git/ref_lock.h"
#include "git/ref_value.h"
#include "git/repository.h"

#define DELETE_WAIT_MS 2000
/* Of a hundred thousand refs they are 11 MB. */
#define SPILL_BYTES ((size_t)1 << 20)

/*
 * Git does not delete a ref that it cannot read. What remains is no ref, or an
 * older value that was packed.
 */
static int remove_damaged(struct repository *repo, const char *name,
			  struct error *err)
{
	struct ref_value value;
	struct ref_lock lock;
	int ret = ref_lock_take(&lock, repo, name, NULL, DELETE_WAIT_MS, err);

	if (ret < 0)
		return ret;
	ret = ref_value_read_loose(lock.path, name, &value, err);
	ref_value_release(&value);
	if (ret == ERR_INVALID && unlink(lock.path) < 0 && errno != ENOENT) {
		ret = error_errno(err, "cannot remove '%s'", lock.path);
	} else if (ret == ERR_INVALID || ret == ERR_NOT_FOUND) {
		error_release(err);
		ret = 0;
	}
	ref_lock_release(&lock);
	return ret;
}

/* The command that deletes `ref`, if there is anything left of it. */
static int add_command(struct repository *repo,
		       const struct packed_refs *packed, const struct ref *ref,
		       struct buf *commands, struct error *err)
{
	char now_hex[OID_HEXSZ + 1], old_hex[OID_HEXSZ + 1];
	struct ref_value now;
	int ret = ref_value_read_among(repo, packed, ref->name, &now, err);

	if (ret == ERR_INVALID && oid_is_zero(&ref->oid)) {
		error_release(err);
		ret = remove_damaged(repo, ref->name, err);
		if (!ret)
			ret = ref_value_read(repo, ref->name, &now, err);
	}
	/* What was packed since may have been older there. */
	if (!ret && !now.target && !oid_is_zero(&ref->oid) &&
	    !oid_equal(&now.oid, &ref->oid))
		ret = ref_value_read(repo, ref->name, &now, err);
	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		return 0;
	}
	if (ret < 0)
		return ret;
	if (now.target)
		ret = error_set(err, ERR_INVALID,
				"ref '%s' is symbolic: it leads to '%s'",
				ref->name, now.target);
	else if (!oid_is_zero(&ref->oid) && !oid_equal(&now.oid, &ref->oid))
		ret = error_set(err, ERR_CHANGED,
				"ref '%s' is at %s but expected %s", ref->name,
				oid_hex(&now.oid, now_hex),
				oid_hex(&ref->oid, old_hex));
	else
		buf_addf(commands, "delete %s%c%s%c", ref->name, '\0',
			 oid_hex(&now.oid, now_hex), '\0');
	ref_value_release(&now);
	return ret;
}

/* The commands, in memory as long as they are few. */
struct commands {
	struct buf text;
	int fd; /* a file without a name, with those before; or -1 */
};

/* Where no such file can be had they stay in memory. */
static int spill(const struct repository *repo, struct commands *commands,
		 struct error *err)
{
	struct error missed = ERROR_INIT;
	int ret;

	if (commands->fd < 0 &&
	    file_open_unnamed(&commands->fd, repo->git_dir, &missed) < 0) {
		error_release(&missed);
		commands->fd = -1;
		return 0;
	}
	ret = file_write_all(commands->fd, commands->text.ptr,
			     commands->text.len, err);
	buf_reset(&commands->text);
	return ret;
}

static int add_commands(struct repository *repo, const struct ref_list *refs,
			struct commands *commands, struct error *err)
{
	struct packed_refs packed;
	int ret = packed_refs_open(&packed, repo, err);

	for (size_t i = 0; i < refs->nr && !ret; i++) {
		ret = add_command(repo, &packed, &refs->items[i],
				  &commands->text, err);
		if (!ret && commands->text.len > SPILL_BYTES)
			ret = spill(repo, commands, err);
	}
	packed_refs_close(&packed);
	if (!ret && commands->fd >= 0)
		ret = spill(repo, commands, err);
	if (!ret && commands->fd >= 0 && lseek(commands->fd, 0, SEEK_SET) < 0)
		ret = error_errno(err, "cannot read commands for git");
	return ret;
}

/* What a failure of git is. All but ERR_FAILED is worth another look. */
static enum error_code code_of(const char *text)
{
	if (strstr(text, "File exists"))
		return ERR_LOCKED;
	if (strstr(text, "unable to resolve reference") ||
	    strstr(text, "but expected"))
		return ERR_CHANGED;
	return ERR_FAILED;
}

/* `*again`: somebody was in the way. */
static int delete_once(struct repository *repo, const struct ref_list *refs,
		       bool *again, struct error *err)
{
	static const char *const argv[] = {"update-ref", "--no-deref",
					   "--stdin", "-z", NULL};
	struct git_command command = {.repo = repo, .argv = argv};
	struct commands commands = {BUF_INIT, -1};
	int ret = add_commands(repo, refs, &commands, err);

	if (ret < 0 || (!commands.text.len && commands.fd < 0))
		goto done;
	command.input = commands.text.ptr;
	command.input_len = commands.text.len;
	if (commands.fd >= 0)
		command.input_fd = &commands.fd;
	ret = git_run(&command, NULL, NULL, err);
	if (ret < 0)
		ret = err->code = code_of(err->text);
	*again = ret < 0 && ret != ERR_FAILED;
done:
	buf_release(&commands.text);
	if (commands.fd >= 0)
		close(commands.fd);
	return ret;
}

int ref_delete(struct repository *repo, const struct ref_list *refs,
	       struct error *err)
{
	int64_t deadline = clock_monotonic_ms() + DELETE_WAIT_MS;
	unsigned tries = 0;
	int ret;

	for (;;) {
		bool again = false;

		ret = delete_once(repo, refs, &again, err);
		if (!again || !ref_lock_wait(&tries, deadline))
			return ret;
		error_release(err);
	}
}
