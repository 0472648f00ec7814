#include "core/snapshot/watch_ask.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checksum.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hex.h"
#include "core/snapshot/watch_tell.h"
#include "git/config.h"
#include "git/repository.h"
#include "worktree/mounts.h"
#include "worktree/scan.h"

/* To look at everything takes about as long at 100,000 files. */
#define PATIENCE_MS 100
#define ANSWER_MAX (64u << 20)
#define DEFAULT_TRUST_SECONDS 60
#define OVERLAYFS 0x794c7630

/* -- what it must be the same for ---------------------------------------- */

/*
 * A file that another host may write, or that has two inodes (overlayfs has one
 * below and one above) is looked at.
 */
static bool may_be_told(const struct repository *repo, struct stat *top)
{
	int fd = open(repo->worktree, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;
	bool may = fd >= 0 && !fstat(fd, top) && !fstatfs(fd, &fs) &&
		   (unsigned long)fs.f_type != OVERLAYFS;

	if (fd >= 0)
		close(fd);
	return may;
}

static int sum_circumstances(struct told *out, struct repository *repo,
			     const struct stat *top,
			     const unsigned char mounts[MOUNTS_SIZE],
			     struct error *err)
{
	const uint64_t place[] = {top->st_dev, top->st_ino};
	struct index_stat_rules rules;
	struct checksum_sha1 sum;
	unsigned char flags[4];

	if (scan_stat_rules(&rules, repo, err) < 0)
		return err->code;
	flags[0] = rules.trust_ctime;
	flags[1] = rules.check_stat;
	flags[2] = rules.trust_mode;
	flags[3] = rules.has_symlinks;
	checksum_sha1_init(&sum);
	checksum_sha1_add(&sum, mounts, MOUNTS_SIZE);
	checksum_sha1_add(&sum, place, sizeof(place));
	checksum_sha1_add(&sum, flags, sizeof(flags));
	checksum_sha1_finish(&sum, out->head.circumstances);
	return 0;
}

/* -- the question -------------------------------------------------------- */

/* A socket that the watch of our own user listens on; -1: there is none. */
static int connect_to_watch(const struct repository *repo)
{
	const struct timeval patience = {0, PATIENCE_MS * 1000};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char *dir = repository_path(repo, "checkpoint.d");
	int dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct ucred peer;
	socklen_t len = sizeof(peer);

	snprintf(address.sun_path, sizeof(address.sun_path),
		 "/proc/self/fd/%d/" WATCH_SOCKET, dir_fd);
	if (fd >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
			   sizeof(patience));
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
			   sizeof(patience));
	}
	if (fd >= 0 &&
	    (dir_fd < 0 || connect(fd, (void *)&address, sizeof(address)) < 0 ||
	     getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0 ||
	     peer.uid != geteuid())) {
		close(fd);
		fd = -1;
	}
	if (dir_fd >= 0)
		close(dir_fd);
	free(dir);
	return fd;
}

static bool ask(const struct repository *repo, const struct recall_head *since,
		struct buf *answer)
{
	int fd = connect_to_watch(repo);
	int64_t end = clock_monotonic_ms() + PATIENCE_MS;
	struct error ignored = ERROR_INIT;
	char *question;
	ssize_t got = -1;

	if (fd < 0)
		return false;
	question =
		xstrfmt("since %s %" PRIu64 "\n",
			since->epoch[0] ? since->epoch : "-", since->sequence);
	if (!file_write_all(fd, question, strlen(question), &ignored))
		do {
			buf_grow(answer, 65536);
			got = recv(fd, answer->ptr + answer->len, 65536, 0);
			if (got > 0)
				buf_setlen(answer, answer->len + (size_t)got);
		} while ((got > 0 || (got < 0 && errno == EINTR)) &&
			 answer->len < ANSWER_MAX &&
			 clock_monotonic_ms() < end);
	error_release(&ignored);
	free(question);
	close(fd);
	return got == 0;
}

/* -- the answer ---------------------------------------------------------- */

