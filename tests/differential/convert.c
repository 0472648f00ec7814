/*
 * Our conversions against git's, both ways: random contents under every
 * combination of the attributes, for every core.autocrlf and core.eol.
 *
 *	build/tests/differential/convert [<seed>]
 */
#include "worktree/convert.h"

#include <fcntl.h>

#include "git/config.h"
#include "git/object.h"

#include "random_rules.h"

#define FILES_PER_COMBINATION 3

static const char *const texts[] = {"!text",	 "text",       "-text",
				    "text=auto", "text=input", "text=other"};
static const char *const crlfs[] = {"!crlf", "crlf", "-crlf", "crlf=input"};
static const char *const eols[] = {"!eol", "eol=lf", "eol=crlf", "eol=other"};
static const char *const idents[] = {"!ident", "ident"};

static const char *const autocrlfs[] = {NULL, "false", "true", "input"};
static const char *const core_eols[] = {NULL, "lf", "crlf", "native"};

static uint64_t seed = 1;

/* What the attribute of one of the words above is. */
static const char *value_of(const char *word)
{
	const char *equals = strchr(word, '=');

	if (*word == '!')
		return NULL;
	if (*word == '-')
		return attr_false;
	return equals ? equals + 1 : attr_true;
}

struct file {
	char path[32];
	struct attr_values values;
	struct buf indexed;
	struct buf content;
};

struct files {
	struct file *items;
	size_t nr;
};

static void random_content(random_state *random, struct buf *out)
{
	static const char *const plain[] = {
		"a",
		"some words",
		"$",
		"Id:",
		"$Id$",
		"$Id: ",
		"$Id: x $",
		"$Id: x y $",
		" $",
		"$Id:z$",
		"Id",
		"$Id:q\n$",
		"$$Id$$",
		"\t",
		"$Id",
		"$Id: 0123456789012345678901234567890123456789 $",
		"a line that is long enough to be mostly printable",
	};
	static const char *const ends[] = {"\n", "\n", "\n", "\r\n"};
	static const char *const odd[] = {"\r",	  "\001", "\032",
					  "\x7f", "\b",	  "\r\r\n",
					  "\xc3", "\033", "\xef\xbb\xbf"};
	/* A file of one kind of line ends, or of any. */
	unsigned crlf = RANDOM_OF(random, ((unsigned[]){0, 0, 100, 100, 30}));
	unsigned strange = RANDOM_OF(random, ((unsigned[]){0, 0, 0, 3, 20}));

	if (random_percent(random, 10))
		buf_addstr(out, "\xef\xbb\xbf");
	for (size_t i = random_below(random, 40); i > 0; i--) {
		if (random_percent(random, strange))
			buf_addstr(out, RANDOM_OF(random, odd));
		else if (random_percent(random, strange / 2))
			buf_addch(out, 0);
		else
			buf_addstr(out, RANDOM_OF(random, plain));
		if (random_percent(random, 40))
			buf_addstr(out,
				   random_percent(random, crlf)
					   ? "\r\n"
					   : ends[random_below(random, 3)]);
	}
	if (random_percent(random, 5))
		buf_addch(out, '\032');
	/* There, git reads behind what it has found. */
	for (char *p = out->ptr, *end = p + out->len;
	     (p = memmem(p, (size_t)(end - p), "$Id:$", 5)); p++)
		p[4] = '.';
}

