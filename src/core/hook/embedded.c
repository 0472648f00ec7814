#include "core/hook/embedded.h"

const char *embedded_text(const char *name)
{
	for (size_t i = 0; embedded_files[i].name; i++)
		if (!strcmp(embedded_files[i].name, name))
			return embedded_files[i].text;
	return NULL;
}
