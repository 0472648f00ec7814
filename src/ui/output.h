/*
 * What commands print.
 *
 * Standard output is for answers, and is gathered here and checked: a full
 * disk or a closed pipe is an error at the end, never a silent success.
 * Standard error is for warnings, hints, questions and progress.
 *
 * Text for people may change between versions; what --json, -z and --format
 * print may not.
 */
#ifndef UI_OUTPUT_H
#define UI_OUTPUT_H

#include "base/buf.h"
#include "base/error.h"
#include "ui/color.h"

struct json;
struct pager;
struct repository;

struct output {
	/* What the user asked for; set through the tables of options. */
	bool quiet; /* -q: answers and errors only */
	bool json;  /* --json: documents instead of text for people */
	bool nul;   /* -z: paths as they are, NUL behind each */

	/* Output's own. */
	int fd;
	bool terminal; /* a person reads it, maybe through a pager */
	bool color;
	int failure; /* errno of the first write that failed, or 0 */
	struct buf pending;
	struct pager *pager;
	const struct repository *repo;
};

/* The options that every command has. */
#define OPT_OUTPUT(out)                                                        \
	OPT_FLAG('q', "quiet", &(out)->quiet, "print less"),                   \
		OPT_FLAG(0, "json", &(out)->json,                              \
			 "print JSON, one document a line")
/* Where paths are listed. */
#define OPT_OUTPUT_NUL(out)                                                    \
	OPT_FLAG('z', NULL, &(out)->nul, "end paths with NUL, unquoted")

/* Print to `fd`, which stays the caller's. The caller must output_release(). */
void output_init(struct output *out, int fd);
/*
 * Decide about colour by the configuration of `repo` (NULL: none), which must
 * live as long as `out`.
 */
int output_configure(struct output *out, const struct repository *repo,
		     struct error *err);
/*
 * Send what follows through the user's pager, if a person at a terminal
 * reads it; after the options are parsed, before anything is printed.
 */
int output_page(struct output *out, struct error *err);
/*
 * Write what is gathered and wait for the pager. ERR_FAILED where any of it
 * could not be written. output_closed() tells whether the reader went away.
 */
int output_finish(struct output *out, struct error *err);
void output_release(struct output *out);

/* Write what is gathered now: before a child prints, before a long wait. */
void output_flush(struct output *out);
/* The reader of a pipe is gone; there is no use in printing more. */
bool output_closed(const struct output *out);

/* An answer: always printed. */
void output_print(struct output *out, const char *fmt, ...) PRINTF_LIKE(2, 3);
void output_write(struct output *out, const void *data, size_t len);
/* Text for people: not with -q, not with --json. */
void output_say(struct output *out, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* One document on a line of its own. */
void output_json(struct output *out, const struct json *json);
/* A path on a line, quoted as git does; with -z as it is, NUL behind it. */
void output_path(struct output *out, const char *path);

/* "warning: ..." and "hint: ..." on standard error, one line each; hints not
 * with -q. */
void output_warn(struct output *out, const char *fmt, ...) PRINTF_LIKE(2, 3);
void output_hint(struct output *out, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The bytes that switch a colour on; "" where there is no colour. */
const char *output_color(const struct output *out, enum color color);
/* How wide a line may be, for text that is cut; 0: it is not cut. */
size_t output_columns(const struct output *out);

#endif
