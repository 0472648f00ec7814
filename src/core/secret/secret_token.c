#include "core/secret/secret_token.h"

#include "core/secret/secret_pem.h"
#include "core/secret/secret_url.h"
#include "core/secret/secret_value.h"

#define UPPER_DIGIT (BYTE_UPPER | BYTE_DIGIT)
#define LOWER_DIGIT (BYTE_LOWER | BYTE_DIGIT)

static size_t run_of(unsigned bytes, const char *at, const char *end)
{
	const char *from = at;

	while (at < end && secret_byte((unsigned char)*at) & bytes)
		at++;
	return (size_t)(at - from);
}

/* Whether something new starts at `at`: also behind "\n" and "%3D". */
static bool starts_here(const struct secret_window *window, const char *at)
{
	ptrdiff_t before = at - window->start;

	if (!before || !(secret_byte((unsigned char)at[-1]) & BYTE_ALNUM))
		return true;
	if (before >= 2 && at[-2] == '\\')
		return secret_byte_in(at[-1], "nrtbfv");
	return before >= 3 && at[-3] == '%' &&
	       secret_byte((unsigned char)at[-2]) & BYTE_HEX &&
	       secret_byte((unsigned char)at[-1]) & BYTE_HEX;
}

/* Parts of base64url with dots between, the first of which starts at `at`; no
 * less than `least` bytes each. */
static size_t match_dotted(const char *at, const char *end, size_t parts,
			   const size_t *least)
{
	const char *from = at;

	for (size_t i = 0; i < parts; i++) {
		size_t len = run_of(BYTE_URL64, at, end);

		if (len < least[i] ||
		    (i + 1 < parts && (at + len >= end || at[len] != '.')))
			return 0;
		at += len + (i + 1 < parts);
	}
	return (size_t)(at - from);
}

/* A header and claims, which are JSON objects ("eyJ"), and a signature. */
static size_t match_jwt(const struct secret_window *window, const char *at)
{
	static const size_t least[] = {12, 12, 16};
	size_t len = match_dotted(at, window->end, ARRAY_SIZE(least), least);
	const char *dot = len ? memchr(at, '.', len) : NULL;

	return dot && !strncmp(dot + 1, "eyJ", 3) && starts_here(window, at)
		       ? len
		       : 0;
}

static size_t match_sendgrid(const struct secret_window *window, const char *at)
{
	static const size_t least[] = {2, 22, 43};

	return starts_here(window, at)
		       ? match_dotted(at, window->end, ARRAY_SIZE(least), least)
		       : 0;
}

/* "<number>:AA<33>", found by what is in the middle. */
static size_t match_telegram(const struct secret_window *window, const char *at)
{
	const char *number = at;
	size_t len = run_of(BYTE_URL64, at + 1, window->end);

	while (number > window->start && number[-1] >= '0' && number[-1] <= '9')
		number--;
	return len == 35 && at - number >= 8 && at - number <= 10 ? len + 1 : 0;
}

/* "<3>8Q~<31 to 34>": the client secret of an Azure application. */
static size_t match_azure_client(const struct secret_window *window,
				 const char *at)
{
	const char *tail = at + 2;
	size_t len = 0, before = 0;

	while (at - before - 1 >= window->start && before < 5 &&
	       (secret_byte((unsigned char)at[-1 - (ptrdiff_t)before]) &
			BYTE_URL64 ||
		secret_byte_in(at[-1 - (ptrdiff_t)before], "~.")))
		before++;
	if (before != 4 || !(secret_byte((unsigned char)at[-1]) & BYTE_DIGIT))
		return 0;
	while (tail + len < window->end &&
	       (secret_byte((unsigned char)tail[len]) & BYTE_URL64 ||
		tail[len] == '~' || tail[len] == '.'))
		len++;
	return len >= 31 && len <= 34 ? len + 2 : 0;
}

