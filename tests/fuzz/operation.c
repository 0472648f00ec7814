/*
 * operation_check() takes no file of another clone that would have git run a
 * command or set a ref that it should not; what it takes of another clone it
 * takes of one's own. Found out here in a simpler way than there.
 *
 * The first line of the input is a file's path, the rest its text.
 */
#include "git/operation.h"

#include <ctype.h>

#include "base/alloc.h"
#include "git/operation_mention.h"
#include "git/operation_names.h"
#include "git/ref_name.h"

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static bool check(const struct operation_file *file, bool trusted)
{
	struct operation operation = {
		.files = (struct operation_file *)file,
		.nr_files = 1,
	};
	struct error err = ERROR_INIT;
	int ret = operation_check(&operation, trusted, &err);

	expect(!ret || ret == ERR_INVALID || ret == ERR_REFUSED);
	if (ret < 0)
		expect(err.code == ret && strstr(err.text, file->path));
	error_release(&err);
	return !ret;
}

static bool starts_with(const char *line, const char *word)
{
	size_t len = strlen(word);

	return !strncmp(line, word, len) && !isalnum((unsigned char)line[len]);
}

/* No line that any git would carry out as a command of the user's shell. */
static void check_todo(const char *text)
{
	while (*text) {
		const char *line = text + strspn(text, " \t");

		expect(!starts_with(line, "exec") && !starts_with(line, "x"));
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
}

/* What git reads of such a file: the text without a line break at the end. */
static bool is_word_of(const char *text, const char *words)
{
	size_t len = strlen(text);
	char *word;
	bool found;

	len -= len && text[len - 1] == '\n';
	len -= len && text[len - 1] == '\r';
	word = xstrfmt(" %.*s ", (int)len, text);
	found = len && strstr(words, word);
	free(word);
	return found;
}

static void check_foreign(const char *path, const char *text)
{
	if (!strcmp(path, "rebase-merge/git-rebase-todo") ||
	    !strcmp(path, "sequencer/todo"))
		check_todo(text);
	if (!strcmp(path, "rebase-merge/strategy"))
		expect(is_word_of(text, " octopus ort ours recursive resolve "
					"subtree "));
	if (!strcmp(path, "rebase-merge/head-name") &&
	    strncmp(text, "detached HEAD", 13))
		expect(!strncmp(text, "refs/heads/", 11) ||
		       !strncmp(text, "refs/rewritten/", 15));
	if (!strcmp(path, "BISECT_START"))
		expect(*text != '-');
	if (!strcmp(path, "sequencer/opts"))
		expect(!strstr(text, "gpg") && !strstr(text, "\n["));
	if (strstr(path, "/gpg_sign_opt"))
		expect(!strstr(text, "-S"));
	expect(!strstr(path, "..") && !strstr(path, ".git") && *path != '/');
}

static void check_mentions(const struct operation_file *file)
{
	struct operation_mentions mentions = {.ids = STRLIST_INIT};
	enum operation_format format;
	struct oid oid;

	if (operation_name_find(file->path, &format))
		operation_mention(file, format, &mentions);
	for (size_t i = 0; i < mentions.ids.nr; i++)
		expect(strlen(mentions.ids.items[i]) == OID_HEXSZ &&
		       oid_parse(&oid, mentions.ids.items[i]));
	for (size_t i = 0; i < mentions.refs.nr; i++)
		expect(!strncmp(mentions.refs.items[i], "refs/", 5) &&
		       ref_name_is_valid(mentions.refs.items[i]));
	for (size_t i = 0; i < mentions.names.nr; i++)
		expect(!strpbrk(mentions.names.items[i], "\n \t") &&
		       *mentions.names.items[i]);
	for (size_t i = 0; i < mentions.labels.nr; i++)
		expect(!strpbrk(mentions.labels.items[i], "\n \t") &&
		       *mentions.labels.items[i]);
	operation_mentions_release(&mentions);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *newline = memchr(text, '\n', size);
	size_t len = newline ? (size_t)(newline - text) : size;
	struct operation_file file = {xstrndup(text, len), BUF_INIT};

	if (newline)
		buf_add(&file.text, newline + 1, size - len - 1);
	if (check(&file, false)) {
		expect(check(&file, true));
		check_foreign(file.path, file.text.ptr);
	}
	check_mentions(&file);
	free(file.path);
	buf_release(&file.text);
	return 0;
}
