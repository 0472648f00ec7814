#include "core/secret/secret_text.h"

#include "scratch.h"

/*
 * Every secret here is in two pieces, so that nobody who scans these sources
 * for secrets finds one.
 */
struct example {
	const char *start, *rest;
	const char *kind; /* NULL: none is to be found */
};

static const struct secret_table *table_of(void **state)
{
	return *state;
}

static int make_table(void **state)
{
	*state = secret_table_new();
	return 0;
}

static int free_table(void **state)
{
	secret_table_free(*state);
	return 0;
}

static void check(const struct secret_table *table, const char *data,
		  size_t len, const char *kind)
{
	struct secret_text text;

	secret_text_init(&text, table);
	secret_text_add(&text, data, len);
	secret_text_finish(&text);
	if (kind ? text.nr != 1 || strcmp(text.hits[0].kind, kind) : text.nr)
		fail_msg("%s in '%.*s', not %s",
			 text.nr ? text.hits[0].kind : "nothing", (int)len,
			 data, kind ? kind : "nothing");
	secret_text_release(&text);
}

static void check_all(const struct secret_table *table,
		      const struct example *examples, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		struct buf text = BUF_INIT;

		buf_addf(&text, "%s%s", examples[i].start, examples[i].rest);
		check(table, text.ptr, text.len, examples[i].kind);
		buf_release(&text);
	}
}

#define DIGITS36 "0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R"
#define HEX32 "0f1e2d3c4b5a69788796a5b4c3d2e1f0"

static void finds_tokens_by_how_they_start(void **state)
{
	static const struct example examples[] = {
		{"AKI", "AIOSFODNN7EXAMPLE", "aws-access-key"},
		{"key AS", "IAQWERTYUIOPASDFGH.", "aws-access-key"},
		{"g", "hp_" DIGITS36, "github-token"},
		{"\"g", "hs_" DIGITS36 "\"", "github-token"},
		{"git", "hub_pat_11ABCDEFG0123456789_abcdefghij",
		 "github-token"},
		{"gl", "pat-0a1B2c3D4e5F6g7H8i9J", "gitlab-token"},
		{"xo", "xb-123456789012-abcdefghijklmnop", "slack-token"},
		{"https://hooks.sl",
		 "ack.com/services/T01234567/B01234567/"
		 "0a1B2c3D4e5F6g7H8i9J0k1L",
		 "slack-webhook"},
		{"sk_l", "ive_0a1B2c3D4e5F", "stripe-key"},
		{"np", "m_" DIGITS36, "npm-token"},
		{"py", "pi-AgEIcHlwaS5vcmc" DIGITS36 DIGITS36, "pypi-token"},
		{"AI", "zaSyA0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P", "gcp-api-key"},
		{"GOC", "SPX-0a1B2c3D4e5F6g7H8i9J0k1L2m3N", "gcp-oauth-secret"},
		{"sk-", "proj-0a1B2c3D4e5F6g7H8i9J", "openai-key"},
		{"sk-", "ant-api03-0a1B2c3D4e5F6g7H8i9J", "anthropic-key"},
		{"hf", "_0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q",
		 "huggingface-token"},
		{"dop_", "v1_" HEX32 HEX32, "digitalocean-token"},
		{"hv", "s.0a1B2c3D4e5F6g7H8i9J0k1L", "vault-token"},
		{"SG",
		 ".0a1B2c3D4e5F6g7H8i9J0k.0a1B2c3D4e5F6g7H8i9J0k1L2m3N4"
		 "o5P6q7R8s9T0u1",
		 "sendgrid-key"},
		{"ey",
		 "JhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0."
		 "0a1B2c3D4e5F6g7H8i9J",
		 "json-web-token"},
		{"Account",
		 "Key=0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R0a1B2c3D"
		 "4e5F6g7H8i9J0k1L2m3N4o5P6q7R0a1B2c3D4e5F6g==",
		 "azure-key"},
		{"Authorization: Bea", "rer 0a1B2c3D4e5F6g7H8i9J0k1L",
		 "bearer-token"},
		{"postgres://app:", "Tr0ub4dor3@db.internal/prod",
		 "url-password"},
		/* Behind what is no letter in its own language. */
		{"\\nAKI", "AIOSFODNN7EXAMPLE", "aws-access-key"},
		{"q=%3DAKI", "AIOSFODNN7EXAMPLE", "aws-access-key"},
	};

	check_all(table_of(state), examples, ARRAY_SIZE(examples));
}

