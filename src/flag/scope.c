#include "flag/scope.h"

#include "lib/err.h"

static const char *const scopes[] = {
	[HEUR_RECORD] = "record", [HEUR_TIME] = "time",
	[HEUR_OWNERS] = "owners",
	[HEUR_HOLDERS] = "holders", [HEUR_LISTENERS] = "listeners",
	[HEUR_BINDS] = "binds",
};

const char *
scope_name(enum heur_scope scope)
{
	return scopes[scope];
}

/* What a scan may be narrowed by, and the most that it still shows whole.  An
 * unknown word may hide anything. */
static const struct {
	const char *word;
	enum heur_scope shows;
} words[] = {
	{ "all", HEUR_BINDS },
	{ "netns", HEUR_BINDS },
	/* A port of one protocol has nothing to do with the other's. */
	{ "tcp", HEUR_BINDS },
	{ "udp", HEUR_BINDS },
	{ "no-ephemeral", HEUR_BINDS },
	{ "listening", HEUR_BINDS },
	/* A listener on :: takes IPv4 connections too. */
	{ "inet", HEUR_HOLDERS },
	{ "inet6", HEUR_HOLDERS },
	{ "state", HEUR_HOLDERS },
	{ "end", HEUR_HOLDERS },
};

static bool
needs_others(const struct heur *h)
{
	return h->scope >= HEUR_HOLDERS;
}

/* A word of the snapshot's scope hides what the heuristic needs. */
static bool
hides(struct str word, const struct heur *h)
{
	struct str name = str_cut(&word, '=');
	size_t i;

	for (i = 0; i < NELEMS(words); i++)
		if (str_is(name, words[i].word))
			return h->scope > words[i].shows;
	return true;
}

static bool
scope_hides(const struct heur *h, struct str scope)
{
	while (needs_others(h) && scope.p != NULL)
		if (hides(str_cut(&scope, ';'), h))
			return true;
	return false;
}

uint64_t
scope_off(const struct view_snap *snap)
{
	uint64_t off = 0;
	int i;

	for (i = 0; i < HEUR_COUNT; i++)
		if (needs_others(&heur_table[i]) && (!snap->whole ||
		    scope_hides(&heur_table[i], snap->scope)))
			off |= UINT64_C(1) << i;
	return off;
}

/* Reasons, each of a header or a snapshot of the stream. */
struct place {
	const struct stream *s;
	const struct view_snap *snaps;
	size_t nsnaps, i;
};

static bool
lacks_fields(const struct heur *h, const struct place *p)
{
	return !heur_has_fields(h, &p->s->cols[p->i]);
}

static bool
lacks_others(const struct heur *h, const struct place *p)
{
	return needs_others(h) && !p->snaps[p->i].whole;
}

static bool
is_narrowed(const struct heur *h, const struct place *p)
{
	return p->snaps[p->i].whole && scope_hides(h, p->snaps[p->i].scope);
}

static bool
lacks_owners(const struct heur *h, const struct place *p)
{
	return h->scope == HEUR_OWNERS && !p->snaps[p->i].sees_all;
}

static bool
lacks_time(const struct heur *h, const struct place *p)
{
	return h->scope == HEUR_TIME && !p->snaps[p->i].timed;
}

static const struct reason {
	bool of_header;
	bool (*is)(const struct heur *h, const struct place *p);
	const char *text;
} reasons[] = {
	{ true, lacks_fields, "for want of fields" },
	{ false, lacks_others, "not a whole snapshot" },
	{ false, is_narrowed, "the scan left out what they need" },
	{ false, lacks_owners, "owners were hidden, or may have been" },
	{ false, lacks_time, "the snapshot has no time" },
};

static bool
is_off(const struct heur *h, const struct reason *r, struct place p)
{
	size_t n = r->of_header ? p.s->ncols : p.nsnaps;

	for (p.i = 0; p.i < n; p.i++)
		if (r->is(h, &p))
			return true;
	return false;
}

/* What needs a field of prt-diff is off in each plain scan: no news. */
static bool
needs_diff(const struct heur *h)
{
	size_t i;

	for (i = 0; i < HEUR_FIELDS && h->fields[i] != FIELD_NONE; i++)
		if (h->fields[i] >= FIELD_NSCAN)
			return true;
	return false;
}

void
scope_explain(const bool *on, const bool *asked, const struct stream *s,
    const struct view_snap *snaps, size_t nsnaps)
{
	struct place p = { s, snaps, nsnaps, 0 };
	struct buf names = { 0 };
	size_t i, j;

	for (i = 0; i < NELEMS(reasons); i++) {
		names.n = 0;
		for (j = 0; j < HEUR_COUNT; j++) {
			if (!asked[j] && (on == NULL || !on[j] ||
			    (reasons[i].of_header &&
			    needs_diff(&heur_table[j]))))
				continue;
			if (!is_off(&heur_table[j], &reasons[i], p))
				continue;
			buf_puts(&names, names.n > 0 ? ", " : "");
			buf_puts(&names, heur_table[j].name);
		}
		if (names.n > 0)
			err_msg("%s: off: %.*s: %s", s->name, (int)names.n,
			    names.p, reasons[i].text);
	}
	buf_free(&names);
}
