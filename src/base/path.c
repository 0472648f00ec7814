#include "base/path.h"

#include <ctype.h>
#include <errno.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "base/text.h"

#define COMPONENT_MAX 255

char *path_join(const char *dir, const char *name)
{
	size_t len = strlen(dir);

	if (!len)
		return xstrdup(name);
	while (len && dir[len - 1] == '/')
		len--;
	while (*name == '/')
		name++;
	return xstrfmt("%.*s/%s", (int)len, dir, name);
}

const char *path_basename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool path_is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	if (!len)
		return true;
	if (strncmp(path, dir, len) != 0)
		return false;
	return !path[len] || path[len] == '/' || dir[len - 1] == '/';
}

/* What follows ".git" or "git~1" does not make another name of it on NTFS. */
static bool is_ntfs_end(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] == ':' || s[i] == '\\')
			return true;
		if (s[i] != '.' && s[i] != ' ')
			return false;
	}
	return true;
}

static bool is_ntfs_dotgit(const char *name, size_t len)
{
	if (len >= 4 && !strncasecmp(name, ".git", 4))
		return is_ntfs_end(name + 4, len - 4);
	/* The short name of the first directory whose name starts so. */
	if (len >= 5 && !strncasecmp(name, "git~1", 5))
		return is_ntfs_end(name + 5, len - 5);
	return false;
}

/* Code points without weight in HFS+ names: Apple Technical Note TN1150. */
static bool is_hfs_ignored(uint32_t code_point)
{
	return (code_point >= 0x200c && code_point <= 0x200f) ||
	       (code_point >= 0x202a && code_point <= 0x202e) ||
	       (code_point >= 0x206a && code_point <= 0x206f) ||
	       code_point == 0xfeff;
}

/* Whether HFS+ takes `name` for `want`, which is in lower case. */
static bool is_hfs_name(const char *name, size_t len, const char *want)
{
	size_t found = 0;

	while (len) {
		size_t sequence = utf8_sequence(name, len);
		uint32_t code_point;

		/* git fsck ends a name at bytes that are not UTF-8. */
		if (!sequence)
			break;
		code_point = utf8_code_point(name, sequence);
		name += sequence;
		len -= sequence;
		if (is_hfs_ignored(code_point))
			continue;
		if (code_point >= 'A' && code_point <= 'Z')
			code_point += 'a' - 'A';
		if (!want[found] || code_point != (unsigned char)want[found])
			return false;
		found++;
	}
	return !want[found];
}

bool path_component_is_dotgit(const char *name, size_t len)
{
	const char *end = name + len;
	unsigned char first = len ? (unsigned char)*name : 0;

	/* Nearly all names: neither can begin so, and nothing follows. */
	if (first < 0x80 && first != '.' && first != 'g' && first != 'G' &&
	    !memchr(name, '\\', len))
		return false;
	if (is_hfs_name(name, len, ".git"))
		return true;
	while (name) {
		if (is_ntfs_dotgit(name, (size_t)(end - name)))
			return true;
		/* On Windows a directory ends at a backslash, too. */
		name = memchr(name, '\\', (size_t)(end - name));
		if (name)
			name++;
	}
	return false;
}