static void takes_no_part_of_something_else(void **state)
{
	static const struct example examples[] = {
		{"xAKI", "AIOSFODNN7EXAMPLE", NULL},
		{"AKI", "AIOSFODNN7EXAMPLEMORE", NULL},
		{"AKI", "AIOSFODNN7", NULL},
		{"g", "hp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", NULL},
		{"g", "hp_short", NULL},
		{"task-", "list-of-things-0a1B2c3D4e5F6g7H8i9J0k1L", NULL},
		{"https://user:", "password@example.com/", NULL},
		{"https://$USER:", "${PASS}@example.com/", NULL},
		{"ssh://git@host:", "22/path@2", NULL},
		{"ey", "J0eXAiOiJKV1QifQ", NULL},
	};

	check_all(table_of(state), examples, ARRAY_SIZE(examples));
}

static void finds_private_keys(void **state)
{
	static const struct example examples[] = {
		{"-----BEGIN RSA PRI", "VATE KEY-----\nMIIEpAIBAAKCAQEA\n",
		 "private-key"},
		{"-----BEGIN OPENSSH PRI", "VATE KEY-----\nb3BlbnNzaC1rZXkt\n",
		 "private-key"},
		{"-----BEGIN PRI", "VATE KEY-----\r\nMIIEvQIBADANBgkq\r\n",
		 "private-key"},
		{"-----BEGIN EC PRI",
		 "VATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
		 "DEK-Info: AES\n\nMIIEpAIBAAKC\n",
		 "private-key"},
		{"-----BEGIN PGP PRI", "VATE KEY BLOCK-----\n\nlQOYBF\n",
		 "private-key"},
		{"-----BEGIN RSA PRI", "VATE KEY-----\n", "private-key"},
		{"-----BEGIN RSA PRI", "VATE KEY-----", "private-key"},
		{"  key: |\n    -----BEGIN RSA PRI",
		 "VATE KEY-----\n    MIIEpAIBAAKCAQEA\n", "private-key"},
		{"{\"k\": \"-----BEGIN PRI",
		 "VATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQ\\n\"}",
		 "private-key"},
		{"\"-----BEGIN RSA PRI",
		 "VATE KEY-----\\n\"\n\t\"MIIEvQIBADANB"
		 "gkqhkiG9w0BAQ\\n\"",
		 "private-key"},
		{"PuTTY-User-Key-", "File-2: ssh-rsa\n", "private-key"},
		/* A program that looks for them. */
		{"if (strstr(s, \"-----BEGIN RSA PRI",
		 "VATE KEY-----\"))\n\treturn;\n", NULL},
		{"-----BEGIN RSA PRI", "VATE KEY-----\n...\n-----END", NULL},
		{"-----BEGIN CERTI", "FICATE-----\nMIIDdzCCAl+gAwIBAgIE\n",
		 NULL},
		{"-----BEGIN PUB", "LIC KEY-----\nMIIBIjANBgkqhkiG\n", NULL},
	};

	check_all(table_of(state), examples, ARRAY_SIZE(examples));
}

static void finds_what_is_assigned(void **state)
{
	static const struct example examples[] = {
		{"DB_PASSWORD=", "hunter2hunter2\n", "secret-assignment"},
		{"export API_TOKEN=", "0a1B2c3D4e5F\n", "secret-assignment"},
		{"SECRET_KEY='", "supersecretvalue123456'\n",
		 "secret-assignment"},
		{"STRIPE_KEY=", "0a1b2c3d4e5f6a7b # live\n",
		 "secret-assignment"},
		{"password = \"", "s3cr3tPassw0rd!\"", "secret-assignment"},
		{"{\"apiKey\": \"", HEX32 "\"}", "secret-assignment"},
		{"client_secret: ", HEX32 "\n", "secret-assignment"},
		{"setenv(\"AUTH_TOKEN\", \"", "0a1B2c3D4e5F\", 1);",
		 "secret-assignment"},
		{"define('DB_PASSWORD', '", "0a1B2c3D4e5F');",
		 "secret-assignment"},
		{"//registry/:_authToken=", "0a1B2c3D-4e5F-6g7H8i\n",
		 "secret-assignment"},
		{"?access_token=", "0a1B2c3D4e5F6g7H&x=1", "secret-assignment"},
		{"aws_secret_access_key = ",
		 "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n",
		 "aws-secret-key"},
		/* One a line, of the special kind. */
		{"TOKEN=g", "hp_" DIGITS36 "\n", "github-token"},
	};

	check_all(table_of(state), examples, ARRAY_SIZE(examples));
}

