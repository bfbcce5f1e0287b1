/* timestamp: to text and back, and texts that are not times. */
#include <stdio.h>

#include "lib/timestamp.h"
#include "tap.h"

static bool
is_text(int64_t ms, const char *text)
{
	char buf[TIMESTAMP_LEN];
	int64_t back;

	timestamp_format(buf, ms);
	return str_is((struct str){ buf, sizeof buf }, text) &&
	    timestamp_parse((struct str){ buf, sizeof buf }, &back) &&
	    back == ms;
}

/* Every day from 1970 to 9999: each text is followed by the next day's. */
static bool
every_day(void)
{
	const int64_t day = INT64_C(86400000), last = INT64_C(2932896);
	char before[TIMESTAMP_LEN] = "", now[TIMESTAMP_LEN];
	int64_t i, back;

	for (i = 0; i <= last; i++) {
		timestamp_format(now, i * day + 1);
		if (memcmp(before, now, sizeof now) >= 0 ||
		    !timestamp_parse((struct str){ now, sizeof now }, &back) ||
		    back != i * day + 1)
			return false;
		memcpy(before, now, sizeof now);
	}
	return memcmp(now, "9999-12-31", 10) == 0;
}

static void
refuse(const char *text)
{
	char what[64];
	int64_t ms;

	snprintf(what, sizeof what, "refused: '%s'", text);
	ok(!timestamp_parse(str_from(text), &ms), what);
}

static void
accept(const char *text, int64_t want)
{
	char what[64];
	int64_t ms = -1;

	snprintf(what, sizeof what, "read: %s", text);
	ok(timestamp_parse(str_from(text), &ms) && ms == want, what);
}

int
main(void)
{
	ok(is_text(0, "1970-01-01T00:00:00.000Z"), "the epoch");
	ok(is_text(INT64_C(1795489800123), "2026-11-24T03:10:00.123Z"),
	    "a day of 2026");
	ok(is_text(INT64_C(951782399999), "2000-02-28T23:59:59.999Z"),
	    "before the leap day of 2000");
	ok(is_text(INT64_C(951868799999), "2000-02-29T23:59:59.999Z"),
	    "the leap day of 2000");
	ok(is_text(INT64_C(4107542400000), "2100-03-01T00:00:00.000Z"),
	    "2100 has no leap day");
	ok(every_day(), "every day from 1970 to 9999");
	accept("2026-11-24T03:10:00Z", INT64_C(1795489800000));
	accept("2026-11-24T03:10:00.5Z", INT64_C(1795489800500));
	accept("2026-11-24T03:10:00.123456789Z", INT64_C(1795489800123));
	refuse("");
	refuse("2026-11-24T03:10:00");
	refuse("2026-11-24T03:10:00.Z");
	refuse("2026-11-24 03:10:00Z");
	refuse("2026-11-24T03:10:00+01:00");
	refuse("2026-13-01T00:00:00Z");
	refuse("2026-00-01T00:00:00Z");
	refuse("2026-02-29T00:00:00Z");
	refuse("2100-02-29T00:00:00Z");
	refuse("2026-11-24T24:00:00Z");
	refuse("2026-11-24T03:60:00Z");
	refuse("2026-11-24T03:10:00.1234567890Z");
	refuse("1969-12-31T23:59:59.999Z");
	refuse("0000-01-01T00:00:00Z");
	refuse("026-11-24T03:10:00Z");
	return tap_end();
}
