#include "core/snapshot/snapshot_terms.h"

#include <fcntl.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checksum.h"
#include "core/snapshot/snapshot.h"
#include "git/config.h"
#include "git/repository.h"
#include "worktree/rulefile.h"

static void add_text(struct checksum_sha1 *sum, const char *text)
{
	if (text)
		checksum_sha1_add(sum, text, strlen(text) + 1);
	else
		checksum_sha1_add(sum, "\n", 1);
}

static void add_list(struct checksum_sha1 *sum, const struct strlist *list)
{
	for (size_t i = 0; list && i < list->nr; i++)
		add_text(sum, list->items[i]);
	add_text(sum, NULL);
}

/* Any key may be one of a filter's, or decide where a file of rules is. */
static void add_config(struct checksum_sha1 *sum, const struct config *config)
{
	struct strlist keys = STRLIST_INIT;

	config_keys(config, "", &keys);
	for (size_t i = 0; i < keys.nr; i++) {
		struct strlist values = STRLIST_INIT;

		config_get_all(config, keys.items[i], &values);
		add_text(sum, keys.items[i]);
		add_list(sum, &values);
		strlist_release(&values);
	}
	strlist_release(&keys);
}

/* `path` is freed. */
static int add_rules(struct checksum_sha1 *sum, char *path, struct error *err)
{
	struct buf text = BUF_INIT;
	int ret = 0;

	add_text(sum, path);
	if (path)
		ret = rulefile_read(AT_FDCWD, path, true, &text, err);
	if (ret >= 0) {
		const uint64_t what[] = {(uint64_t)ret, text.len};

		checksum_sha1_add(sum, what, sizeof(what));
		checksum_sha1_add(sum, text.ptr, text.len);
	}
	buf_release(&text);
	free(path);
	return ret < 0 ? ret : 0;
}

static int add_all_rules(struct checksum_sha1 *sum,
			 const struct repository *repo, struct error *err)
{
	char *ignore = NULL, *attributes = NULL;

	if (rulefile_configured(&ignore, repo, "core.excludesfile", "ignore",
				err) < 0 ||
	    add_rules(sum, ignore, err) < 0 ||
	    rulefile_configured(&attributes, repo, "core.attributesfile",
				"attributes", err) < 0 ||
	    add_rules(sum, attributes, err) < 0 ||
	    add_rules(sum, repository_common_path(repo, "info/exclude"), err) <
		    0 ||
	    add_rules(sum, repository_common_path(repo, "info/attributes"),
		      err) < 0)
		return err->code;
	add_text(sum, getenv("GIT_ATTR_NOSYSTEM"));
	return add_rules(sum, xstrdup("/etc/gitattributes"), err);
}

int snapshot_terms(unsigned char out[SNAPSHOT_TERMS_SIZE],
		   const struct repository *repo,
		   const struct snapshot_options *options, struct error *err)
{
	struct checksum_sha1 sum;

	checksum_sha1_init(&sum);
	add_text(&sum, repo->worktree);
	add_config(&sum, repo->config);
	add_list(&sum, options->protected_paths);
	checksum_sha1_add(&sum, &options->max_file_size,
			  sizeof(options->max_file_size));
	if (add_all_rules(&sum, repo, err) < 0)
		return err->code;
	checksum_sha1_finish(&sum, out);
	return 0;
}
