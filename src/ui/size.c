#include "ui/size.h"

void size_human(struct buf *out, uint64_t bytes)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
	double value = (double)bytes;
	size_t unit = 0;

	if (bytes < 1024) {
		buf_addf(out, "%u byte%s", (unsigned)bytes,
			 bytes == 1 ? "" : "s");
		return;
	}
	value /= 1024;
	while (value >= 1024 && unit + 1 < ARRAY_SIZE(units)) {
		value /= 1024;
		unit++;
	}
	buf_addf(out, "%.2f %s", value, units[unit]);
}
