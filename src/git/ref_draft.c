#include "git/ref_draft.h"

#include "base/alloc.h"
#include "base/strlist.h"
#include "git/config.h"
#include "git/repository.h"

/*
 * core.fsync, a list where `-name` takes away; git-config(1). Git leaves
 * refs out where it is not set. We do not: a checkpoint's ref is new, and a
 * power failure leaves a new file that was not synced empty.
 */
bool ref_draft_syncs(const struct repository *repo)
{
	static const char *const with_refs[] = {"reference", "committed",
						"added", "all"};
	const char *value = config_get(repo->config, "core.fsync");
	struct strlist words = STRLIST_INIT;
	bool sync = true;

	strlist_split(&words, value ? value : "", ',');
	for (size_t i = 0; i < words.nr; i++) {
		const char *word = words.items[i] + strspn(words.items[i], " ");
		bool is_minus = *word == '-';

		if (!strcmp(word, "none"))
			sync = false;
		for (size_t j = 0; j < ARRAY_SIZE(with_refs); j++)
			if (!strcmp(word + is_minus, with_refs[j]))
				sync = !is_minus;
	}
	strlist_release(&words);
	return sync;
}

void ref_draft_init(struct ref_draft *draft, const struct repository *repo,
		    const char *name, const struct oid *oid)
{
	*draft = (struct ref_draft){.name = xstrdup(name),
				    .sync = ref_draft_syncs(repo),
				    .twin = REF_TWIN_INIT};
	oid_hex(oid, draft->text);
	draft->text[OID_HEXSZ] = '\n';
	draft->text[OID_HEXSZ + 1] = '\0';
}

int ref_draft_write(struct ref_draft *draft, const struct repository *repo,
		    struct error *err)
{
	int ret = ref_twin_make(&draft->twin, repo, draft->name, draft->text,
				false, err);

	/* It is tried again when the ref is set, and waited for then. */
	return ret == ERR_LOCKED || ret == ERR_UNSUPPORTED ? 0 : ret;
}

int ref_draft_fd(const struct ref_draft *draft)
{
	return draft->sync ? draft->twin.fd : -1;
}

void ref_draft_release(struct ref_draft *draft)
{
	ref_twin_drop(&draft->twin);
	free(draft->name);
	draft->name = NULL;
}
