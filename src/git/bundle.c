#include "git/bundle.h"

#include <errno.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "git/config.h"
#include "git/process.h"
#include "git/repository.h"

#define PIECE_BYTES ((size_t)64 << 10)

/* -- the header ---------------------------------------------------------- */

static int malformed(struct error *err)
{
	return error_set(err, ERR_INVALID, "malformed header of a bundle");
}

static bool starts_with(const char *line, size_t len, const char *start)
{
	return len >= strlen(start) && !memcmp(line, start, strlen(start));
}

/* An id and a space, or the end of the line. */
static bool read_id(const char *line, size_t len, struct oid *out)
{
	char hex[OID_HEXSZ + 1];

	if (len < OID_HEXSZ || (len > OID_HEXSZ && line[OID_HEXSZ] != ' '))
		return false;
	memcpy(hex, line, OID_HEXSZ);
	hex[OID_HEXSZ] = '\0';
	return oid_parse(out, hex);
}

static int read_capability(const char *line, size_t len, struct error *err)
{
	if (starts_with(line, len, "@object-format=sha1") &&
	    len == strlen("@object-format=sha1"))
		return 0;
	if (starts_with(line, len, "@object-format="))
		return error_set(err, ERR_UNSUPPORTED,
				 "a bundle of another object format than SHA-1 "
				 "is not supported");
	if (starts_with(line, len, "@filter="))
		return error_set(err, ERR_UNSUPPORTED,
				 "a bundle that leaves objects out (a filter) "
				 "is not supported");
	return error_set(err, ERR_UNSUPPORTED,
			 "a bundle with an unknown capability is not "
			 "supported");
}

static int read_need(struct bundle *out, const char *line, size_t len,
		     struct error *err)
{
	ARRAY_GROW(out->needs, out->nr_needs, out->alloc_needs);
	if (!read_id(line + 1, len - 1, &out->needs[out->nr_needs]))
		return malformed(err);
	out->nr_needs++;
	return 0;
}

static int read_ref(struct bundle *out, const char *line, size_t len,
		    struct error *err)
{
	struct oid oid;
	char *name;

	if (!read_id(line, len, &oid) || len <= OID_HEXSZ + 1 ||
	    memchr(line, '\0', len))
		return malformed(err);
	name = xstrndup(line + OID_HEXSZ + 1, len - OID_HEXSZ - 1);
	ref_list_add(&out->refs, name, &oid);
	free(name);
	return 0;
}

/* The first line: the version, 0 where it is none. */
static int read_signature(const char *line, size_t len, struct error *err)
{
	static const char start[] = "# v";
	static const char end[] = " git bundle";

	if (!starts_with(line, len, start) ||
	    len != strlen(start) + 1 + strlen(end) ||
	    memcmp(line + strlen(start) + 1, end, strlen(end)) != 0)
		return error_set(err, ERR_INVALID, "not a bundle");
	if (line[strlen(start)] != '2' && line[strlen(start)] != '3')
		return error_set(err, ERR_UNSUPPORTED,
				 "a bundle of an unknown version");
	return line[strlen(start)] - '0';
}

static int read_line(struct bundle *out, const char *line, size_t len,
		     int version, struct error *err)
{
	if (*line == '@' && version == 3 && !out->nr_needs && !out->refs.nr)
		return read_capability(line, len, err);
	if (*line == '-')
		return read_need(out, line, len, err);
	return read_ref(out, line, len, err);
}

int bundle_parse(struct bundle *out, const char *text, size_t len,
		 struct error *err)
{
	size_t pos = 0;
	int version = 0, ret = 0;

	*out = (struct bundle){.refs = REF_LIST_INIT};
	while (!ret) {
		const char *line = text + pos;
		const char *end =
			len > pos ? memchr(line, '\n', len - pos) : NULL;

		if (!end) {
			/* Of what is no bundle, no end is waited for. */
			if (!version && len - pos > 64)
				return error_set(err, ERR_INVALID,
						 "not a bundle");
			return 0;
		}
		pos = (size_t)(end - text) + 1;
		if (!version) {
			version =
				read_signature(line, (size_t)(end - line), err);
			ret = version < 0 ? version : 0;
		} else if (end == line) {
			out->pack_start = pos;
			return 1;
		} else {
			ret = read_line(out, line, (size_t)(end - line),
					version, err);
		}
	}
	return ret;
}