static void make_files(struct files *files, random_state *random)
{
	struct buf attributes = BUF_INIT;
	size_t combinations = ARRAY_SIZE(texts) * ARRAY_SIZE(crlfs) *
			      ARRAY_SIZE(eols) * ARRAY_SIZE(idents);

	files->nr = combinations * FILES_PER_COMBINATION;
	files->items = calloc(files->nr, sizeof(*files->items));
	assert_non_null(files->items);
	for (size_t i = 0; i < files->nr; i++) {
		struct file *file = &files->items[i];
		size_t n = i / FILES_PER_COMBINATION;
		const char *text = texts[n % ARRAY_SIZE(texts)];
		const char *crlf, *eol, *ident;

		n /= ARRAY_SIZE(texts);
		crlf = crlfs[n % ARRAY_SIZE(crlfs)];
		n /= ARRAY_SIZE(crlfs);
		eol = eols[n % ARRAY_SIZE(eols)];
		ident = idents[n / ARRAY_SIZE(eols)];
		file->indexed = file->content = (struct buf)BUF_INIT;
		snprintf(file->path, sizeof(file->path), "f%05zu.%zu", i,
			 i / FILES_PER_COMBINATION);
		if (i % FILES_PER_COMBINATION == 0)
			buf_addf(&attributes, "*.%zu %s %s %s %s\n",
				 i / FILES_PER_COMBINATION, text, crlf, eol,
				 ident);
		file->values.value[ATTR_TEXT] = value_of(text);
		file->values.value[ATTR_CRLF] = value_of(crlf);
		file->values.value[ATTR_EOL] = value_of(eol);
		file->values.value[ATTR_IDENT] = value_of(ident);
		random_content(random, &file->indexed);
		random_content(random, &file->content);
	}
	scratch_write(".gitattributes", &attributes);
	buf_release(&attributes);
}

static void free_files(struct files *files)
{
	for (size_t i = 0; i < files->nr; i++) {
		buf_release(&files->items[i].indexed);
		buf_release(&files->items[i].content);
	}
	free(files->items);
}

static void write_files(const struct files *files, bool indexed)
{
	for (size_t i = 0; i < files->nr; i++)
		scratch_write(files->items[i].path,
			      indexed ? &files->items[i].indexed
				      : &files->items[i].content);
}

/* "git" with the settings, and what is behind them. */
static void settings(struct buf *out, const char *autocrlf, const char *eol)
{
	buf_addstr(out, "git -c core.safecrlf=false ");
	if (autocrlf)
		buf_addf(out, "-c core.autocrlf=%s ", autocrlf);
	if (eol)
		buf_addf(out, "-c core.eol=%s ", eol);
}

static void read_settings(struct convert_config *out, struct config **config,
			  const char *autocrlf, const char *eol)
{
	struct error err = ERROR_INIT;
	struct buf text = BUF_INIT;

	if (autocrlf)
		buf_addf(&text, "core.autocrlf\n%s%c", autocrlf, 0);
	if (eol)
		buf_addf(&text, "core.eol\n%s%c", eol, 0);
	*config = config_parse(text.ptr, text.len);
	assert_int_equal(convert_config_read(out, *config, &err), 0);
	buf_release(&text);
}

static void fail_on(const struct file *file, const struct convert *convert,
		    const char *autocrlf, const char *eol, const char *what)
{
	struct buf line = BUF_INIT;

	convert_describe(convert, &line);
	fail_msg("seed %ju: %s %s: autocrlf %s, eol %s, ours %s",
		 (uintmax_t)seed, file->path, what, autocrlf ? autocrlf : "-",
		 eol ? eol : "-", line.ptr);
}

static void hash(const char *data, size_t len, char hex[OID_HEXSZ + 1])
{
	struct error err = ERROR_INIT;
	struct oid oid;

	assert_int_equal(object_hash(&oid, OBJECT_BLOB, data, len, &err), 0);
	oid_hex(&oid, hex);
}

/* The id that `path` has in what `ls-files -s` printed. */
static const char *id_of(const struct buf *listed, const char *path)
{
	const char *found = strstr(listed->ptr, path);

	assert_non_null(found);
	return found - 3 - OID_HEXSZ;
}

