#include "flag/view.h"

#include "flag/program.h"
#include "lib/num.h"

int64_t
fact_number(const struct fact *f, enum field_id id, uint32_t max)
{
	struct str s = fact_get(f, id);
	uint64_t v;

	return s.p != NULL && num_parse(s, max, &v) ? (int64_t)v : -1;
}

/* States that a socket with an owner and a peer can be in. */
static const struct str halves[] = {
	{ "CLOSE_WAIT", 10 }, { "SYN_SENT", 8 }, { "SYN_RECV", 8 },
	{ "FIN_WAIT1", 9 }, { "FIN_WAIT2", 9 }, { "LAST_ACK", 8 },
	{ "CLOSING", 7 },
};

enum fact_kind
fact_kind(struct str state)
{
	size_t i;

	if (state.p == NULL)
		return FACT_OTHER;
	if (str_eq(state, STR_LIT("ESTABLISHED")))
		return FACT_ESTABLISHED;
	if (str_eq(state, STR_LIT("LISTEN")))
		return FACT_LISTEN;
	if (str_eq(state, STR_LIT("UNCONN")))
		return FACT_UNCONN;
	for (i = 0; i < NELEMS(halves); i++)
		if (str_eq(state, halves[i]))
			return FACT_HALF;
	return FACT_OTHER;
}

void
fact_set(struct fact *f, const struct cols *cols, const struct str *v)
{
	int64_t uid;

	f->cols = cols;
	f->v = v;
	f->kind = fact_kind(fact_get(f, F_STATE));
	f->local_port = (int)fact_number(f, F_LOCAL_PORT, UINT16_MAX);
	f->remote_port = (int)fact_number(f, F_REMOTE_PORT, UINT16_MAX);
	uid = fact_number(f, F_UID, UINT32_MAX);
	f->has_uid = uid >= 0;
	f->uid = (uint32_t)uid;
	f->class = -1;
	f->local.fresh = f->remote.fresh = false;
}

static const struct fact_addr *
look(struct fact *f, struct fact_addr *a, enum field_id id)
{
	struct str s, scope;

	if (a->fresh)
		return a->ok ? a : NULL;
	a->fresh = true;
	s = fact_get(f, id);
	if (s.n == a->n && s.n > 0 && memcmp(s.p, a->text, s.n) == 0)
		return a->ok ? a : NULL;
	a->n = 0;
	a->ok = s.p != NULL && addr_parse(s, &a->addr, &scope);
	if (!a->ok)
		return NULL;
	a->plain = addr_unmap(&a->addr);
	if (s.n <= sizeof a->text) {
		memcpy(a->text, s.p, s.n);
		a->n = (unsigned char)s.n;
	}
	return a;
}

const struct fact_addr *
fact_local(struct fact *f)
{
	return look(f, &f->local, F_LOCAL_ADDR);
}

const struct fact_addr *
fact_remote(struct fact *f)
{
	return look(f, &f->remote, F_REMOTE_ADDR);
}

bool
fact_local_beyond(struct fact *f)
{
	const struct fact_addr *a = fact_local(f);

	return a != NULL && fact_reach(a) != ADDR_LOOPBACK;
}

bool
fact_remote_beyond(struct fact *f)
{
	const struct fact_addr *a = fact_remote(f);

	return a != NULL && fact_reach(a) != ADDR_LOOPBACK &&
	    !addr_is_any(&a->plain);
}

bool
fact_remote_public(struct fact *f)
{
	const struct fact_addr *a = fact_remote(f);

	return a != NULL && fact_reach(a) == ADDR_PUBLIC;
}

unsigned
fact_class(struct fact *f)
{
	if (f->class < 0)
		f->class = (int)prog_class(fact_get(f, F_EXE),
		    fact_get(f, F_PROCESS), fact_get(f, F_CMDLINE));
	return (unsigned)f->class;
}

/* systemd hands 61184 to 65519 to services (DynamicUser=), and 65534 is
 * nobody; user namespaces begin at 65536. */
bool
fact_is_login(const struct fact *f)
{
	enum { FIRST = 1000, NOBODY = 65534, DYN_FIRST = 61184,
		DYN_LAST = 65519 };

	return f->has_uid && f->uid >= FIRST && f->uid != NOBODY &&
	    (f->uid < DYN_FIRST || f->uid > DYN_LAST);
}

bool
fact_is_own_netns(const struct fact *f)
{
	return fact_get(f, F_NETNS).p == NULL;
}
