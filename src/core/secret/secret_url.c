#include "core/secret/secret_url.h"

#include "core/secret/secret_value.h"

#define PART_BYTES 256

/* As far as a user or a password goes, at most PART_BYTES. */
static size_t part(const char *at, const char *end)
{
	size_t len = 0;

	while (at + len < end && len < PART_BYTES &&
	       secret_byte((unsigned char)at[len]) & BYTE_PASSWORD &&
	       !secret_byte_in(at[len], "/:@<>{}[]()|,?#"))
		len++;
	return len;
}

size_t secret_url_match(const struct secret_window *window, const char *at)
{
	const char *user = at + 3, *password;
	size_t len;

	if (at == window->start ||
	    !(secret_byte((unsigned char)at[-1]) & BYTE_ALNUM))
		return 0;
	password = user + part(user, window->end) + 1;
	if (password >= window->end || password[-1] != ':')
		return 0;
	len = part(password, window->end);
	if (!len || password + len + 1 >= window->end || password[len] != '@' ||
	    memchr(password, '$', len) ||
	    memchr(password, '%', len) == password ||
	    !(secret_byte((unsigned char)password[len + 1]) & BYTE_ALNUM) ||
	    !secret_is_random(password, len, SECRET_IN_QUOTES))
		return 0;
	return (size_t)(password - at) + len;
}
