#include "core/agent/agent_risk.h"

#include <regex.h>

#include "base/strlist.h"
#include "git/config.h"
#include "git/repository.h"

/* Where a command begins, and what stands between its words. */
#define BEGIN "(^|[^[:alnum:]_.-])"
#define REST "[^;&|]*"
#define WORD "([^[:alnum:]_-]|$)"
#define GIT BEGIN "git[[:space:]]+(" REST "[[:space:]])?"

static const char *const patterns[] = {
	BEGIN "(rm|rmdir|unlink|shred|truncate|dropdb)" WORD,
	BEGIN "find[[:space:]]" REST "-(delete|exec)" WORD,
	BEGIN "dd[[:space:]]" REST "of=",
	BEGIN "rsync[[:space:]]" REST "--del",
	GIT "reset[[:space:]]" REST "--(hard|merge|keep)",
	GIT "clean" WORD,
	GIT "checkout[[:space:]]" REST "(-[a-zA-Z]*f|--force|--" WORD
	    "|\\.([[:space:]]|$)|--ours|--theirs|-[a-zA-Z]*B)",
	GIT "switch[[:space:]]" REST
	    "(-[a-zA-Z]*f|--force|--discard-changes|-C" WORD ")",
	GIT "(restore|rebase|rm|filter-branch|filter-repo|read-tree|"
	    "checkout-index)" WORD,
	GIT "stash" WORD,
	GIT "branch[[:space:]]" REST "(-[a-zA-Z]*[DMf]|--force|--delete)",
	GIT "worktree[[:space:]]+remove" WORD,
	GIT "(am|merge|rebase|cherry-pick|revert)[[:space:]]" REST
	    "--(abort|skip|quit)",
	/* Migrations of data bases. */
	BEGIN "(alembic|flyway|liquibase|dbmate|goose|migrate|knex|prisma|"
	      "sequelize|sqlx|diesel|typeorm)[[:space:]]",
	"(db|database):(migrate|rollback|reset|drop|schema|setup|push)",
	BEGIN "(manage\\.py|artisan)[[:space:]]" REST "(migrate|flush)",
	BEGIN "migrat(e|ions?)" WORD,
	("[dD][rR][oO][pP][[:space:]]+([tT][aA][bB][lL][eE]|"
	 "[dD][aA][tT][aA][bB][aA][sS][eE]|[sS][cC][hH][eE][mM][aA])"),
};

static int match(const char *pattern, const char *command, bool *out,
		 struct error *err)
{
	char why[256];
	regex_t regex;
	int number = regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB);

	if (number) {
		regerror(number, &regex, why, sizeof(why));
		return error_set(
			err, ERR_FAILED,
			"bad value '%s' for 'checkpoint.riskyCommand': "
			"%s",
			pattern, why);
	}
	*out = !regexec(&regex, command, 0, NULL, 0);
	regfree(&regex);
	return 0;
}

int agent_risk_check(const struct repository *repo, const char *command,
		     bool *out, struct error *err)
{
	struct strlist values = STRLIST_INIT, all = STRLIST_INIT;
	int ret = 0;

	*out = false;
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++)
		strlist_add(&all, patterns[i]);
	config_get_all(repo->config, "checkpoint.riskycommand", &values);
	for (size_t i = 0; i < values.nr; i++)
		if (*values.items[i])
			strlist_add(&all, values.items[i]);
		else
			strlist_release(&all);
	for (size_t i = 0; i < all.nr && !ret && !*out; i++)
		ret = match(all.items[i], command, out, err);
	strlist_release(&values);
	strlist_release(&all);
	return ret;
}