/* Paths up to the end mark. false: it is cut, or no such list. */
static bool parse_paths(struct told *out, const char *at, const char *end)
{
	while (at < end) {
		const char *nul = memchr(at, '\0', (size_t)(end - at));

		if (!nul)
			return false;
		if (!strcmp(at, "e"))
			return nul + 1 == end;
		if (nul != at + 1 && nul[-1] != '/')
			return false;
		if (*at == 'd') {
			recall_forget(out->recall, at + 1);
			strlist_add(&out->dirs, at + 1);
		} else if (*at == 't') {
			strlist_add(&out->trees, at + 1);
		} else if (*at == 'u') {
			strlist_add(&out->unwatched, at + 1);
		} else {
			return false;
		}
		at = nul + 1;
	}
	return false;
}

bool watch_answer_parse(struct told *out, const char *text, size_t len,
			const char *mounts, bool *known)
{
	const char *end = memchr(text, '\n', len);
	char line[160] = "", theirs[2 * MOUNTS_SIZE + 1];
	size_t line_len = end ? (size_t)(end - text) : len;
	int flag;

	if (!end || line_len >= sizeof(line))
		return false;
	memcpy(line, text, line_len);
	if (sscanf(line, "watch 1 %16[0-9a-f] %" SCNu64 " %40[0-9a-f] %d",
		   out->head.epoch, &out->head.sequence, theirs, &flag) != 4 ||
	    strlen(out->head.epoch) != RECALL_EPOCH_SIZE - 1 ||
	    strcmp(theirs, mounts) || !parse_paths(out, end + 1, text + len))
		return false;
	strlist_sort(&out->trees);
	strlist_sort(&out->unwatched);
	*known = flag == 1;
	return true;
}

/* -- the whole ----------------------------------------------------------- */

/* Whether what was seen last time may be believed at all, before it is known
 * what has changed since. */
static bool may_believe(const struct told *told, int64_t trust_s)
{
	const struct recall_head *last = recall_head(told->recall);
	int64_t age = clock_monotonic_ms() - last->full_ms;

	return last->epoch[0] && age >= 0 && age < trust_s * 1000 &&
	       !memcmp(last->circumstances, told->head.circumstances,
		       sizeof(last->circumstances));
}

bool watch_listens(const struct repository *repo)
{
	char *path = repository_path(repo, "checkpoint.d/" WATCH_SOCKET);
	bool listens = !access(path, F_OK);

	free(path);
	return listens;
}

static int ask_and_note(struct told *out, struct repository *repo, bool believe,
			int64_t trust_s, struct error *err)
{
	unsigned char mounts[MOUNTS_SIZE];
	char hex[2 * MOUNTS_SIZE + 1];
	struct buf answer = BUF_INIT;
	struct stat top;
	bool known = false;

	if (!may_be_told(repo, &top) || !mounts_sum(mounts, repo->worktree))
		return 0;
	if (sum_circumstances(out, repo, &top, mounts, err) < 0)
		return err->code;
	hex_encode(hex, mounts, sizeof(mounts));
	/*
	 * First who writes unseen, then what was seen: of a writer that ends in
	 * between, the end is reported.
	 */
	if (believe)
		believe = may_believe(out, trust_s) &&
			  writers_find(&out->writers);
	if (ask(repo, recall_head(out->recall), &answer) &&
	    watch_answer_parse(out, answer.ptr, answer.len, hex, &known)) {
		out->records = true;
		out->believes = believe && known;
	}
	out->head.full_ms = out->believes ? recall_head(out->recall)->full_ms
					  : clock_monotonic_ms();
	buf_release(&answer);
	return 0;
}

int watch_ask(struct told *out, struct repository *repo, bool believe,
	      struct recall *since, struct error *err)
{
	int64_t trust_s;

	*out = (struct told){.recall = since};
	if (config_get_seconds(repo->config, "checkpoint.watchtrust",
			       DEFAULT_TRUST_SECONDS, &trust_s, err) < 0)
		return err->code;
	/* Only where one may run is it worth to read what it was told. */
	if (!trust_s || !watch_listens(repo)) {
		if (!since)
			out->recall = recall_parse("", 0);
		return 0;
	}
	if (!since)
		out->recall = recall_read(repo);
	return ask_and_note(out, repo, believe, trust_s, err);
}