/* The key of a storage account, or of a bus: base64 of 64 or 32 bytes. */
static size_t match_azure_key(const struct secret_window *window,
			      const char *at)
{
	size_t name = strcspn(at, "=") + 1;
	size_t len = run_of(BYTE_BASE64, at + name, window->end);

	return len == 88 || len == 44 ? name + len : 0;
}

static size_t match_slack_hook(const struct secret_window *window,
			       const char *at)
{
	size_t start = strlen("hooks.slack.com/services/");
	size_t len = run_of(BYTE_WORD | BYTE_BASE64, at + start, window->end);

	return len >= 40 && memchr(at + start, '/', len) &&
			       (at[start] == 'T' || at[start] == 'X')
		       ? start + len
		       : 0;
}

/* "<id>/<token>" behind the words of the URL. */
static size_t match_discord_hook(const struct secret_window *window,
				 const char *at)
{
	size_t start = strlen("/api/webhooks/");
	size_t id = run_of(BYTE_DIGIT, at + start, window->end);
	const char *token = at + start + id + 1;

	return id >= 17 && token < window->end && token[-1] == '/' &&
			       run_of(BYTE_URL64, token, window->end) >= 60
		       ? start + id + 61
		       : 0;
}

/* "sk-" of OpenAI and of who took it over: old ones have 48, some 32 hex. */
static size_t match_sk(const struct secret_window *window, const char *at)
{
	size_t len = run_of(BYTE_URL64, at + 3, window->end);
	size_t plain = run_of(BYTE_ALNUM, at + 3, window->end);
	bool fits = (plain == len && (len == 48 || len == 32 || len == 51)) ||
		    (len >= 40 && memmem(at + 3, len, "T3BlbkFJ", 8));

	return fits && starts_here(window, at) &&
			       secret_is_random(at + 3, len, SECRET_IN_CODE)
		       ? len + 3
		       : 0;
}

/* "Authorization: Bearer <token>", from the second letter. */
static size_t match_bearer(const struct secret_window *window, const char *at)
{
	const char *token = at + strlen("earer ");
	size_t len = run_of(BYTE_URL64 | BYTE_BASE64, token, window->end);

	return at > window->start && secret_byte_in(at[-1], "bB") &&
			       len >= 20 &&
			       secret_is_random(token, len, SECRET_IN_CODE)
		       ? (size_t)(token - at) + len
		       : 0;
}

/* A beginning, and so many bytes of a kind behind it. */
#define TOKEN(kind, start, pair, bytes, least, most)                           \
	{                                                                      \
		kind, start, pair, bytes, least, most, NULL, false, false      \
	}
#define RANDOM(kind, start, pair, bytes, least, most)                          \
	{                                                                      \
		kind, start, pair, bytes, least, most, NULL, false, true       \
	}
/* What looks like a word, or may be found anywhere in a binary file. */
#define RANDOM_TEXT(kind, start, pair, bytes, least, most)                     \
	{                                                                      \
		kind, start, pair, bytes, least, most, NULL, true, true        \
	}
#define MATCH(kind, start, pair, match)                                        \
	{                                                                      \
		kind, start, pair, 0, 0, 0, match, false, false                \
	}
#define MATCH_TEXT(kind, start, pair, match)                                   \
	{                                                                      \
		kind, start, pair, 0, 0, 0, match, true, false                 \
	}