bool path_component_is_safe(const char *name, size_t len)
{
	if (!len || len > COMPONENT_MAX)
		return false;
	if (memchr(name, '/', len) || memchr(name, '\0', len))
		return false;
	if (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')))
		return false;
	return !path_component_is_dotgit(name, len);
}

/*
 * The short names that Windows makes of ".gitmodules": the first letters for
 * four of them, then two letters and a hash of the long name; more digits
 * behind "~" take the place of letters.
 */
static bool is_ntfs_short_dotgitmodules(const char *name, size_t len)
{
	static const char hashed[] = "gi7eba";
	size_t same = 0, digits;

	if (len < 8)
		return false;
	if (!strncasecmp(name, "gitmod~", 7) && name[7] >= '1' &&
	    name[7] <= '4')
		return is_ntfs_end(name + 8, len - 8);
	while (hashed[same] &&
	       tolower((unsigned char)name[same]) == hashed[same])
		same++;
	if (name[same] != '~' || name[same + 1] < '1' || name[same + 1] > '9')
		return false;
	for (digits = same + 2; digits < 8; digits++)
		if (!isdigit((unsigned char)name[digits]))
			return false;
	return is_ntfs_end(name + 8, len - 8);
}

bool path_component_is_dotgitmodules(const char *name, size_t len)
{
	static const char plain[] = ".gitmodules";
	size_t plain_len = sizeof(plain) - 1;

	if (is_hfs_name(name, len, plain))
		return true;
	if (len >= plain_len && !strncasecmp(name, plain, plain_len))
		return is_ntfs_end(name + plain_len, len - plain_len);
	return is_ntfs_short_dotgitmodules(name, len);
}

bool path_is_safe(const char *path)
{
	for (;;) {
		size_t len = strcspn(path, "/");

		if (!path_component_is_safe(path, len))
			return false;
		if (!path[len])
			return true;
		path += len + 1;
	}
}

/* mkdir(2) that is content with a directory; else false and errno. */
static bool make_dir(const char *dir, mode_t mode)
{
	struct stat st;

	if (!mkdir(dir, mode))
		return true;
	if (errno != EEXIST)
		return false;
	if (!stat(dir, &st) && S_ISDIR(st.st_mode))
		return true;
	errno = EEXIST;
	return false;
}

int path_make_dirs(const char *dir, mode_t mode, struct error *err)
{
	char *path = xstrdup(dir);
	size_t whole = strlen(path), len = whole;
	int ret = 0;

	/* Up to a directory that is there or can be made ... */
	while (!make_dir(path, mode)) {
		char *slash = strrchr(path, '/');

		if (errno != ENOENT || !slash || slash == path) {
			ret = error_errno(err, "cannot make directory '%s'",
					  path);
			goto done;
		}
		*slash = '\0';
		len = (size_t)(slash - path);
	}
	/* ... and down again. */
	while (len < whole) {
		path[len] = '/';
		len = strlen(path);
		if (!make_dir(path, mode)) {
			ret = error_errno(err, "cannot make directory '%s'",
					  path);
			goto done;
		}
	}
done:
	free(path);
	return ret;
}

static bool needs_quotes(unsigned char c)
{
	return c < 0x20 || c >= 0x7f || c == '"' || c == '\\';
}

static void quote_byte(struct buf *out, unsigned char c)
{
	static const char plain[] = "\a\b\t\n\v\f\r\"\\";
	static const char letter[] = "abtnvfr\"\\";
	const char *found = c ? strchr(plain, c) : NULL;

	if (found)
		buf_addf(out, "\\%c", letter[found - plain]);
	else
		buf_addf(out, "\\%03o", c);
}

void path_quote(struct buf *out, const char *path)
{
	const char *plain = path;

	while (*plain && !needs_quotes((unsigned char)*plain))
		plain++;
	if (!*plain) {
		buf_addstr(out, path);
		return;
	}
	buf_addch(out, '"');
	for (; *path; path++) {
		if (needs_quotes((unsigned char)*path))
			quote_byte(out, (unsigned char)*path);
		else
			buf_addch(out, *path);
	}
	buf_addch(out, '"');
}

/* How much of it stands for itself, and is plain ASCII. */
static size_t plain_length(const char *path, size_t len)
{
	size_t plain = 0;

	while (plain < len && path[plain] >= 0x20 && path[plain] < 0x7f &&
	       path[plain] != '%')
		plain++;
	return plain;
}

void path_escape(struct buf *out, const char *path, size_t len)
{
	while (len) {
		unsigned char c = (unsigned char)*path;
		size_t sequence = plain_length(path, len);

		if (!sequence)
			sequence = utf8_sequence(path, len);
		if (!sequence || c < 0x20 || c == 0x7f || c == '%') {
			buf_addf(out, "%%%02X", c);
			sequence = 1;
		} else {
			buf_add(out, path, sequence);
		}
		path += sequence;
		len -= sequence;
	}
}

bool path_unescape(struct buf *out, const char *text)
{
	struct buf path = BUF_INIT, again = BUF_INIT;
	bool ok = false;

	for (const char *at = text; *at; at++) {
		int high, low;

		if (*at != '%') {
			buf_addch(&path, *at);
			continue;
		}
		high = hex_digit(at[1]);
		low = high < 0 ? -1 : hex_digit(at[2]);
		/* A path holds no NUL. */
		if (low < 0 || (!high && !low))
			goto done;
		buf_addch(&path, high * 16 + low);
		at += 2;
	}
	/* One text for each path: what else would mean it is refused. */
	path_escape(&again, path.ptr, path.len);
	ok = !strcmp(again.ptr, text);
	if (ok)
		buf_add(out, path.ptr, path.len);
done:
	buf_release(&path);
	buf_release(&again);
	return ok;
}
