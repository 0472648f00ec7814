#include "core/save/tidy.h"

#include "base/alloc.h"
#include "core/record/checkpoint.h"
#include "core/save/candidates.h"
#include "git/pack.h"
#include "git/ref.h"

/* Of so many new loose refs in a session one counts those of all sessions, and
 * so does the first one of a session: that is a directory for each. */
#define COUNT_EVERY 16

void tidy_refs(struct repository *repo, struct strlist *warnings)
{
	/* Not those of the notes: each new checkpoint changes one. */
	static const char *const prefixes[] = {
		CHECKPOINT_REFS, CHECKPOINT_LOCAL_REFS, CHECKPOINT_PIN_REFS,
		CHECKPOINT_REMOTE_REFS, NULL};
	struct error err = ERROR_INIT;

	if (ref_pack(repo, prefixes, &err) < 0)
		strlist_addf(warnings, "refs were not packed: %s", err.text);
	error_release(&err);
}

static bool is_time_to_count(struct repository *repo, const char *session)
{
	struct error ignored = ERROR_INIT;
	char *prefix = xstrfmt("%s%s/", CHECKPOINT_REFS, session);
	size_t nr;
	int ret = ref_count_loose(repo, prefix, SIZE_MAX, &nr, &ignored);

	/* What cannot be read is said by who has to read it. */
	error_release(&ignored);
	free(prefix);
	return !ret && nr % COUNT_EVERY == 1;
}

void tidy(struct repository *repo, const char *session, bool thin,
	  struct strlist *warnings)
{
	struct error err = ERROR_INIT;

	if (thin && retention_apply(repo, session, &err) < 0)
		strlist_addf(warnings, "old checkpoints were not dropped: %s",
			     err.text);
	error_release(&err);
	if (pack_gather(repo, &err) < 0)
		strlist_addf(warnings, "packs were not gathered: %s", err.text);
	error_release(&err);
	if (is_time_to_count(repo, session))
		tidy_refs(repo, warnings);
}