static const struct secret_token table[] = {
	MATCH("private-key", "-----BEGIN ", 4, secret_pem_match),
	TOKEN("private-key", "PuTTY-User-Key-File-", 3, BYTE_DIGIT, 1, 1),
	TOKEN("private-key", "AGE-SECRET-KEY-1", 3, UPPER_DIGIT, 58, 58),
	MATCH_TEXT("url-password", "://", 0, secret_url_match),
	MATCH_TEXT("bearer-token", "earer ", 0, match_bearer),
	MATCH("json-web-token", "eyJ", 1, match_jwt),

	TOKEN("aws-access-key", "AKIA", 1, UPPER_DIGIT, 16, 16),
	TOKEN("aws-access-key", "ASIA", 1, UPPER_DIGIT, 16, 16),
	TOKEN("aws-access-key", "ABIA", 1, UPPER_DIGIT, 16, 16),
	RANDOM("aws-access-key", "ACCA", 0, UPPER_DIGIT, 16, 16),
	TOKEN("aws-bedrock-key", "ABSKQmVkcm9ja0FQSUtleS", 4, BYTE_BASE64, 60,
	      0),
	TOKEN("gcp-api-key", "AIza", 2, BYTE_URL64, 30, 40),
	TOKEN("gcp-oauth-secret", "GOCSPX-", 3, BYTE_URL64, 24, 32),
	TOKEN("gcp-access-token", "ya29.", 2, BYTE_URL64, 30, 0),
	MATCH_TEXT("azure-client-secret", "Q~", 0, match_azure_client),
	MATCH("azure-key", "AccountKey=", 7, match_azure_key),
	MATCH("azure-key", "SharedAccessKey=", 12, match_azure_key),
	RANDOM("alibaba-access-key", "LTAI", 1, BYTE_ALNUM, 20, 26),
	TOKEN("digitalocean-token", "dop_v1_", 3, BYTE_HEX, 64, 64),
	TOKEN("digitalocean-token", "doo_v1_", 3, BYTE_HEX, 64, 64),
	TOKEN("digitalocean-token", "dor_v1_", 3, BYTE_HEX, 64, 64),
	TOKEN("cloudflare-key", "v1.0-", 1, BYTE_URL64, 140, 0),
	TOKEN("heroku-key", "HRKU-", 1, BYTE_URL64, 30, 0),
	TOKEN("databricks-token", "dapi", 2, BYTE_HEX, 32, 34),
	RANDOM("vault-token", "hvs.", 1, BYTE_URL64, 24, 0),
	RANDOM("vault-token", "hvb.", 1, BYTE_URL64, 24, 0),
	TOKEN("terraform-token", ".atlasv1.", 4, BYTE_URL64, 60, 0),
	TOKEN("pulumi-token", "pul-", 0, BYTE_HEX, 40, 40),
	TOKEN("doppler-token", "dp.pt.", 1, BYTE_ALNUM, 40, 44),
	TOKEN("planetscale-token", "pscale_", 1, BYTE_URL64, 32, 0),
	TOKEN("supabase-token", "sbp_", 1, BYTE_HEX, 40, 40),
	TOKEN("fly-token", "fm2_", 1, BYTE_BASE64, 100, 0),

	TOKEN("github-token", "ghp_", 1, BYTE_ALNUM, 30, 255),
	TOKEN("github-token", "gho_", 1, BYTE_ALNUM, 30, 255),
	TOKEN("github-token", "ghu_", 1, BYTE_ALNUM, 30, 255),
	TOKEN("github-token", "ghs_", 1, BYTE_ALNUM, 30, 255),
	TOKEN("github-token", "ghr_", 1, BYTE_ALNUM, 30, 255),
	TOKEN("github-token", "github_pat_", 6, BYTE_WORD, 22, 255),
	TOKEN("gitlab-token", "glpat-", 4, BYTE_URL64, 20, 0),
	TOKEN("gitlab-token", "gldt-", 3, BYTE_URL64, 20, 0),
	TOKEN("gitlab-token", "glrt-", 3, BYTE_URL64, 20, 0),
	TOKEN("gitlab-token", "glptt-", 4, BYTE_HEX, 40, 40),
	TOKEN("gitlab-token", "glcbt-", 4, BYTE_URL64, 20, 0),
	TOKEN("gitlab-token", "glsoat-", 5, BYTE_URL64, 20, 0),
	TOKEN("gitlab-token", "glagent-", 6, BYTE_URL64, 50, 0),
	TOKEN("gitlab-token", "glffct-", 5, BYTE_URL64, 20, 0),
	TOKEN("gitlab-token", "glimt-", 4, BYTE_URL64, 25, 0),
	TOKEN("gitlab-token", "gloas-", 4, BYTE_HEX, 64, 64),
	TOKEN("gitlab-token", "GR1348941", 0, BYTE_URL64, 20, 0),
	TOKEN("atlassian-token", "ATATT3xFfGF0", 5, BYTE_URL64 | BYTE_BASE64,
	      80, 0),
	RANDOM("bitbucket-token", "ATBB", 2, BYTE_ALNUM, 32, 32),
	TOKEN("bitbucket-token", "ATCTT3xFfGN0", 5, BYTE_URL64 | BYTE_BASE64,
	      80, 0),

	TOKEN("npm-token", "npm_", 2, BYTE_ALNUM, 30, 40),
	TOKEN("pypi-token", "pypi-AgEIcHlwaS5vcmc", 4, BYTE_URL64, 50, 0),
	TOKEN("pypi-token", "pypi-AgENdGVzdC5weXBpLm9yZw", 4, BYTE_URL64, 50,
	      0),
	TOKEN("rubygems-token", "rubygems_", 7, BYTE_HEX, 48, 48),
	RANDOM_TEXT("crates-token", "cio", 0, BYTE_ALNUM, 32, 32),
	TOKEN("docker-token", "dckr_pat_", 4, BYTE_URL64, 27, 0),
	TOKEN("docker-token", "dckr_oat_", 4, BYTE_URL64, 32, 0),
	RANDOM_TEXT("nuget-key", "oy2", 1, LOWER_DIGIT, 43, 43),
	TOKEN("clojars-token", "CLOJARS_", 5, LOWER_DIGIT, 60, 60),
	TOKEN("artifactory-token", "AKCp", 1, BYTE_ALNUM, 69, 73),

	TOKEN("slack-token", "xoxb-", 1, BYTE_URL64, 20, 0),
	TOKEN("slack-token", "xoxp-", 1, BYTE_URL64, 20, 0),
	TOKEN("slack-token", "xoxa-", 1, BYTE_URL64, 20, 0),
	TOKEN("slack-token", "xoxr-", 1, BYTE_URL64, 20, 0),
	TOKEN("slack-token", "xoxs-", 1, BYTE_URL64, 20, 0),
	TOKEN("slack-token", "xoxe-", 1, BYTE_URL64, 20, 0),
	TOKEN("slack-token", "xoxe.", 1, BYTE_URL64, 20, 0),
	TOKEN("slack-token", "xapp-", 0, BYTE_URL64, 30, 0),
	MATCH("slack-webhook", "hooks.slack.com/services/", 9,
	      match_slack_hook),
	MATCH("discord-webhook", "/api/webhooks/", 5, match_discord_hook),
	MATCH_TEXT("telegram-token", ":AA", 0, match_telegram),
	MATCH("sendgrid-key", "SG.", 1, match_sendgrid),
	RANDOM_TEXT("mailgun-key", "key-", 2, BYTE_HEX, 32, 32),
	RANDOM_TEXT("twilio-key", "SK", 0, BYTE_HEX, 32, 32),

	TOKEN("stripe-key", "sk_live_", 2, BYTE_ALNUM, 10, 0),
	TOKEN("stripe-key", "rk_live_", 2, BYTE_ALNUM, 10, 0),
	TOKEN("stripe-key", "sk_test_", 2, BYTE_ALNUM, 10, 0),
	TOKEN("stripe-key", "rk_test_", 2, BYTE_ALNUM, 10, 0),
	TOKEN("stripe-key", "sk_prod_", 2, BYTE_ALNUM, 10, 0),
	TOKEN("stripe-key", "rk_prod_", 2, BYTE_ALNUM, 10, 0),
	TOKEN("stripe-key", "whsec_", 2, BYTE_BASE64, 32, 0),
	TOKEN("shopify-token", "shpat_", 1, BYTE_HEX, 32, 32),
	TOKEN("shopify-token", "shpca_", 1, BYTE_HEX, 32, 32),
	TOKEN("shopify-token", "shppa_", 1, BYTE_HEX, 32, 32),
	TOKEN("shopify-token", "shpss_", 1, BYTE_HEX, 32, 32),
	TOKEN("square-token", "sq0atp-", 1, BYTE_URL64, 22, 0),
	TOKEN("square-token", "sq0csp-", 1, BYTE_URL64, 43, 0),

	TOKEN("openai-key", "sk-proj-", 1, BYTE_URL64, 20, 0),
	TOKEN("openai-key", "sk-svcacct-", 1, BYTE_URL64, 20, 0),
	TOKEN("openai-key", "sk-admin-", 1, BYTE_URL64, 20, 0),
	MATCH_TEXT("openai-key", "sk-", 1, match_sk),
	TOKEN("anthropic-key", "sk-ant-", 1, BYTE_URL64, 20, 0),
	TOKEN("openrouter-key", "sk-or-v1-", 1, BYTE_HEX, 64, 64),
	TOKEN("huggingface-token", "hf_", 1, BYTE_ALNUM, 30, 40),
	TOKEN("replicate-token", "r8_", 0, BYTE_ALNUM, 37, 37),
	TOKEN("groq-key", "gsk_", 1, BYTE_ALNUM, 52, 52),
	TOKEN("xai-key", "xai-", 0, BYTE_ALNUM, 70, 90),
	TOKEN("perplexity-key", "pplx-", 0, BYTE_ALNUM, 40, 64),

	TOKEN("grafana-token", "glsa_", 3, BYTE_WORD, 41, 41),
	TOKEN("grafana-token", "glc_", 2, BYTE_BASE64, 60, 0),
	TOKEN("newrelic-key", "NRAK-", 1, UPPER_DIGIT, 27, 27),
	TOKEN("sentry-token", "sntrys_", 1, BYTE_BASE64 | BYTE_URL64, 60, 0),
	TOKEN("sentry-token", "sntryu_", 1, BYTE_HEX, 64, 64),
	TOKEN("datadog-key", "ddapi_", 1, BYTE_ALNUM, 32, 0),
	TOKEN("postman-key", "PMAK-", 1, BYTE_URL64, 59, 59),
	TOKEN("linear-key", "lin_api_", 3, BYTE_ALNUM, 40, 40),
	TOKEN("notion-token", "ntn_", 1, BYTE_ALNUM, 40, 0),
	TOKEN("figma-token", "figd_", 2, BYTE_URL64, 40, 0),
	TOKEN("adafruit-key", "aio_", 2, BYTE_ALNUM, 28, 28),
	TOKEN("mapbox-token", "sk.eyJ", 2, BYTE_URL64, 40, 0),
	TOKEN("one-password-token", "ops_eyJ", 3, BYTE_BASE64, 100, 0),
	TOKEN("dynatrace-token", "dt0c01.", 3, UPPER_DIGIT, 24, 24),
	{NULL, NULL, 0, 0, 0, 0, NULL, false, false},
};

const struct secret_token *secret_tokens(void)
{
	return table;
}

/* "xxxxxxxx": what an example has there. */
static bool is_blank(const char *text, size_t len)
{
	size_t run = 0;

	for (size_t i = 0; i < len && run < 8; i++)
		run = i && text[i] == text[i - 1] ? run + 1 : 1;
	return run >= 8;
}

size_t secret_token_match(const struct secret_token *token,
			  const struct secret_window *window, const char *at)
{
	size_t start = strlen(token->start), len;

	if ((size_t)(window->end - at) < start ||
	    memcmp(at, token->start, start))
		return 0;
	if (token->match)
		return token->match(window, at);
	if (secret_byte((unsigned char)*at) & BYTE_ALNUM &&
	    !starts_here(window, at))
		return 0;
	len = run_of(token->bytes, at + start, window->end);
	if (len < token->least || (token->most && len > token->most) ||
	    is_blank(at + start, len) ||
	    (token->random &&
	     !secret_is_random(at + start, len, SECRET_IN_CODE)))
		return 0;
	/* What goes on in other letters is something else. */
	if (token->most && at + start + len < window->end &&
	    secret_byte((unsigned char)at[start + len]) & BYTE_ALNUM)
		return 0;
	return start + len;
}
