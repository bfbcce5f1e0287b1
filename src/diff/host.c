#include "diff/host.h"

#include <stdio.h>

/* Where name is, or should be, in the hosts ordered by name. */
static size_t
lower_bound(const struct diff_side *s, struct str name)
{
	size_t first = 0, last = s->nhosts, middle;

	while (first < last) {
		middle = first + (last - first) / 2;
		if (str_cmp(s->hosts[s->host_order[middle]].name, name) < 0)
			first = middle + 1;
		else
			last = middle;
	}
	return first;
}

uint32_t
diff_host_find(const struct diff_side *s, struct str name)
{
	size_t i = lower_bound(s, name);

	if (i == s->nhosts ||
	    !str_eq(s->hosts[s->host_order[i]].name, name))
		return DIFF_NONE;
	return s->host_order[i];
}

uint32_t
diff_host_add(struct diff_side *s, struct str name)
{
	size_t i;

	/* Mostly it is that of the record before. */
	if (s->nhosts > 0 && str_eq(s->hosts[s->host].name, name))
		return s->host;
	s->host = diff_host_find(s, name);
	if (s->host != DIFF_NONE)
		return s->host;
	i = lower_bound(s, name);
	s->hosts = mem_grow(s->hosts, &s->hosts_cap, s->nhosts + 1,
	    sizeof *s->hosts);
	s->host_order = mem_grow(s->host_order, &s->order_cap, s->nhosts + 1,
	    sizeof *s->host_order);
	memmove(&s->host_order[i + 1], &s->host_order[i],
	    (s->nhosts - i) * sizeof *s->host_order);
	s->host = (uint32_t)s->nhosts++;
	s->host_order[i] = s->host;
	s->hosts[s->host] = (struct diff_host){
		.name = arena_str(&s->arena, name), .snap = DIFF_NONE,
		.twin = DIFF_NONE,
	};
	return s->host;
}

static const char no_host[] = "several ##prt lines, and records that do not "
    "say their host (prt-scan -o +host)";

static bool
fail(struct diff_side *s, const char *what, struct str host)
{
	snprintf(s->wrong, sizeof s->wrong, "%s: %s%s%.*s", s->name, what,
	    host.n > 0 ? " " : "", (int)(host.n < 80 ? host.n : 80),
	    host.n > 0 ? host.p : "");
	return false;
}

/* Gives the snapshots to the hosts that they name. */
static bool
link_snaps(struct diff_side *s)
{
	uint32_t i, host;
	struct str name;

	for (i = 0; i < s->nsnaps; i++) {
		name = snap_get(&s->snaps[i], "host");
		if (s->nsnaps > 1 && name.n == 0)
			return fail(s, "several ##prt lines, and one that "
			    "does not say its host", STR_NONE);
		host = diff_host_add(s, name);
		if (s->hosts[host].snap != DIFF_NONE)
			return fail(s, "more than one ##prt line of host",
			    name);
		s->hosts[host].snap = i;
	}
	return true;
}

bool
diff_host_link(struct diff_side *s)
{
	size_t i;

	if (s->nsnaps == 0)
		return true;
	if (s->nsnaps > 1 && !diff_side_has(s, STR_LIT("host")))
		return fail(s, no_host, STR_NONE);
	if (!link_snaps(s))
		return false;
	for (i = 0; i < s->nhosts; i++) {
		struct diff_host *host = &s->hosts[i];

		if (host->snap != DIFF_NONE)
			continue;
		/* Where there is one snapshot only, what names no host is
		 * its. */
		if (s->nsnaps == 1 && (host->name.n == 0 ||
		    snap_get(&s->snaps[0], "host").n == 0))
			host->snap = 0;
		else if (host->name.n > 0)
			return fail(s, "there is no ##prt line of host",
			    host->name);
		else
			return fail(s, no_host, STR_NONE);
	}
	return true;
}

struct str
diff_host_name(const struct diff_side *s, uint32_t host)
{
	const struct snap *snap = diff_side_snap(s, host);

	if (s->hosts[host].name.n > 0 || snap == NULL)
		return s->hosts[host].name;
	return snap_get(snap, "host");
}

void
diff_host_pair(struct diff_side *old, struct diff_side *new)
{
	uint32_t i, twin;
	struct str name;

	for (i = 0; i < old->nhosts; i++) {
		name = diff_host_name(old, i);
		twin = diff_host_find(new, name);
		old->hosts[i].twin = twin;
		old->hosts[i].unscanned = name.n > 0 && twin == DIFF_NONE;
	}
}
