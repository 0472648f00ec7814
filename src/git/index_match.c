#include "git/index_file.h"

#include "git/tree.h"

/* The id of a blob of no bytes. */
static const struct oid empty_blob = {{0xe6, 0x9d, 0xe2, 0x9b, 0xb2, 0xd1, 0xd6,
				       0x43, 0x4b, 0x8b, 0x29, 0xae, 0x77, 0x5a,
				       0xd8, 0xc2, 0xe4, 0x8c, 0x53, 0x91}};

/*
 * 0 means "not known" in an index, so git 2.43 and later put another number
 * where the low 32 bits of a size are 0.
 */
static uint32_t cut_size(const struct stat *st)
{
	uint32_t size = (uint32_t)st->st_size;

	return !size && st->st_size ? 0x80000000u : size;
}

void index_stat_fill(struct index_stat *out, const struct stat *st)
{
	out->ctime_sec = (uint32_t)st->st_ctim.tv_sec;
	out->ctime_nsec = (uint32_t)st->st_ctim.tv_nsec;
	out->mtime_sec = (uint32_t)st->st_mtim.tv_sec;
	out->mtime_nsec = (uint32_t)st->st_mtim.tv_nsec;
	out->dev = (uint32_t)st->st_dev;
	out->ino = (uint32_t)st->st_ino;
	out->uid = (uint32_t)st->st_uid;
	out->gid = (uint32_t)st->st_gid;
	out->size = cut_size(st);
}

/*
 * Not every program keeps nanoseconds, and not every file system does once an
 * inode has left its cache: 0 is "not known".
 */
static bool same_time(uint32_t sec, uint32_t nsec, const struct timespec *time,
		      bool with_nsec)
{
	return sec == (uint32_t)time->tv_sec &&
	       (!with_nsec || !nsec || !time->tv_nsec ||
		nsec == (uint32_t)time->tv_nsec);
}

static bool same_type(const struct index_entry *entry, const struct stat *st,
		      const struct index_stat_rules *rules)
{
	switch (entry->mode & S_IFMT) {
	case S_IFREG:
		return S_ISREG(st->st_mode) &&
		       (!rules->trust_mode ||
			!((entry->mode ^ st->st_mode) & S_IXUSR));
	case S_IFLNK:
		/* Where there are no symbolic links, a file has its text. */
		return S_ISLNK(st->st_mode) ||
		       (!rules->has_symlinks && S_ISREG(st->st_mode));
	default:
		return S_ISDIR(st->st_mode);
	}
}

static bool same_stat(const struct index_entry *entry, const struct stat *st,
		      const struct index_stat_rules *rules)
{
	const struct index_stat found = index_entry_stat(entry);
	const struct index_stat *stat = &found;

	if (!same_time(stat->mtime_sec, stat->mtime_nsec, &st->st_mtim,
		       rules->check_stat) ||
	    stat->size != cut_size(st))
		return false;
	/* A size of 0 is also git's mark for "look at the content". */
	if (!stat->size && !oid_equal(index_entry_oid(entry), &empty_blob))
		return false;
	if (!rules->check_stat)
		return true;
	/* The device is left out, as git does: it changes with each mount. */
	return (!rules->trust_ctime ||
		same_time(stat->ctime_sec, stat->ctime_nsec, &st->st_ctim,
			  true)) &&
	       stat->uid == (uint32_t)st->st_uid &&
	       stat->gid == (uint32_t)st->st_gid &&
	       stat->ino == (uint32_t)st->st_ino;
}

bool index_entry_is_racy(const struct index *index,
			 const struct index_entry *entry)
{
	return entry->mode != MODE_GITLINK &&
	       index_get32(index_entry_head(entry) + INDEX_AT_MTIME) >=
		       (uint32_t)index->mtime.tv_sec;
}

bool index_entry_matches(const struct index *index,
			 const struct index_entry *entry, const struct stat *st,
			 const struct index_stat_rules *rules)
{
	if (entry->stage || entry->flags & INDEX_INTENT_TO_ADD)
		return false;
	if (!same_type(entry, st, rules))
		return false;
	if (entry->mode == MODE_GITLINK)
		return true;
	return same_stat(entry, st, rules) &&
	       !index_entry_is_racy(index, entry);
}