static void leaves_programs_and_examples_alone(void **state)
{
	static const struct example examples[] = {
		{"password = ", "get_password(user1, 22);\n", NULL},
		{"password = ", "os.environ['DB_PASSWORD_2']\n", NULL},
		{"token = ", "strtok_r2(line, sep);\n", NULL},
		{"token == ", "\"0a1B2c3D4e5F\"", NULL},
		{"tokenizer = \"", "bert-base-uncased-2018-v12\"", NULL},
		{"API_KEY=", "your-api-key-here-1234\n", NULL},
		{"API_KEY=", "${SECRET_API_KEY_2}\n", NULL},
		{"API_KEY=", "<0a1B2c3D4e5F>\n", NULL},
		{"API_KEY=", "$(pass show key/2)\n", NULL},
		{"DB_PASSWORD=", "\n", NULL},
		{"DB_PASSWORD=", "changeme123\n", NULL},
		{"password: ", "string\n", NULL},
		{"secret: ", "\"correct horse battery\"\n", NULL},
		{"PublicKeyToken=", "b77a5c561934e089", NULL},
		{"token_id: ", "0a1B2c3D4e5F6a7b\n", NULL},
		{"key = \"", "0a1B2c3D4e5F6a7b\"", NULL},
		{"struct token *", "token = next->token2;\n", NULL},
		{"secret_file = \"", "/etc/app/s3cr3t_k3y\"", NULL},
	};

	check_all(table_of(state), examples, ARRAY_SIZE(examples));
}

static void counts_lines(void **state)
{
	struct secret_text text;
	struct buf data = BUF_INIT;

	buf_addstr(&data, "one\ntwo\nA");
	buf_addstr(&data, "KIAIOSFODNN7EXAMPLE\n\nA");
	buf_addstr(&data, "KIAIOSFODNN7EXAMPLF\n");
	secret_text_init(&text, table_of(state));
	secret_text_add(&text, data.ptr, data.len);
	secret_text_finish(&text);
	assert_int_equal(text.nr, 2);
	assert_int_equal(text.hits[0].line, 3);
	assert_int_equal(text.hits[1].line, 5);
	secret_text_release(&text);
	buf_release(&data);
}

/* Add it in pieces of that many bytes; the caller must secret_text_release().
 */
static void look_in_pieces(struct secret_text *text,
			   const struct secret_table *table,
			   const struct buf *data, size_t piece)
{
	secret_text_init(text, table);
	for (size_t at = 0; at < data->len; at += piece)
		secret_text_add(text, data->ptr + at,
				data->len - at < piece ? data->len - at
						       : piece);
	assert_true(text->buf.alloc < 2u << 20);
	secret_text_finish(text);
}

static void finds_the_same_in_pieces(void **state)
{
	static const size_t pieces[] = {1, 7, 4096, 300000, 2000000};
	struct buf data = BUF_INIT;
	uint64_t lines = 0;

	for (unsigned i = 0; i < 12; i++) {
		for (unsigned k = 0; k < 90000; k++)
			buf_addch(&data, k % 61 ? 'a' + (int)k % 26 : '\n');
		buf_addstr(&data, "\nDB_PASSWORD=hunter2");
		buf_addstr(&data, "hunter2\nA");
		buf_addstr(&data, "KIAIOSFODNN7EXAMPLE\n");
		lines = lines ? lines : 1476 + 2;
	}
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		struct secret_text text;

		look_in_pieces(&text, table_of(state), &data, pieces[i]);
		assert_int_equal(text.nr, 24);
		for (size_t k = 0; k < text.nr; k++)
			assert_int_equal(text.hits[k].line,
					 lines + k / 2 * (lines + 1) + k % 2);
		secret_text_release(&text);
	}
	buf_release(&data);
}

static void reads_utf16(void **state)
{
	static const char plain[] = "DB_PASSWORD=hunter2"
				    "hunter2\r\n";

	for (int big = 0; big < 2; big++) {
		struct buf data = BUF_INIT;

		buf_add(&data, big ? "\xfe\xff" : "\xff\xfe", 2);
		for (const char *at = plain; *at; at++) {
			if (big)
				buf_addch(&data, 0);
			buf_addch(&data, *at);
			if (!big)
				buf_addch(&data, 0);
		}
		check(table_of(state), data.ptr, data.len, "secret-assignment");
		buf_release(&data);
	}
}

static void finds_only_what_is_sure_in_binary_files(void **state)
{
	struct buf data = BUF_INIT;

	buf_add(&data, "\0\1\2DB_PASSWORD=hunter2hunter2\n", 30);
	check(table_of(state), data.ptr, data.len, NULL);
	buf_addstr(&data, "A");
	buf_addstr(&data, "KIAIOSFODNN7EXAMPLE\n");
	check(table_of(state), data.ptr, data.len, "aws-access-key");
	buf_release(&data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_tokens_by_how_they_start),
		cmocka_unit_test(takes_no_part_of_something_else),
		cmocka_unit_test(finds_private_keys),
		cmocka_unit_test(finds_what_is_assigned),
		cmocka_unit_test(leaves_programs_and_examples_alone),
		cmocka_unit_test(counts_lines),
		cmocka_unit_test(finds_the_same_in_pieces),
		cmocka_unit_test(reads_utf16),
		cmocka_unit_test(finds_only_what_is_sure_in_binary_files),
	};

	return cmocka_run_group_tests(tests, make_table, free_table);
}
