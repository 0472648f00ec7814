#include "base/clock.h"

#include <errno.h>
#include <time.h>

/* The first and the last millisecond that RFC 3339 can write. */
#define YEAR_0_MS (-62167219200000)
#define YEAR_9999_MS 253402300799999

static int64_t read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_now_ms(void)
{
	const char *set = getenv("GIT_CHECKPOINT_NOW");

	if (set && *set >= '0' && *set <= '9') {
		long long ms;
		char *end;

		errno = 0;
		ms = strtoll(set, &end, 10);
		if (!errno && !*end)
			return ms;
	}
	return read_clock(CLOCK_REALTIME);
}

int64_t clock_monotonic_ms(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

static bool is_before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec < b->tv_sec ||
	       (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

bool clock_wait_past(const struct timespec *stamp)
{
	const struct timespec pause = {0, 1000000};

	for (int i = 0; i < 30; i++) {
		struct timespec now;

		clock_gettime(CLOCK_REALTIME_COARSE, &now);
		if (is_before(stamp, &now))
			return i > 0;
		nanosleep(&pause, NULL);
	}
	return true;
}

void clock_rfc3339(struct buf *out, int64_t ms)
{
	struct tm tm;
	time_t seconds;
	int rest;

	if (ms < YEAR_0_MS)
		ms = YEAR_0_MS;
	if (ms > YEAR_9999_MS)
		ms = YEAR_9999_MS;
	rest = (int)(ms % 1000);
	if (rest < 0)
		rest += 1000;
	seconds = (time_t)((ms - rest) / 1000);
	gmtime_r(&seconds, &tm);
	buf_addf(out, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
		 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		 rest);
}

/* A number of exactly `digits` digits from `min` to `max`. */
static bool take_number(const char **text, int digits, int min, int max,
			int *out)
{
	int number = 0;

	for (; digits; digits--, (*text)++) {
		if (**text < '0' || **text > '9')
			return false;
		number = number * 10 + (**text - '0');
	}
	*out = number;
	return number >= min && number <= max;
}

static bool take_char(const char **text, const char *any_of)
{
	if (!**text || !strchr(any_of, **text))
		return false;
	(*text)++;
	return true;
}

static int days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30,
				   31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

static bool take_date(const char **text, struct tm *tm)
{
	int year, month;

	if (!take_number(text, 4, 0, 9999, &year) || !take_char(text, "-") ||
	    !take_number(text, 2, 1, 12, &month) || !take_char(text, "-") ||
	    !take_number(text, 2, 1, days_in_month(year, month), &tm->tm_mday))
		return false;
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	return true;
}

/* Seconds go to 60: RFC 3339 writes leap seconds. */
static bool take_time(const char **text, struct tm *tm)
{
	return take_number(text, 2, 0, 23, &tm->tm_hour) &&
	       take_char(text, ":") &&
	       take_number(text, 2, 0, 59, &tm->tm_min) &&
	       take_char(text, ":") && take_number(text, 2, 0, 60, &tm->tm_sec);
}

static bool take_fraction(const char **text, int *ms)
{
	int digits = 0;

	*ms = 0;
	if (!take_char(text, "."))
		return true;
	for (; **text >= '0' && **text <= '9'; (*text)++, digits++)
		if (digits < 3)
			*ms = *ms * 10 + (**text - '0');
	for (int i = digits; i < 3; i++)
		*ms *= 10;
	return digits >= 1 && digits <= 9;
}

static bool take_offset(const char **text, int *seconds)
{
	int sign = **text == '-' ? -1 : 1;
	int hours, minutes;

	*seconds = 0;
	if (take_char(text, "Zz"))
		return true;
	if (!take_char(text, "+-") || !take_number(text, 2, 0, 23, &hours) ||
	    !take_char(text, ":") || !take_number(text, 2, 0, 59, &minutes))
		return false;
	*seconds = sign * (hours * 3600 + minutes * 60);
	return true;
}

bool clock_parse_rfc3339(const char *text, int64_t *ms)
{
	struct tm tm = {0};
	int fraction, offset;

	if (!take_date(&text, &tm) || !take_char(&text, "Tt ") ||
	    !take_time(&text, &tm) || !take_fraction(&text, &fraction) ||
	    !take_offset(&text, &offset) || *text)
		return false;
	*ms = ((int64_t)timegm(&tm) - offset) * 1000 + fraction;
	return true;
}

static void add_count(struct buf *out, int64_t count, const char *unit)
{
	buf_addf(out, "%lld %s%s", (long long)count, unit,
		 count == 1 ? "" : "s");
}

/* From 365 days: months are told up to the fifth year, then years only. */
static void relative_years(struct buf *out, int64_t days)
{
	int64_t months = (days * 24 + 365) / 730;

	if (days >= 5 * 365) {
		add_count(out, (days + 183) / 365, "year");
		return;
	}
	add_count(out, months / 12, "year");
	if (months % 12) {
		buf_addstr(out, ", ");
		add_count(out, months % 12, "month");
	}
}

static int64_t floor_seconds(int64_t ms)
{
	return ms / 1000 - (ms % 1000 < 0);
}

/*
 * Each unit is rounded from the one below it, not from the seconds, and is
 * used for somewhat more than one of the next: 89 minutes, 35 hours. So git
 * has it, and people who read both would notice another rounding.
 */
void clock_relative(struct buf *out, int64_t ms, int64_t now_ms)
{
	int64_t then = floor_seconds(ms), now = floor_seconds(now_ms);
	int64_t seconds = now - then;
	int64_t minutes = (seconds + 30) / 60;
	int64_t hours = (minutes + 30) / 60;
	int64_t days = (hours + 12) / 24;

	if (seconds < 0) {
		buf_addstr(out, "in the future");
		return;
	}
	if (seconds < 90)
		add_count(out, seconds, "second");
	else if (minutes < 90)
		add_count(out, minutes, "minute");
	else if (hours < 36)
		add_count(out, hours, "hour");
	else if (days < 14)
		add_count(out, days, "day");
	else if (days < 70)
		add_count(out, (days + 3) / 7, "week");
	else if (days < 365)
		add_count(out, (days + 15) / 30, "month");
	else
		relative_years(out, days);
	buf_addstr(out, " ago");
}

void clock_duration(struct buf *out, int64_t ms)
{
	static const struct {
		int64_t seconds;
		char letter;
	} units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
	int64_t left = ms > 0 ? ms / 1000 : 0;
	size_t i = 0;

	while (i + 1 < ARRAY_SIZE(units) && left < units[i].seconds)
		i++;
	buf_addf(out, "%lld%c", (long long)(left / units[i].seconds),
		 units[i].letter);
	left %= units[i].seconds;
	i++;
	if (i < ARRAY_SIZE(units) && left >= units[i].seconds)
		buf_addf(out, " %lld%c", (long long)(left / units[i].seconds),
			 units[i].letter);
}