static void compare_to_git(const struct files *files, const char *autocrlf,
			   const char *eol)
{
	struct buf command = BUF_INIT, listed = BUF_INIT;
	struct convert_config config;
	struct config *owned;

	read_settings(&config, &owned, autocrlf, eol);
	buf_addstr(&command, "cp .git/index.kept .git/index && ");
	settings(&command, autocrlf, eol);
	buf_addstr(&command, "add -A && git ls-files -s");
	scratch_run(&listed, command.ptr, 0);
	for (size_t i = 0; i < files->nr; i++) {
		const struct file *file = &files->items[i];
		bool has_crlf =
			convert_has_crlf(file->indexed.ptr, file->indexed.len);
		struct buf out = BUF_INIT;
		struct error err = ERROR_INIT;
		char hex[OID_HEXSZ + 1];
		struct convert convert;
		bool asks;

		assert_int_equal(
			convert_decide(&convert, &config, &file->values, &err),
			0);
		asks = convert_asks_index(&convert, file->content.ptr,
					  file->content.len);
		if (!convert_to_git(&convert, file->content.ptr,
				    file->content.len, asks && has_crlf,
				    &out)) {
			assert_int_equal(out.len, 0);
			buf_add(&out, file->content.ptr, file->content.len);
		}
		hash(out.ptr, out.len, hex);
		if (strncmp(hex, id_of(&listed, file->path), OID_HEXSZ) != 0)
			fail_on(file, &convert, autocrlf, eol, "to git");
		buf_release(&out);
	}
	config_free(owned);
	buf_release(&command);
	buf_release(&listed);
}

static void compare_to_worktree(const struct files *files, const char *autocrlf,
				const char *eol)
{
	struct buf command = BUF_INIT, out = BUF_INIT;
	struct convert_config config;
	struct config *owned;

	read_settings(&config, &owned, autocrlf, eol);
	buf_addstr(&command, "rm -rf ../out && cp .git/index.kept .git/index "
			     "&& ");
	settings(&command, autocrlf, eol);
	buf_addstr(&command, "checkout-index -q -a --prefix=../out/");
	scratch_run(&out, command.ptr, 0);
	for (size_t i = 0; i < files->nr; i++) {
		const struct file *file = &files->items[i];
		const struct buf *blob = &file->indexed;
		struct buf ours = BUF_INIT, git = BUF_INIT;
		struct error err = ERROR_INIT;
		char hex[OID_HEXSZ + 1], path[64];
		struct convert convert;

		assert_int_equal(
			convert_decide(&convert, &config, &file->values, &err),
			0);
		hash(blob->ptr, blob->len, hex);
		if (!convert_to_worktree(&convert, blob->ptr, blob->len, hex,
					 &ours)) {
			assert_int_equal(ours.len, 0);
			buf_add(&ours, blob->ptr, blob->len);
		}
		snprintf(path, sizeof(path), "../out/%s", file->path);
		assert_int_equal(buf_read_file(&git, path, 1 << 20, &err), 0);
		if (git.len != ours.len ||
		    memcmp(git.ptr, ours.ptr, git.len) != 0)
			fail_on(file, &convert, autocrlf, eol, "to worktree");
		buf_release(&ours);
		buf_release(&git);
	}
	config_free(owned);
	buf_release(&command);
	buf_release(&out);
}

static void agrees_with_git(void **state)
{
	random_state random = random_start(seed);
	struct files files = {0};
	struct buf out = BUF_INIT;

	(void)state;
	scratch_run(&out, "git init -q -b main repo", 0);
	assert_int_equal(chdir("repo"), 0);
	make_files(&files, &random);
	/* The bytes as they are, whatever the attributes say. */
	write_files(&files, true);
	scratch_run(&out,
		    "mv .gitattributes ../kept && "
		    "git -c core.autocrlf=false add -A && "
		    "mv ../kept .gitattributes && "
		    "git add .gitattributes && cp .git/index .git/index.kept",
		    0);
	for (size_t i = 0; i < ARRAY_SIZE(autocrlfs); i++)
		for (size_t k = 0; k < ARRAY_SIZE(core_eols); k++)
			compare_to_worktree(&files, autocrlfs[i], core_eols[k]);
	write_files(&files, false);
	for (size_t i = 0; i < ARRAY_SIZE(autocrlfs); i++)
		for (size_t k = 0; k < ARRAY_SIZE(core_eols); k++)
			compare_to_git(&files, autocrlfs[i], core_eols[k]);
	assert_int_equal(chdir(".."), 0);
	free_files(&files);
	buf_release(&out);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(agrees_with_git),
	};

	if (argc > 1)
		seed = strtoull(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
