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

/* The words of a scan's scope, and the most that a scan narrowed so still shows
 * whole.  An unknown word may hide anything. */
static const struct {
	const char *word;
	enum heur_scope shows;
} words[] = {
	{ "all", HEUR_BINDS },
	{ "netns", HEUR_BINDS },
	/* Ports of different protocols have nothing to do with each other. */
	{ "tcp", HEUR_BINDS },
	{ "udp", HEUR_BINDS },
	{ "sctp", HEUR_BINDS },
	{ "raw", HEUR_BINDS },
	{ "packet", HEUR_BINDS },
	{ "icmp", HEUR_BINDS },
	{ "vsock", HEUR_BINDS },
	{ "no-ephemeral", HEUR_BINDS },
	{ "listening", HEUR_BINDS },
	/* A listener on :: also takes IPv4 connections. */
	{ "inet", HEUR_HOLDERS },
	{ "inet6", HEUR_HOLDERS },
	{ "state", HEUR_HOLDERS },
	{ "end", HEUR_HOLDERS },
	{ "bound", HEUR_HOLDERS },
	{ "no-random", HEUR_HOLDERS },
};

static bool
needs_others(const struct heur *h)
{
	return h->scope >= HEUR_HOLDERS;
}

static bool
hides(const struct heur *h, struct str word)
{
	struct str name = str_cut(&word, '=');
	size_t i;

	for (i = 0; i < NELEMS(words); i++)
		if (str_is(name, words[i].word))
			return h->scope > words[i].shows;
	return true;
}

/* Why a heuristic is off. */
enum lack {
	LACK_NONE, LACK_FIELDS, LACK_WHOLE, LACK_SCOPE, LACK_OWNERS,
	LACK_UNPRIV, LACK_TIME
};
static const char *const lacks[] = {
	[LACK_FIELDS] = "for want of",
	[LACK_WHOLE] = "not a whole snapshot",
	[LACK_SCOPE] = "the scan left out what they need",
	[LACK_OWNERS] = "owners were hidden, or may have been",
	[LACK_UNPRIV] = "the scan could not tell which ports are privileged",
	[LACK_TIME] = "the snapshot has no time",
};

static enum lack
lack_of(const struct heur *h, const struct view_snap *snap)
{
	struct str scope = snap->scope;

	if (h->scope == HEUR_TIME && !snap->timed)
		return LACK_TIME;
	if (h->scope == HEUR_OWNERS && !snap->sees_all)
		return LACK_OWNERS;
	if (h->unpriv && snap->unpriv < 0)
		return LACK_UNPRIV;
	if (h->scope == HEUR_HOLDERS && snap->hides)
		return LACK_OWNERS;
	if (!needs_others(h))
		return LACK_NONE;
	if (!snap->whole)
		return LACK_WHOLE;
	while (scope.p != NULL)
		if (hides(h, str_cut(&scope, ';')))
			return LACK_SCOPE;
	return LACK_NONE;
}

uint64_t
scope_off(const struct view_snap *snap)
{
	uint64_t off = 0;
	int i;

	for (i = 0; i < HEUR_COUNT; i++)
		if (needs_others(&heur_table[i]) &&
		    lack_of(&heur_table[i], snap) != LACK_NONE)
			off |= UINT64_C(1) << i;
	return off;
}

/* The heuristic is off for that reason in some part of the stream. */
static bool
is_off(const struct heur *h, enum lack lack, const struct stream *s,
    const struct view_snap *snaps, size_t nsnaps)
{
	size_t i;

	if (lack == LACK_FIELDS) {
		for (i = 0; i < s->ncols; i++)
			if (!heur_has_fields(h, &s->cols[i]))
				return true;
		return false;
	}
	for (i = 0; i < nsnaps; i++)
		if (lack_of(h, &snaps[i]) == lack)
			return true;
	return false;
}

/* It needs a field that a plain scan does not have: it is off in every plain
 * scan, so that is not worth a message. */
static bool
needs_more(const struct heur *h)
{
	size_t i;

	for (i = 0; i < HEUR_FIELDS && h->fields[i] != FIELD_NONE; i++)
		if (h->fields[i] >= FIELD_NDEFAULT)
			return true;
	return false;
}

static void
add_name(struct buf *names, const char *name)
{
	buf_puts(names, names->n > 0 ? ", " : "");
	buf_puts(names, name);
}

/* Marks the fields that it needs and some header lacks. */
static void
mark_missing(const struct heur *h, const struct stream *s, bool *missing)
{
	size_t i;

	for (i = 0; i < HEUR_FIELDS && h->fields[i] != FIELD_NONE; i++)
		if (!stream_has_field(s, h->fields[i]))
			missing[h->fields[i]] = true;
}

static void
explain(const struct buf *names, enum lack lack, const bool *missing,
    const struct stream *s)
{
	struct buf fields = { 0 };
	int i;

	for (i = 0; i < FIELD_COUNT; i++)
		if (lack == LACK_FIELDS && missing[i])
			add_name(&fields, field_table[i].name);
	err_msg("%s: off: %.*s: %s%s%.*s", s->name, (int)names->n, names->p,
	    lacks[lack], fields.n > 0 ? " " : "", (int)fields.n,
	    fields.n > 0 ? fields.p : "");
	buf_free(&fields);
}

void
scope_explain(const struct scope_wish *wish, const struct stream *s,
    const struct view_snap *snaps, size_t nsnaps)
{
	struct buf names = { 0 };
	bool missing[FIELD_COUNT] = { false };
	enum lack lack;
	size_t i;

	for (lack = LACK_FIELDS; lack <= LACK_TIME; lack++) {
		names.n = 0;
		for (i = 0; i < HEUR_COUNT; i++) {
			const struct heur *h = &heur_table[i];
			bool tell = wish->on[i] && (lack == LACK_FIELDS ?
			    !needs_more(h) : wish->explain);

			if (!(tell || wish->asked[i]) ||
			    !is_off(h, lack, s, snaps, nsnaps))
				continue;
			add_name(&names, h->name);
			if (lack == LACK_FIELDS)
				mark_missing(h, s, missing);
		}
		if (names.n > 0)
			explain(&names, lack, missing, s);
	}
	buf_free(&names);
}
