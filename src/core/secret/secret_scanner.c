#include "core/secret/secret_scanner.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/path.h"
#include "core/secret/secret_objects.h"
#include "core/verify/verify_scratch.h"
#include "git/config.h"
#include "git/process.h"
#include "git/repository.h"

struct writing {
	struct repository *repo;
	const struct secret_places *places;
	const char *top;
	const size_t *which;
	size_t next; /* of `which`, the one that is being read */
	int fd;
	char *path;
};

const char *secret_scanner(const struct repository *repo)
{
	const char *value =
		config_get(repo->config, "checkpoint.secretscanner");

	return value && *value ? value : NULL;
}

/* -- the files ----------------------------------------------------------- */

/* A name that leads out of the directory, or is too long for one, stays out. */
static const char *name_of(const struct secret_place *place)
{
	if (!place->path)
		return "message";
	return path_is_safe(place->path) && strlen(place->path) < 2048
		       ? place->path
		       : "file";
}

static int open_file(struct writing *writing, struct error *err)
{
	const struct secret_place *place =
		&writing->places->items[writing->which[writing->next]];
	char hex[OID_HEXSZ + 1], *slash, *dir;

	free(writing->path);
	writing->path = xstrfmt("%s/%s/%s", writing->top,
				oid_hex(&place->oid, hex), name_of(place));
	slash = strrchr(writing->path, '/');
	dir = xstrndup(writing->path, (size_t)(slash - writing->path));
	if (!path_make_dirs(dir, 0700, err)) {
		writing->fd = open(writing->path,
				   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
					   O_CLOEXEC,
				   0600);
		if (writing->fd < 0)
			error_errno(err, "cannot create '%s'", writing->path);
	}
	free(dir);
	return err->code;
}

static int object_add(void *context, const void *data, size_t len,
		      struct error *err)
{
	struct writing *writing = context;

	if (writing->fd < 0 && open_file(writing, err) < 0)
		return err->code;
	return file_write_all(writing->fd, data, len, err);
}

static int object_end(void *context, size_t place, struct error *err)
{
	struct writing *writing = context;
	int ret = 0;

	(void)place;
	if (writing->fd >= 0 && close(writing->fd) < 0)
		ret = error_errno(err, "cannot write '%s'", writing->path);
	writing->fd = -1;
	writing->next++;
	return ret;
}

static int write_out(struct repository *repo,
		     const struct secret_places *places, const size_t *which,
		     size_t nr, const char *top, struct error *err)
{
	struct writing writing = {.repo = repo,
				  .places = places,
				  .top = top,
				  .which = which,
				  .fd = -1};
	const struct secret_objects_reader reader = {object_add, object_end,
						     &writing};
	int ret = secret_objects_read(repo, places, which, nr, &reader, err);

	if (writing.fd >= 0)
		close(writing.fd);
	free(writing.path);
	return ret;
}

/* -- the answer ---------------------------------------------------------- */

static int ask(struct repository *repo, const char *scanner, const char *dir,
	       const char *what, struct error *err)
{
	char *script = xstrfmt("{ %s \"$@\"\n} >&2", scanner);
	const char *const argv[] = {"-c", script, scanner, dir, NULL};
	const struct git_command command = {.repo = repo,
					    .program = "sh",
					    .argv = argv,
					    .inherit_errors = true};
	int status = 0, ret = git_run(&command, NULL, &status, err);

	free(script);
	if (!ret && !status)
		return 0;
	if (!ret)
		error_set(err, ERR_REFUSED,
			  "refusing to %s: '%s' found secrets, or failed (exit "
			  "status %d)",
			  what, scanner, status);
	err->code = ERR_REFUSED;
	error_hint(err, "'git checkpoint clean --path <path>' drops the "
			"checkpoints that hold a file");
	return error_hint(err, "it is the one that checkpoint.secretScanner "
			       "names");
}

int secret_scanner_ask(struct repository *repo, const char *scanner,
		       const struct secret_places *places, const size_t *which,
		       size_t nr, const char *what, struct error *err)
{
	struct verify_scratch *scratch = NULL;
	int ret;

	if (!nr)
		return 0;
	ret = verify_scratch_open(&scratch, repo, err);
	if (!ret)
		ret = write_out(repo, places, which, nr, scratch->top, err);
	if (!ret)
		ret = ask(repo, scanner, scratch->top, what, err);
	verify_scratch_close(scratch);
	return ret;
}
