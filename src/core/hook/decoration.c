#include "core/hook/decoration.h"

#include "core/hook/install_record.h"
#include "core/record/json.h"
#include "git/process.h"

static const char key[] = "log.excludeDecoration";
static const char *const patterns[] = {"refs/checkpoint*",
				       "refs/notes/checkpoints/*"};
/* The same as what `git config` matches values with. */
static const char *const values[] = {"^refs/checkpoint\\*$",
				     "^refs/notes/checkpoints/\\*$"};

int decoration_exclude(struct repository *repo, struct error *err)
{
	struct json *record;
	bool done = false;
	int ret = install_record_read(repo, &record, err);

	if (ret < 0)
		return ret;
	json_get_bool(record, "decoration", &done);
	if (!done) {
		json_set_bool(record, "decoration", true);
		ret = install_record_write(repo, record, err);
		for (size_t i = 0; !ret && i < ARRAY_SIZE(patterns); i++)
			ret = git_ask(repo, NULL, err, "config", "--local",
				      "--add", key, patterns[i], NULL);
	}
	json_free(record);
	return ret;
}

int decoration_include(struct repository *repo, struct error *err)
{
	struct json *record;
	bool done = false;
	int ret = install_record_read(repo, &record, err);

	if (ret < 0)
		return ret;
	json_get_bool(record, "decoration", &done);
	for (size_t i = 0; done && !ret && i < ARRAY_SIZE(values); i++) {
		const char *const argv[] = {"config", "--local", "--unset-all",
					    key,      values[i], NULL};
		const struct git_command command = {.repo = repo, .argv = argv};
		int status;

		ret = git_run(&command, NULL, &status, err);
		/* 5: the user was faster. */
		if (!ret && status && status != 5)
			ret = ERR_FAILED;
		else if (!ret)
			error_release(err);
	}
	if (done && !ret) {
		json_remove(record, "decoration");
		ret = install_record_write(repo, record, err);
	}
	json_free(record);
	return ret;
}
