/* Which records a filter keeps by owner: decided when the scan is complete. */
#include "scan/rows.h"

#include <stdlib.h>

/* The field for each kind of names. */
static const enum field_id fields_of[BY_COUNT] = {
	[BY_PROCESS] = F_PROCESS, [BY_USER] = F_USER,
	[BY_CONTAINER] = F_CONTAINER, [BY_UNIT] = F_UNIT,
};

unsigned
rows_filter_needs(const struct filter *f)
{
	unsigned needs = 0;
	int by;

	for (by = 0; by < BY_COUNT; by++)
		if (f->names[by].n > 0)
			needs |= rows_getters[fields_of[by]].needs;
	if (f->names[BY_CONTAINER].n > 0)
		needs |= rows_getters[F_TARGET_CONTAINER].needs;
	if (f->no_random)
		needs |= NEED_OWNERS | NEED_EXE;
	return needs;
}

/* The socket, or the target of its port, is in such a container. */
static bool
fits_container(const struct filter_names *names, struct rows_source *src,
    const struct row *row)
{
	char room[ROWS_ROOM], more[ROWS_ROOM];
	struct str target = rows_value(src, row, F_TARGET_CONTAINER, room);

	return filter_names_container(names,
	    rows_value(src, row, F_CONTAINER, room),
	    rows_value(src, row, F_CONTAINER_ID, more)) ||
	    (target.n > 0 && filter_names_container(names, target, STR_NONE));
}

static bool
fits_user(const struct filter_names *names, struct rows_source *src,
    const struct row *row)
{
	char room[ROWS_ROOM];

	return filter_names_fit(names, rows_value(src, row, F_USER, room)) ||
	    filter_names_fit(names, rows_value(src, row, F_UID, room));
}

static bool
fits_names(const struct filter *f, struct rows_source *src,
    const struct row *row)
{
	char room[ROWS_ROOM];
	int by;

	for (by = 0; by < BY_COUNT; by++) {
		const struct filter_names *names = &f->names[by];

		if (names->n == 0)
			continue;
		if (!(by == BY_CONTAINER ? fits_container(names, src, row) :
		    by == BY_USER ? fits_user(names, src, row) :
		    filter_names_fit(names, rows_value(src, row,
		    fields_of[by], room))))
			return false;
	}
	return true;
}

/* A TCP listener whose port the system may have chosen, for a program that
 * talks to itself or to its own. */
static bool
is_random(const struct scan *sc, const struct row *row)
{
	const struct sock *s = row->sock;

	return s->proto == PROTO_TCP && s->state == STATE_LISTEN &&
	    addr_reach(&s->local) == ADDR_LOOPBACK &&
	    scan_is_ephemeral(sc, s, s->local_port);
}

/* The program; a missing value if it is hidden. */
static struct str
program_of(const struct row *row)
{
	return row->proc != NULL ? str_undeleted(row->proc->exe) : STR_NONE;
}

static int
cmp_program(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Lists the programs that have a listener other than random ones, sorted. */
static size_t
list_servers(const struct rows *r, const struct scan *sc, struct str *v)
{
	size_t i, n = 0;

	for (i = 0; i < r->n; i++) {
		struct str program = program_of(&r->v[i]);

		if (r->v[i].sock->proto == PROTO_TCP &&
		    r->v[i].sock->state == STATE_LISTEN && program.n > 0 &&
		    !is_random(sc, &r->v[i]))
			v[n++] = program;
	}
	if (n > 0)
		qsort(v, n, sizeof *v, cmp_program);
	return n;
}

/* Marks the sockets that stay: all except random listeners that are held only
 * by visible programs without other listeners. */
static void
mark_servers(const struct rows *r, const struct scan *sc, bool *stays)
{
	struct str *servers = mem_alloc(r->n * sizeof *servers);
	size_t i, n = list_servers(r, sc, servers);

	for (i = 0; i < r->n; i++) {
		struct str program = program_of(&r->v[i]);

		if (!is_random(sc, &r->v[i]) || program.n == 0 ||
		    bsearch(&program, servers, n, sizeof *servers,
		    cmp_program) != NULL)
			stays[r->v[i].sock - sc->sock] = true;
	}
	free(servers);
}

void
rows_keep(struct rows *r, struct rows_source *src, const struct filter *f)
{
	bool *stays = NULL, names = filter_has_names(f);
	size_t i, n = 0;

	if (!names && !f->no_random)
		return;
	if (f->no_random) {
		stays = mem_alloc(src->scan->nsock * sizeof *stays);
		mark_servers(r, src->scan, stays);
	}
	for (i = 0; i < r->n; i++)
		if ((stays == NULL ||
		    stays[r->v[i].sock - src->scan->sock]) &&
		    (!names || fits_names(f, src, &r->v[i])))
			r->v[n++] = r->v[i];
	r->n = n;
	free(stays);
}

void
rows_unite(struct rows *r, const struct scan *sc)
{
	bool *had = mem_alloc(sc->nsock * sizeof *had);
	size_t i, n = 0;

	for (i = 0; i < r->n; i++) {
		bool *was = &had[r->v[i].sock - sc->sock];

		if (!*was)
			r->v[n++] = r->v[i];
		*was = true;
	}
	r->n = n;
	free(had);
}