int bundle_read(struct bundle *out, int fd, struct error *err)
{
	struct buf text = BUF_INIT;
	int ret = 0;

	*out = (struct bundle){.refs = REF_LIST_INIT};
	while (!ret) {
		/* Twice as much each time: what is parsed again stays small. */
		size_t want = text.len ? text.len : PIECE_BYTES;
		size_t before = text.len;
		ssize_t got = 0;

		if (before >= BUNDLE_MAX_HEADER) {
			ret = malformed(err);
			break;
		}
		buf_grow(&text, want);
		while (text.len < before + want &&
		       (got = pread(fd, text.ptr + text.len,
				    before + want - text.len,
				    (off_t)text.len)) != 0) {
			if (got > 0)
				buf_setlen(&text, text.len + (size_t)got);
			else if (errno != EINTR)
				break;
		}
		if (got < 0) {
			ret = error_errno(err, "cannot read it");
			break;
		}
		bundle_release(out);
		ret = bundle_parse(out, text.ptr, text.len, err);
		if (!ret && text.len < before + want)
			ret = error_set(err, ERR_INVALID,
					out->refs.nr ? "it ends in its header"
						     : "not a bundle");
	}
	buf_release(&text);
	return ret < 0 ? ret : 0;
}

void bundle_release(struct bundle *bundle)
{
	ref_list_release(&bundle->refs);
	free(bundle->needs);
	*bundle = (struct bundle){.refs = REF_LIST_INIT};
}

/* -- git's part ---------------------------------------------------------- */

int bundle_write(const struct repository *repo, const struct strlist *refs,
		 const struct strlist *without, int fd, struct error *err)
{
	static const char *const argv[] = {"bundle", "create",	"--quiet",
					   "-",	     "--stdin", NULL};
	struct buf input = BUF_INIT;
	struct git_command command = {
		.repo = repo, .argv = argv, .output_fd = &fd};
	int ret;

	for (size_t i = 0; i < without->nr; i++)
		buf_addf(&input, "^%s\n", without->items[i]);
	for (size_t i = 0; i < refs->nr; i++)
		buf_addf(&input, "%s\n", refs->items[i]);
	command.input = input.ptr;
	command.input_len = input.len;
	ret = git_run(&command, NULL, NULL, err);
	buf_release(&input);
	return ret;
}

int bundle_check(const struct repository *repo, const char *path,
		 struct error *err)
{
	/* With --quiet it would not say what is missing. */
	return git_ask(repo, NULL, err, "bundle", "verify", path, NULL);
}

/* As for what is fetched: transfer.fsckObjects says whether git looks at every
 * object. Ours are looked at in any case. */
static int wants_fsck(const struct repository *repo, bool *out,
		      struct error *err)
{
	const struct config *config = repo->config;

	if (config_get_bool(config, "transfer.fsckobjects", false, out, err) <
	    0)
		return err->code;
	return config_get_bool(config, "fetch.fsckobjects", *out, out, err);
}

/* "pack" TAB <sum> LF, or "keep" where there is a .keep. */
static char *pack_name(const struct buf *said)
{
	const char *tab = memchr(said->ptr, '\t', said->len);
	size_t digits;

	if (!tab)
		return NULL;
	digits = strspn(tab + 1, "0123456789abcdef");
	return digits == OID_HEXSZ && tab[1 + digits] == '\n'
		       ? xstrfmt("pack-%.*s", (int)digits, tab + 1)
		       : NULL;
}

int bundle_unpack(const struct repository *repo, const struct bundle *bundle,
		  int fd, struct pack_keep *keep, struct error *err)
{
	const char *argv[] = {"index-pack", "--stdin", "--fix-thin", NULL,
			      NULL};
	struct git_command command = {
		.repo = repo, .argv = argv, .input_fd = &fd};
	struct buf said = BUF_INIT;
	char *name = NULL;
	bool fsck = false;
	int ret = wants_fsck(repo, &fsck, err);

	*keep = (struct pack_keep)PACK_KEEP_INIT;
	if (ret < 0)
		return ret;
	if (fsck)
		argv[3] = "--fsck-objects";
	if (lseek(fd, (off_t)bundle->pack_start, SEEK_SET) < 0)
		return error_errno(err, "cannot read it");
	ret = git_run(&command, &said, NULL, err);
	if (!ret) {
		name = pack_name(&said);
		ret = name ? pack_keep_make(keep, repo, name, err)
			   : error_set(err, ERR_FAILED,
				       "cannot understand what 'git "
				       "index-pack' says");
	}
	buf_release(&said);
	free(name);
	return ret;
}
