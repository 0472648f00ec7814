#include "base/checksum.h"

#include "base/hex.h"
#include "scratch.h"

static void sha1_hex(const void *data, size_t len, size_t piece, char out[41])
{
	struct checksum_sha1 sum;
	unsigned char digest[20];

	checksum_sha1_init(&sum);
	for (size_t at = 0; at < len; at += piece)
		checksum_sha1_add(&sum, (const char *)data + at,
				  len - at < piece ? len - at : piece);
	checksum_sha1_finish(&sum, digest);
	hex_encode(out, digest, sizeof(digest));
}

static void sha256_hex(const void *data, size_t len, size_t piece, char out[65])
{
	struct checksum_sha256 sum;

	checksum_sha256_init(&sum);
	for (size_t at = 0; at < len; at += piece)
		checksum_sha256_add(&sum, (const char *)data + at,
				    len - at < piece ? len - at : piece);
	checksum_sha256_finish_hex(&sum, out);
}

/* FIPS 180-4, "abc". */
static void knows_the_examples_of_the_standard(void **state)
{
	char sha1[41], sha256[65];

	(void)state;
	sha1_hex("abc", 3, 3, sha1);
	assert_string_equal(sha1, "a9993e364706816aba3e25717850c26c9cd0d89d");
	checksum_sha256_hex("abc", 3, sha256);
	assert_string_equal(sha256, "ba7816bf8f01cfea414140de5dae2223"
				    "b00361a396177a9cb410ff61f20015ad");
	checksum_sha256_hex("", 0, sha256);
	assert_string_equal(sha256, "e3b0c44298fc1c149afbf4c8996fb924"
				    "27ae41e4649b934ca495991b7852b855");
}

static void pieces_make_the_same_sum(void **state)
{
	char data[300], whole1[41], sum1[41], whole256[65], sum256[65];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)(i * 7);
	sha1_hex(data, sizeof(data), sizeof(data), whole1);
	checksum_sha256_hex(data, sizeof(data), whole256);
	for (size_t piece = 1; piece <= sizeof(data); piece++) {
		sha1_hex(data, sizeof(data), piece, sum1);
		assert_string_equal(sum1, whole1);
		sha256_hex(data, sizeof(data), piece, sum256);
		assert_string_equal(sum256, whole256);
	}
}

static void agrees_with_the_sums_of_coreutils(void **state)
{
	struct buf data = BUF_INIT, said = BUF_INIT;
	uint64_t seed = 1804;
	char sha1[41], sha256[65];

	(void)state;
	for (int i = 0; i < 100003; i++)
		buf_addch(&data, (int)(scratch_random(&seed) & 255));
	scratch_write("file", &data);
	scratch_run(&said, "sha1sum <file && sha256sum <file", 0);
	sha1_hex(data.ptr, data.len, 8192, sha1);
	sha256_hex(data.ptr, data.len, 8192, sha256);
	assert_memory_equal(said.ptr, sha1, 40);
	assert_memory_equal(strchr(said.ptr, '\n') + 1, sha256, 64);
	buf_release(&data);
	buf_release(&said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_examples_of_the_standard),
		cmocka_unit_test(pieces_make_the_same_sum),
		IN_SCRATCH(agrees_with_the_sums_of_coreutils),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
