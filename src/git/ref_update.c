/* Changing refs: ref_update() and ref_update_locked() of git/ref.h. */
#include "git/ref.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "git/packed_refs.h"
#include "git/ref_draft.h"
#include "git/ref_lock.h"
#include "git/ref_value.h"
#include "git/repository.h"

#define LOCK_WAIT_MS 1000
#define CHANGE_WAIT_MS 5000

static int check_below(const struct repository *repo, const char *name,
		       struct error *err)
{
	char *prefix = xstrfmt("%s/", name);
	struct packed_refs packed;
	struct packed_ref ref;
	int ret = packed_refs_open(&packed, repo, err);

	if (!ret) {
		size_t pos = packed_refs_seek(&packed, prefix);

		ret = packed_refs_next_below(&packed, prefix, &pos, &ref, err);
	}
	if (ret > 0)
		ret = error_set(err, ERR_EXISTS,
				"cannot create ref '%s': '%.*s' exists", name,
				(int)ref.name_len, ref.name);
	packed_refs_close(&packed);
	free(prefix);
	return ret;
}

/*
 * A ref is a file, and refs below it need a directory of its name. Where one of
 * the two is packed the file system does not notice.
 */
static int check_conflicts(const struct repository *repo, const char *name,
			   struct error *err)
{
	char *above = xstrdup(name);
	int ret = check_below(repo, name, err);

	for (char *slash; !ret && (slash = strrchr(above, '/'));) {
		struct ref_value value;

		*slash = '\0';
		if (!strcmp(above, "refs"))
			break;
		ret = ref_value_read(repo, above, &value, err);
		ref_value_release(&value);
		if (ret == ERR_NOT_FOUND) {
			error_release(err);
			ret = 0;
		} else if (!ret) {
			ret = error_set(err, ERR_EXISTS,
					"cannot create ref '%s': '%s' exists",
					name, above);
		}
	}
	free(above);
	return ret;
}

/* Whether `name` has the value `old` (NULL: none), while it is locked. */
static int check_old(const struct repository *repo, const char *name,
		     const struct oid *old, struct error *err)
{
	char now_hex[OID_HEXSZ + 1], old_hex[OID_HEXSZ + 1];
	struct ref_value now;
	int ret = ref_value_read(repo, name, &now, err);

	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		ret = old ? error_set(err, ERR_CHANGED,
				      "ref '%s' does not exist any more", name)
			  : check_conflicts(repo, name, err);
	} else if (!ret && now.target) {
		ret = error_set(err, ERR_INVALID,
				"ref '%s' is symbolic: it leads to '%s'", name,
				now.target);
	} else if (!ret && !old) {
		ret = error_set(err, ERR_CHANGED, "ref '%s' exists already",
				name);
	} else if (!ret && !oid_equal(&now.oid, old)) {
		ret = error_set(err, ERR_CHANGED,
				"ref '%s' is at %s but expected %s", name,
				oid_hex(&now.oid, now_hex),
				oid_hex(old, old_hex));
	}
	ref_value_release(&now);
	return ret;
}

int ref_draft_set(struct ref_draft *draft, struct repository *repo,
		  const struct oid *old_oid, struct error *err)
{
	struct ref_lock lock;
	int ret = ref_lock_take(&lock, repo, draft->name, draft, LOCK_WAIT_MS,
				err);

	if (ret < 0)
		return ret;
	ret = check_old(repo, draft->name, old_oid, err);
	if (ret < 0) {
		ref_lock_release(&lock);
		return ret;
	}
	return ref_lock_commit(&lock, err);
}

int ref_update(struct repository *repo, const char *name,
	       const struct oid *new_oid, const struct oid *old_oid,
	       struct error *err)
{
	struct ref_draft draft;
	int ret;

	ref_draft_init(&draft, repo, name, new_oid);
	ret = ref_draft_set(&draft, repo, old_oid, err);
	ref_draft_release(&draft);
	return ret;
}

static int delete_one(struct repository *repo, const char *name,
		      const struct oid *old, struct error *err)
{
	struct ref_list list = REF_LIST_INIT;
	int ret;

	ref_list_add(&list, name, old);
	ret = ref_delete(repo, &list, err);
	ref_list_release(&list);
	return ret;
}

static int change_once(struct repository *repo, const char *name,
		       ref_change change, void *context, struct error *err)
{
	struct ref_value now;
	struct oid new_oid = {{0}};
	const struct oid *old = &now.oid;
	int ret = ref_value_read(repo, name, &now, err);

	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		old = NULL;
		ret = 0;
	} else if (!ret && now.target) {
		ret = error_set(err, ERR_INVALID,
				"ref '%s' is symbolic: it leads to '%s'", name,
				now.target);
	}
	if (!ret)
		ret = change(context, old, &new_oid, err);
	if (ret < 0)
		goto done;
	if (old ? oid_equal(&new_oid, old) : oid_is_zero(&new_oid))
		ret = 0;
	else if (oid_is_zero(&new_oid))
		ret = delete_one(repo, name, old, err);
	else
		ret = ref_update(repo, name, &new_oid, old, err);
done:
	ref_value_release(&now);
	return ret;
}

/* Between our own processes; shared with other users where the repository is.
 */
static int lock_changes(const struct repository *repo, int *fd,
			struct error *err)
{
	char *dir = repository_common_path(repo, "checkpoint.d");
	char *path = xstrfmt("%s/refs.lock", dir);
	int ret = file_lock(fd, path, CHANGE_WAIT_MS, err);

	if (!ret) {
		ret = repository_share(repo, dir, err);
		if (!ret)
			ret = repository_share(repo, path, err);
		if (ret < 0)
			file_unlock(*fd);
	}
	free(path);
	free(dir);
	return ret;
}

int ref_update_locked(struct repository *repo, const char *name,
		      ref_change change, void *context, struct error *err)
{
	int64_t deadline;
	unsigned tries = 0;
	int fd;
	int ret = lock_changes(repo, &fd, err);

	if (ret < 0)
		return ret;
	deadline = clock_monotonic_ms() + CHANGE_WAIT_MS;
	do {
		error_release(err);
		ret = change_once(repo, name, change, context, err);
	} while (ret == ERR_CHANGED && ref_lock_wait(&tries, deadline));
	file_unlock(fd);
	return ret;
}
