#include "base/checksum.h"

#include <nettle/version.h>

#include "base/hex.h"

/* Nettle 4 takes no length: a digest is always whole there. */
#if NETTLE_VERSION_MAJOR >= 4
#define FINISH(digest, context, out) digest(context, out)
#else
#define FINISH(digest, context, out) digest(context, sizeof(out), out)
#endif

void checksum_sha1_init(struct checksum_sha1 *sum)
{
	sha1_init(&sum->context);
}

void checksum_sha1_add(struct checksum_sha1 *sum, const void *data, size_t len)
{
	sha1_update(&sum->context, len, data);
}

void checksum_sha1_finish(struct checksum_sha1 *sum, unsigned char out[20])
{
	unsigned char digest[SHA1_DIGEST_SIZE];

	FINISH(sha1_digest, &sum->context, digest);
	memcpy(out, digest, sizeof(digest));
}

void checksum_sha256_hex(const void *data, size_t len, char out[65])
{
	struct checksum_sha256 sum;

	checksum_sha256_init(&sum);
	checksum_sha256_add(&sum, data, len);
	checksum_sha256_finish_hex(&sum, out);
}

void checksum_sha256_init(struct checksum_sha256 *sum)
{
	sha256_init(&sum->context);
}

void checksum_sha256_add(struct checksum_sha256 *sum, const void *data,
			 size_t len)
{
	sha256_update(&sum->context, len, data);
}

void checksum_sha256_finish(struct checksum_sha256 *sum, unsigned char out[32])
{
	unsigned char digest[SHA256_DIGEST_SIZE];

	FINISH(sha256_digest, &sum->context, digest);
	memcpy(out, digest, sizeof(digest));
}

void checksum_sha256_finish_hex(struct checksum_sha256 *sum, char out[65])
{
	unsigned char digest[SHA256_DIGEST_SIZE];

	checksum_sha256_finish(sum, digest);
	hex_encode(out, digest, sizeof(digest));
}
