#include "git/commit.h"

#include <time.h>

#include "base/alloc.h"
#include "git/config.h"
#include "git/repository.h"

#define FALLBACK_NAME "git-checkpoint"
#define FALLBACK_MAIL "git-checkpoint@localhost"

/* What git takes off both ends of a name or an address (ident.c in git). */
static bool is_crud(unsigned char c)
{
	return c <= ' ' || strchr(".,:;<>\"\\'", c);
}

/* Append what git would write of `text`; false: nothing is left of it. */
static bool add_clean(struct buf *out, const char *text)
{
	size_t len = strlen(text), start = out->len;

	while (len && is_crud((unsigned char)text[len - 1]))
		len--;
	while (len && is_crud((unsigned char)*text)) {
		text++;
		len--;
	}
	for (size_t i = 0; i < len; i++)
		if (!strchr("\n<>", text[i]))
			buf_addch(out, text[i]);
	return out->len > start;
}

/* The first source of a list that has something to say. */
struct source {
	const char *env; /* or NULL */
	const char *key; /* or NULL */
};

static void add_first(struct buf *out, const struct repository *repo,
		      const struct source *sources, size_t nr,
		      const char *fallback)
{
	for (size_t i = 0; i < nr; i++) {
		const char *value = sources[i].env ? getenv(sources[i].env)
						   : config_get(repo->config,
								sources[i].key);

		if (value && add_clean(out, value))
			return;
	}
	buf_addstr(out, fallback);
}

/* The date of an ident in the local zone, as git writes it. */
static void add_date(struct buf *out, int64_t seconds)
{
	time_t time = (time_t)seconds;
	long offset = 0;
	struct tm tm;

	if (localtime_r(&time, &tm))
		offset = tm.tm_gmtoff / 60;
	buf_addf(out, "%lld %c%02ld%02ld", (long long)seconds,
		 offset < 0 ? '-' : '+', labs(offset) / 60, labs(offset) % 60);
}

static char *make_ident(const struct repository *repo, int64_t seconds,
			const struct source names[3],
			const struct source mails[4])
{
	struct buf out = BUF_INIT;

	add_first(&out, repo, names, 3, FALLBACK_NAME);
	buf_addstr(&out, " <");
	add_first(&out, repo, mails, 4, FALLBACK_MAIL);
	buf_addstr(&out, "> ");
	add_date(&out, seconds);
	return buf_detach(&out);
}

void commit_idents(const struct repository *repo, int64_t seconds,
		   char **author, char **committer)
{
	const struct source author_names[] = {{"GIT_AUTHOR_NAME", NULL},
					      {NULL, "author.name"},
					      {NULL, "user.name"}};
	const struct source author_mails[] = {{"GIT_AUTHOR_EMAIL", NULL},
					      {NULL, "author.email"},
					      {NULL, "user.email"},
					      {"EMAIL", NULL}};
	const struct source committer_names[] = {{"GIT_COMMITTER_NAME", NULL},
						 {NULL, "committer.name"},
						 {NULL, "user.name"}};
	const struct source committer_mails[] = {{"GIT_COMMITTER_EMAIL", NULL},
						 {NULL, "committer.email"},
						 {NULL, "user.email"},
						 {"EMAIL", NULL}};

	/* localtime_r(), unlike localtime(), need not look at TZ itself. */
	tzset();
	*author = make_ident(repo, seconds, author_names, author_mails);
	*committer =
		make_ident(repo, seconds, committer_names, committer_mails);
}
