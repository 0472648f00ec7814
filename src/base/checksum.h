/*
 * Checksums over bytes, from nettle. Object ids are not made here but by
 * git/object.h, which detects collisions; this SHA-1 is for the trailers of
 * packs and indexes.
 */
#ifndef BASE_CHECKSUM_H
#define BASE_CHECKSUM_H

#include "base/compat.h"

#include <nettle/sha1.h>
#include <nettle/sha2.h>

struct checksum_sha1 {
	struct sha1_ctx context;
};
void checksum_sha1_init(struct checksum_sha1 *sum);
void checksum_sha1_add(struct checksum_sha1 *sum, const void *data, size_t len);
void checksum_sha1_finish(struct checksum_sha1 *sum, unsigned char out[20]);

/* 64 hex digits and a NUL. */
void checksum_sha256_hex(const void *data, size_t len, char out[65]);

/* The same piece by piece. */
struct checksum_sha256 {
	struct sha256_ctx context;
};
void checksum_sha256_init(struct checksum_sha256 *sum);
void checksum_sha256_add(struct checksum_sha256 *sum, const void *data,
			 size_t len);
void checksum_sha256_finish(struct checksum_sha256 *sum, unsigned char out[32]);
void checksum_sha256_finish_hex(struct checksum_sha256 *sum, char out[65]);

#endif
