#include "core/secret/secret_objects.h"

#include <errno.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "git/process.h"

#define PIECE_BYTES ((size_t)256 << 10)
/* So many are asked for before the first answer is read: their lines must fit
 * in a pipe however small, or we would write while git does. */
#define AHEAD 90
#define LINE_BYTES 256

struct batch {
	struct git_child child;
	const struct secret_places *places;
	const size_t *which;
	size_t nr, asked;
	char *piece; /* what was read from git */
	size_t at, len;
};

static int fill(struct batch *batch, struct error *err)
{
	ssize_t got;

	do {
		got = read(batch->child.from, batch->piece, PIECE_BYTES);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return error_errno(err, "cannot read from git");
	if (!got)
		return error_set(err, ERR_FAILED, "'git cat-file' ended early");
	batch->at = 0;
	batch->len = (size_t)got;
	return 0;
}

static int ask_more(struct batch *batch, size_t done, struct error *err)
{
	struct buf text = BUF_INIT;
	char hex[OID_HEXSZ + 1];
	int ret = 0;

	if (batch->asked - done > AHEAD / 2)
		return 0;
	while (batch->asked < batch->nr && batch->asked - done < AHEAD) {
		size_t place = batch->which[batch->asked++];

		buf_addf(&text, "%s\n",
			 oid_hex(&batch->places->items[place].oid, hex));
	}
	if (text.len)
		ret = git_child_write(&batch->child, text.ptr, text.len, err);
	buf_release(&text);
	return ret;
}

/* "<id> <type> <size>". */
static int read_head(struct batch *batch, uint64_t *size, struct error *err)
{
	char line[LINE_BYTES];
	size_t len = 0;
	char *last;

	for (;;) {
		if (batch->at == batch->len && fill(batch, err) < 0)
			return err->code;
		line[len] = batch->piece[batch->at++];
		if (line[len] == '\n')
			break;
		if (++len == sizeof(line))
			return error_set(err, ERR_FAILED,
					 "cannot read from git");
	}
	line[len] = '\0';
	last = strrchr(line, ' ');
	if (len < OID_HEXSZ || !last || last[1] < '0' || last[1] > '9')
		return error_set(err, ERR_NOT_FOUND, "object %.*s is missing",
				 OID_HEXSZ, line);
	*size = strtoull(last + 1, NULL, 10);
	return 0;
}

static int read_bytes(struct batch *batch, uint64_t size,
		      const struct secret_objects_reader *reader,
		      struct error *err)
{
	int ret = 0;

	/* One line break is behind them. */
	for (size++; !ret && size;) {
		size_t len;

		if (batch->at == batch->len && fill(batch, err) < 0)
			return err->code;
		len = batch->len - batch->at;
		if (len > size)
			len = (size_t)size;
		size -= len;
		if (len - !size)
			ret = reader->add(reader->context,
					  batch->piece + batch->at, len - !size,
					  err);
		batch->at += len;
	}
	return ret;
}

static int read_all(struct batch *batch,
		    const struct secret_objects_reader *reader,
		    struct error *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < batch->nr; i++) {
		uint64_t size = 0;

		ret = ask_more(batch, i, err);
		if (!ret)
			ret = read_head(batch, &size, err);
		if (!ret)
			ret = read_bytes(batch, size, reader, err);
		if (!ret)
			ret = reader->end(reader->context, batch->which[i],
					  err);
	}
	return ret;
}

int secret_objects_read(struct repository *repo,
			const struct secret_places *places, const size_t *which,
			size_t nr, const struct secret_objects_reader *reader,
			struct error *err)
{
	static const char *const argv[] = {"cat-file", "--batch", NULL};
	struct git_command command = {.repo = repo, .argv = argv};
	struct batch batch = {.places = places, .which = which, .nr = nr};
	struct error child_err = ERROR_INIT;
	int ret;

	if (!nr)
		return 0;
	ret = git_child_start(&batch.child, &command, err);
	if (ret < 0)
		return ret;
	batch.piece = xmalloc(PIECE_BYTES);
	ret = read_all(&batch, reader, err);
	/* Of one that was not heard out the status says nothing. */
	if (git_child_finish(&batch.child, &child_err) < 0 && !ret)
		ret = error_move(err, &child_err);
	error_release(&child_err);
	free(batch.piece);
	return ret;
}
