/*
 * Questions. They are asked only where standard input and standard error are
 * terminals; elsewhere the answer is ERR_REFUSED, and its hint says which
 * option decides.
 */
#ifndef UI_PROMPT_H
#define UI_PROMPT_H

#include "base/error.h"

struct prompt {
	const char *question; /* "restore anyway", without a question mark */
	const char *refusal;  /* the error's text where nobody answers; NULL:
				 that there was no answer */
	const char *hint;     /* the option that decides; NULL: none does */
	bool yes;	      /* --yes was given: yes/no is not asked */
};

/* Whether a person can be asked. */
bool prompt_possible(void);

/*
 * Ask yes or no; an empty line is no. `*answer` is set where 0 is returned. The
 * end of the input is ERR_REFUSED too.
 */
int prompt_yes_no(const struct prompt *prompt, bool *answer, struct error *err);

struct prompt_choice {
	char key;	  /* a small letter, each another */
	const char *text; /* "continue from the last checkpoint" */
};

/*
 * Ask for one of `nr` choices until one is named by its letter. `*chosen` is
 * its place. --yes does not answer this.
 */
int prompt_choose(const struct prompt *prompt,
		  const struct prompt_choice *choices, size_t nr,
		  size_t *chosen, struct error *err);

#endif
