#include "git/ref.h"
#include "git/ref_value.h"

int head_read(struct repository *repo, struct head *out, struct error *err)
{
	char *last = NULL;
	int ret;

	*out = (struct head){0};
	ret = ref_value_resolve(repo, "HEAD", &out->id, &last, err);
	if (ret == ERR_NOT_FOUND && last && strcmp(last, "HEAD")) {
		error_release(err);
		out->unborn = true;
		ret = 0;
	}
	if (!ret && strcmp(last, "HEAD")) {
		out->branch = last;
		last = NULL;
	}
	free(last);
	return ret;
}

void head_release(struct head *head)
{
	free(head->branch);
	*head = (struct head){0};
}
