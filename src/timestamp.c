/*
 * Dates are reckoned here: POSIX has no timegm, and gmtime_r may read the file
 * of the local time zone.
 */
#include "timestamp.h"

#include <time.h>

#include "err.h"
#include "num.h"

enum {
	DAYS_400_YEARS = 146097,
	DAYS_TO_1970 = 719468	/* from March 1st of the year 0 */
};

/* Days since 1970-01-01 of a Gregorian date: the year is taken to begin in
 * March, so that the leap day comes last. */
static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t m = (month + 9) % 12;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day -
	    1 - DAYS_TO_1970;
}

/* The date of that many days since 1970-01-01: days_of the other way round. */
static void
date_of(int64_t days, int *year, int *month, int *day)
{
	int64_t d = days + DAYS_TO_1970, y, m;
	int64_t era = d / DAYS_400_YEARS * 400;

	d %= DAYS_400_YEARS;
	y = (d - d / 1460 + d / 36524 - d / 146096) / 365;
	d -= 365 * y + y / 4 - y / 100;
	m = (5 * d + 2) / 153;
	*day = (int)(d - (153 * m + 2) / 5 + 1);
	*month = (int)(m < 10 ? m + 3 : m - 9);
	*year = (int)(era + y + (*month <= 2));
}

static void
put(char *p, int width, int v)
{
	for (; width > 0; width--, v /= 10)
		p[width - 1] = (char)('0' + v % 10);
}

void
timestamp_format(char *p, int64_t ms)
{
	int64_t s = ms / 1000, minutes = s / 60;
	int year, month, day;

	date_of(s / 86400, &year, &month, &day);
	memcpy(p, "0000-00-00T00:00:00.000Z", TIMESTAMP_LEN);
	put(p, 4, year);
	put(p + 5, 2, month);
	put(p + 8, 2, day);
	put(p + 11, 2, (int)(minutes / 60 % 24));
	put(p + 14, 2, (int)(minutes % 60));
	put(p + 17, 2, (int)(s % 60));
	put(p + 20, 3, (int)(ms % 1000));
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

/* A fraction of a second: .d to .ddddddddd, in milliseconds. */
static bool
take_fraction(struct str *s, int64_t *ms)
{
	static const int64_t scale[] = { 100, 10, 1 };
	size_t i;

	*ms = 0;
	if (s->n == 0 || s->p[0] != '.')
		return true;
	s->p++;
	s->n--;
	for (i = 0; i < s->n && s->p[i] >= '0' && s->p[i] <= '9'; i++)
		if (i < 3)
			*ms += (s->p[i] - '0') * scale[i];
	s->p += i;
	s->n -= i;
	return i > 0 && i <= 9;
}

bool
timestamp_parse(struct str s, int64_t *ms)
{
	/* Year, month, day, hour, minute, second: width and what follows. */
	static const struct {
		size_t width;
		char then;
		unsigned min, max;
	} part[6] = {
		{ 4, '-', 1970, 9999 }, { 2, '-', 1, 12 }, { 2, 'T', 1, 31 },
		{ 2, ':', 0, 23 }, { 2, ':', 0, 59 }, { 2, '\0', 0, 59 },
	};
	uint64_t v[6];
	int64_t fraction;
	size_t i;

	for (i = 0; i < 6; i++) {
		struct str digits = { s.p, part[i].width };

		if (s.n < part[i].width + 1 ||
		    !num_take(&digits, part[i].max, &v[i]) || digits.n > 0 ||
		    v[i] < part[i].min)
			return false;
		s.p += part[i].width;
		s.n -= part[i].width;
		if (part[i].then == '\0')
			break;
		if (*s.p != part[i].then)
			return false;
		s.p++;
		s.n--;
	}
	if (!take_fraction(&s, &fraction) || !str_is(s, "Z") ||
	    (int)v[2] > days_in((int64_t)v[0], (int64_t)v[1]))
		return false;
	*ms = (((days_of((int64_t)v[0], (int64_t)v[1], (int64_t)v[2]) * 24 +
	    (int64_t)v[3]) * 60 + (int64_t)v[4]) * 60 + (int64_t)v[5]) * 1000 +
	    fraction;
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
