#include "git/index_file.h"

#include "base/checksum.h"

/* Starting a thread costs as much as summing this much. */
#define THREAD_MIN ((size_t)64 << 10)

static void *run(void *arg)
{
	struct index_sum *sum = arg;
	struct checksum_sha1 sha1;

	checksum_sha1_init(&sha1);
	checksum_sha1_add(&sha1, sum->data, sum->len);
	checksum_sha1_finish(&sha1, sum->value);
	return NULL;
}

void index_sum_start(struct index_sum *sum, const unsigned char *data,
		     size_t len)
{
	sum->data = data;
	sum->len = len;
	sum->threaded = len >= THREAD_MIN &&
			!pthread_create(&sum->thread, NULL, run, sum);
	if (!sum->threaded)
		run(sum);
}

const unsigned char *index_sum_finish(struct index_sum *sum)
{
	if (sum->threaded)
		pthread_join(sum->thread, NULL);
	sum->threaded = false;
	return sum->value;
}
