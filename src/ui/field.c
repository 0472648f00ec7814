#include "ui/field.h"

#include <string.h>

#include "base/text.h"
#include "ui/output.h"

#define LABEL_COLUMNS 13

void field_print(struct output *output, const char *label, const char *value)
{
	struct buf printable = BUF_INIT;

	if (!value || !*value)
		return;
	text_printable(&printable, value);
	output_print(output, "%s:%*s%s\n", label,
		     LABEL_COLUMNS - 1 - (int)strlen(label), "", printable.ptr);
	buf_release(&printable);
}

void field_print_buf(struct output *output, const char *label,
		     struct buf *value)
{
	field_print(output, label, value->ptr);
	buf_release(value);
}
