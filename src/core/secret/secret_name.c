#include "core/secret/secret_name.h"

#include <fnmatch.h>
#include <strings.h>

#include "base/path.h"

/* Patterns of the last part of a path, any case. */
static const char *const always[] = {
	".env*",
	"id_rsa",
	"id_dsa",
	"id_ecdsa",
	"id_ecdsa_sk",
	"id_ed25519",
	"id_ed25519_sk",
	"id_xmss",
	"*_id_rsa",
	"*_id_ed25519",
	"*.p12",
	"*.pfx",
	"*.pkcs12",
	"*.jks",
	"*.keystore",
	"*.kdbx",
	"*.kdb",
	"*.ppk",
	"*.agekey",
	"*.ovpn",
	"secring.*",
	".netrc",
	"_netrc",
	".pgpass",
	".my.cnf",
	".mylogin.cnf",
	".git-credentials",
	".pypirc",
	".dockercfg",
	".s3cfg",
	".boto",
	".htpasswd",
	".vault-token",
	".vault_pass*",
	"master.key",
	"terraform.tfstate",
	"terraform.tfstate.backup",
	"credentials.tfrc.json",
	"client_secret*.json",
	"service-account*.json",
	"service_account*.json",
	"application_default_credentials.json",
	"krb5.keytab",
	"*.keytab",
};

/* Where the directory is part of the custom. */
static const char *const below[] = {
	".aws/credentials",   ".docker/config.json",
	".kube/config",	      ".config/gh/hosts.yml",
	".cargo/credentials", ".cargo/credentials.toml",
	".gem/credentials",   ".azure/accessTokens.json",
	".ssh/identity",
};

/* Also used for what is public. */
static const char *const keys[] = {"*.pem", "*.key", "*.pkcs8", "*.p8"};

/* Examples of the above that are meant to be shared. */
static const char *const examples[] = {
	"*.example", "*.examples",     "*.sample",	"*.template",
	"*.tmpl",    "*.dist",	       "*.defaults",	"*.schema",
	"*.pub",     "*[.-]example.*", "*[.-]sample.*", "*.md",
	"*.d.ts",
};

static bool matches(const char *const *patterns, size_t nr, const char *name)
{
	for (size_t i = 0; i < nr; i++)
		if (!fnmatch(patterns[i], name, FNM_CASEFOLD))
			return true;
	return false;
}

static bool is_below(const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < ARRAY_SIZE(below); i++) {
		size_t n = strlen(below[i]);

		if (len >= n && !strcasecmp(path + len - n, below[i]) &&
		    (len == n || path[len - n - 1] == '/'))
			return true;
	}
	return false;
}

enum secret_name secret_name_of(const char *path)
{
	const char *name = path_basename(path);

	if (matches(examples, ARRAY_SIZE(examples), name))
		return SECRET_NAME_NONE;
	if (matches(always, ARRAY_SIZE(always), name) || is_below(path))
		return SECRET_NAME_ALWAYS;
	if (matches(keys, ARRAY_SIZE(keys), name))
		return SECRET_NAME_KEY;
	return SECRET_NAME_NONE;
}
