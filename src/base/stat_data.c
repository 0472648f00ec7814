#include "base/stat_data.h"

_Static_assert(sizeof(struct stat_data) == 48, "no byte is left to chance");

void stat_data_fill(struct stat_data *out, const struct stat *st)
{
	*out = (struct stat_data){
		.size = (uint64_t)st->st_size,
		.inode = st->st_ino,
		.mtime_sec = st->st_mtim.tv_sec,
		.ctime_sec = st->st_ctim.tv_sec,
		.mtime_nsec = (uint32_t)st->st_mtim.tv_nsec,
		.ctime_nsec = (uint32_t)st->st_ctim.tv_nsec,
		.device = (uint32_t)st->st_dev,
		.mode = st->st_mode,
	};
}

bool stat_data_equal(const struct stat_data *a, const struct stat_data *b)
{
	return !memcmp(a, b, sizeof(*a));
}

bool stat_data_is(const struct stat_data *data, const struct stat *st)
{
	struct stat_data now;

	stat_data_fill(&now, st);
	return stat_data_equal(data, &now);
}
