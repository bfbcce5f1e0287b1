/*
 * Dates other than local ones are computed here: POSIX has no timegm, and
 * gmtime_r may read the file of the local time zone.
 */
#include "lib/timestamp.h"

#include <time.h>

#include "lib/err.h"
#include "lib/num.h"

enum {
	DAYS_400_YEARS = 146097,
	DAYS_TO_1970 = 719468	/* from 1 March of year 0 */
};

/* The parts of a date and time: the character before each, and the number of
 * its digits.  A fraction may follow. */
enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, NPARTS };
static const struct {
	char before;
	unsigned char width;
	uint16_t min, max;
} parts[NPARTS] = {
	{ '\0', 4, 1970, 9999 }, { '-', 2, 1, 12 }, { '-', 2, 1, 31 },
	{ 'T', 2, 0, 23 }, { ':', 2, 0, 59 }, { ':', 2, 0, 59 },
};

/* Days since 1970-01-01 for a Gregorian date.  Years begin in March, so that
 * the leap day comes last. */
static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t m = (month + 9) % 12;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day -
	    1 - DAYS_TO_1970;
}

/* The inverse of days_of: the date of that many days since 1970-01-01. */
static void
date_of(int64_t days, int64_t *year, int64_t *month, int64_t *day)
{
	int64_t d = days + DAYS_TO_1970, y, m;
	int64_t era = d / DAYS_400_YEARS * 400;

	d %= DAYS_400_YEARS;
	y = (d - d / 1460 + d / 36524 - d / 146096) / 365;
	d -= 365 * y + y / 4 - y / 100;
	m = (5 * d + 2) / 153;
	*day = d - (153 * m + 2) / 5 + 1;
	*month = m < 10 ? m + 3 : m - 9;
	*year = era + y + (*month <= 2);
}

static char *
put(char *p, int width, int64_t v)
{
	int i;

	for (i = width; i > 0; i--, v /= 10)
		p[i - 1] = (char)('0' + v % 10);
	return p + width;
}

void
timestamp_format(char *p, int64_t ms)
{
	int64_t s = ms / 1000, v[NPARTS];
	int i;

	date_of(s / 86400, &v[YEAR], &v[MONTH], &v[DAY]);
	v[HOUR] = s / 3600 % 24;
	v[MINUTE] = s / 60 % 60;
	v[SECOND] = s % 60;
	for (i = 0; i < NPARTS; i++) {
		if (i > 0)
			*p++ = parts[i].before;
		p = put(p, parts[i].width, v[i]);
	}
	*p++ = '.';
	p = put(p, 3, ms % 1000);
	*p = 'Z';
}

bool
timestamp_local(char *p, int64_t ms)
{
	static const char before[NPARTS] = { '\0', '-', '-', ' ', ':', ':' };
	time_t t = (time_t)(ms / 1000);
	int v[NPARTS];
	struct tm tm;
	size_t i;

	tzset();	/* localtime_r need not call it */
	if (localtime_r(&t, &tm) == NULL)
		return false;
	v[YEAR] = tm.tm_year + 1900;
	v[MONTH] = tm.tm_mon + 1;
	v[DAY] = tm.tm_mday;
	v[HOUR] = tm.tm_hour;
	v[MINUTE] = tm.tm_min;
	v[SECOND] = tm.tm_sec;
	for (i = 0; i < NPARTS; i++) {
		if (i > 0)
			*p++ = before[i];
		p = put(p, parts[i].width, v[i]);
	}
	return true;
}

static int
days_in(int64_t year, int64_t month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };

	if (month == 2 && year % 4 == 0 &&
	    (year % 100 != 0 || year % 400 == 0))
		return 29;
	return days[month - 1];
}

/* A fraction of a second, .d to .ddddddddd, in milliseconds. */
static bool
take_fraction(struct str *s, int64_t *ms)
{
	static const int64_t scale[] = { 100, 10, 1 };
	size_t i;

	*ms = 0;
	if (!str_take(s, '.'))
		return true;
	for (i = 0; i < s->n && char_is_digit(s->p[i]); i++)
		if (i < 3)
			*ms += (s->p[i] - '0') * scale[i];
	*s = str_skip(*s, i);
	return i > 0 && i <= 9;
}

bool
timestamp_parse(struct str s, int64_t *ms)
{
	int64_t v[NPARTS], fraction;
	struct str digits;
	uint64_t number;
	size_t i;

	for (i = 0; i < NPARTS; i++) {
		if (i > 0 && !str_take(&s, parts[i].before))
			return false;
		digits = (struct str){ s.p, parts[i].width };
		if (s.n < digits.n ||
		    !num_take(&digits, parts[i].max, &number) ||
		    digits.n > 0 || number < parts[i].min)
			return false;
		v[i] = (int64_t)number;
		s = str_skip(s, parts[i].width);
	}
	if (!take_fraction(&s, &fraction) || !str_is(s, "Z") ||
	    v[DAY] > days_in(v[YEAR], v[MONTH]))
		return false;
	*ms = (((days_of(v[YEAR], v[MONTH], v[DAY]) * 24 + v[HOUR]) * 60 +
	    v[MINUTE]) * 60 + v[SECOND]) * 1000 + fraction;
	return true;
}

static int64_t
read_clock(clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now) != 0) {
		err_msg("clock_gettime:");
		err_die();
	}
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
timestamp_now(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t
timestamp_steady(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t
timestamp_uptime(void)
{
#ifdef CLOCK_BOOTTIME
	return read_clock(CLOCK_BOOTTIME);
#else
	return -1;
#endif
}
