/*
 * Names of files that hold secrets by custom: ".env", "id_ed25519", "*.p12".
 */
#ifndef CORE_SECRET_SECRET_NAME_H
#define CORE_SECRET_SECRET_NAME_H

#include "base/compat.h"

enum secret_name {
	SECRET_NAME_NONE,
	SECRET_NAME_ALWAYS, /* whatever is in it */
	SECRET_NAME_KEY,    /* unless it is public: a certificate in "*.pem" */
};

/* What the path of a file says. */
enum secret_name secret_name_of(const char *path);

#endif
