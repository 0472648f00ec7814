/*
 * An index as `git ls-files` lists it, to compare with what git says.
 */
#ifndef INDEX_LISTING_H
#define INDEX_LISTING_H

#include "git/index.h"

#include "git/repository.h"
#include "scratch.h"

/* Flags of git's memory that are kept in the file. */
#define LISTED_FLAGS 0x6000b000u

static inline unsigned listing_flags(const struct index_entry *entry)
{
	unsigned flags = (unsigned)entry->stage << 12;

	if (entry->flags & INDEX_ASSUME_UNCHANGED)
		flags |= 0x8000;
	if (entry->flags & INDEX_INTENT_TO_ADD)
		flags |= 0x20000000;
	if (entry->flags & INDEX_SKIP_WORKTREE)
		flags |= 0x40000000;
	return flags;
}

/* As `git ls-files -z -s --debug`. */
static inline void listing_of(struct buf *out, const struct index *index)
{
	char hex[OID_HEXSZ + 1];
	size_t i;

	for (i = 0; i < index->nr; i++) {
		const struct index_entry *e = &index->entries[i];
		const struct index_stat stat = index_entry_stat(e);
		const struct index_stat *s = &stat;

		assert_int_equal(strlen(e->path), e->path_len);
		buf_addf(out, "%06o %s %d\t%s%c", e->mode,
			 oid_hex(index_entry_oid(e), hex), e->stage, e->path,
			 0);
		buf_addf(out, "  ctime: %u:%u\n", s->ctime_sec, s->ctime_nsec);
		buf_addf(out, "  mtime: %u:%u\n", s->mtime_sec, s->mtime_nsec);
		buf_addf(out, "  dev: %u\tino: %u\n", s->dev, s->ino);
		buf_addf(out, "  uid: %u\tgid: %u\n", s->uid, s->gid);
		buf_addf(out, "  size: %u\tflags: %x\n", s->size,
			 listing_flags(e));
	}
}

/* What git says of `path`, less the flags that it has in memory only. */
static inline void listing_by_git(struct buf *out, const char *path)
{
	static const char label[] = "\tflags: ";
	struct buf command = BUF_INIT, text = BUF_INIT;
	const char *pos, *at;

	buf_addf(&command,
		 "GIT_INDEX_FILE='%s' git ls-files -z -s --debug 2>/dev/null",
		 path);
	scratch_run(&text, command.ptr, 0);
	pos = text.ptr;
	while ((at = memmem(pos, text.len - (size_t)(pos - text.ptr), label,
			    strlen(label)))) {
		char *end;
		unsigned long flags = strtoul(at + strlen(label), &end, 16);

		buf_add(out, pos, (size_t)(at - pos));
		buf_addf(out, "%s%lx", label, flags & LISTED_FLAGS);
		pos = end;
	}
	buf_addstr(out, pos);
	buf_release(&text);
	buf_release(&command);
}

static inline struct index *index_of(struct repository *repo, const char *path)
{
	struct error err = ERROR_INIT;
	struct index *index = NULL;

	if (index_read(&index, repo, path, &err) < 0)
		fail_msg("%s", err.text);
	return index;
}

/* A listing has NULs, which would end the message. */
static inline void add_listing_part(struct buf *out, const struct buf *listing,
				    size_t at)
{
	size_t start = at < 200 ? 0 : at - 200;

	for (size_t i = start; i < listing->len && i < start + 400; i++)
		buf_addch(out, listing->ptr[i] ? listing->ptr[i] : '\n');
}

/* Where they differ: free() it; NULL where they do not. */
static inline char *listing_difference(const struct buf *got,
				       const struct buf *want)
{
	struct buf text = BUF_INIT;
	size_t i = 0;

	while (i < got->len && i < want->len && got->ptr[i] == want->ptr[i])
		i++;
	if (i == got->len && i == want->len)
		return NULL;
	buf_addstr(&text, "not as git lists it: got\n");
	add_listing_part(&text, got, i);
	buf_addstr(&text, "\nwant\n");
	add_listing_part(&text, want, i);
	return buf_detach(&text);
}

static inline void assert_same_listing(const struct buf *got,
				       const struct buf *want)
{
	char *difference = listing_difference(got, want);

	if (difference)
		fail_msg("%s", difference);
}

/* Read it, compare it with what git reads, and return it. */
static inline struct index *read_like_git(struct repository *repo,
					  const char *path)
{
	struct index *index = index_of(repo, path);
	struct buf got = BUF_INIT, want = BUF_INIT;

	listing_of(&got, index);
	listing_by_git(&want, path);
	assert_same_listing(&got, &want);
	buf_release(&got);
	buf_release(&want);
	return index;
}

static inline void shell(const char *command)
{
	struct buf out = BUF_INIT;

	scratch_run(&out, command, 0);
	buf_release(&out);
}

static inline void init_repository(void)
{
	shell("git init -q . && git config user.name A && "
	      "git config user.email a@example.com");
}

static inline struct repository *open_repository(void)
{
	struct error err = ERROR_INIT;
	struct repository *repo = NULL;

	if (repository_open(&repo, &err) < 0)
		fail_msg("%s", err.text);
	return repo;
}

/* What a line of shell prints, without the newline; free() it. */
static inline char *shell_line(const char *command)
{
	struct buf out = BUF_INIT;

	scratch_run(&out, command, 0);
	buf_trim(&out);
	return buf_detach(&out);
}

#endif
