#include "git/libgit2.h"

#include <git2.h>
#include <stdarg.h>

#include "base/buf.h"
#include "base/strlist.h"
#include "git/config.h"
#include "git/repository.h"

/*
 * Extensions that change nothing about objects and refs, or that we take care
 * of ourselves. Lower case, as libgit2 wants them.
 */
static const char *const known_extensions[] = {
	"noop",
	"objectformat",
	"partialclone",
	"preciousobjects",
	"relativeworktrees",
	"worktreeconfig",
};

static int set_library_options(struct error *err)
{
	static const int levels[] = {
		GIT_CONFIG_LEVEL_PROGRAMDATA,
		GIT_CONFIG_LEVEL_SYSTEM,
		GIT_CONFIG_LEVEL_XDG,
		GIT_CONFIG_LEVEL_GLOBAL,
	};
	const char *extensions[ARRAY_SIZE(known_extensions)];
	int rc;

	memcpy(extensions, known_extensions, sizeof(extensions));
	/* Whose repository this is has been git's to say. */
	rc = git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
	if (!rc)
		rc = git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions,
				      ARRAY_SIZE(extensions));
	/*
	 * Configuration comes from git too: libgit2 needs none but the
	 * repository's own, and what it cannot parse elsewhere must not stop
	 * it.
	 */
	for (size_t i = 0; i < ARRAY_SIZE(levels) && !rc; i++)
		rc = git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "");
	return rc < 0 ? error_libgit2(err, rc, "cannot set up libgit2") : 0;
}

/*
 * Built with mbedTLS, libgit2 reads the certificates of all authorities when it
 * starts, which is 54 of 56 million instructions, and no option leaves it out.
 * What connects is git (decision 0029), so the function that it does so by is
 * found here first, and finds none: whoever did connect would trust nobody.
 */
__attribute__((weak)) int mbedtls_x509_crt_parse_file(void *chain,
						      const char *path);
int mbedtls_x509_crt_parse_file(void *chain, const char *path)
{
	(void)chain;
	(void)path;
	return 0;
}

static bool is_known_extension(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(known_extensions); i++)
		if (!strcmp(name, known_extensions[i]))
			return true;
	return false;
}

int libgit2_start(struct error *err)
{
	int rc = git_libgit2_init();

	return rc < 0 ? error_libgit2(err, rc, "cannot start libgit2")
		      : set_library_options(err);
}

void libgit2_stop(void)
{
	git_libgit2_shutdown();
}

int libgit2_check_extensions(const struct config *config, struct error *err)
{
	struct strlist keys = STRLIST_INIT;
	int64_t version;
	int ret = config_get_int(config, "core.repositoryformatversion", 0,
				 &version, err);

	if (ret < 0 || version < 1)
		return ret;
	config_keys(config, "extensions.", &keys);
	for (size_t i = 0; i < keys.nr && !ret; i++) {
		const char *name = keys.items[i] + strlen("extensions.");
		const char *value = config_get(config, keys.items[i]);

		if (is_known_extension(name) ||
		    (!strcmp(name, "refstorage") && !strcmp(value, "files")))
			continue;
		ret = error_set(err, ERR_UNSUPPORTED,
				"the repository extension '%s' (%s) is not "
				"supported: libgit2 cannot read it",
				name, value);
	}
	strlist_release(&keys);
	return ret;
}

static enum error_code code_of(int rc)
{
	switch (rc) {
	case GIT_ENOTFOUND:
		return ERR_NOT_FOUND;
	case GIT_EEXISTS:
		return ERR_EXISTS;
	case GIT_ELOCKED:
		return ERR_LOCKED;
	case GIT_EMODIFIED:
		return ERR_CHANGED;
	case GIT_EAMBIGUOUS:
		return ERR_AMBIGUOUS;
	case GIT_EINVALIDSPEC:
		return ERR_INVALID;
	default:
		return ERR_FAILED;
	}
}

int error_libgit2(struct error *err, int rc, const char *fmt, ...)
{
	/* First: the next call into libgit2 may change it. */
	const git_error *last = git_error_last();
	struct buf text = BUF_INIT;
	va_list args;

	va_start(args, fmt);
	buf_vaddf(&text, fmt, args);
	va_end(args);
	if (last && last->message && last->klass != GIT_ERROR_NONE)
		buf_addf(&text, ": %s", last->message);
	else
		buf_addf(&text, ": libgit2 error %d", rc);
	buf_trim(&text);
	error_set(err, code_of(rc), "%s", text.ptr);
	buf_release(&text);
	return err->code;
}
