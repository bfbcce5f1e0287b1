/*
 * The kernel's description of its own types, BTF: Documentation/bpf/btf.rst and
 * <linux/btf.h>.  The text is not trusted: a number that points outside of it,
 * or an unknown kind, is an error.
 */
#include "scan/linux/bpf.h"

#include <linux/btf.h>
#include <stdlib.h>

#include "lib/mem.h"

enum { NESTING_MAX = 8 };

/* What follows a type of each kind: so many bytes, plus some for each
 * member. */
static const struct {
	unsigned char fixed, each;
} tails[] = {
	[BTF_KIND_INT] = { 4, 0 },
	[BTF_KIND_PTR] = { 0, 0 },
	[BTF_KIND_ARRAY] = { sizeof(struct btf_array), 0 },
	[BTF_KIND_STRUCT] = { 0, sizeof(struct btf_member) },
	[BTF_KIND_UNION] = { 0, sizeof(struct btf_member) },
	[BTF_KIND_ENUM] = { 0, sizeof(struct btf_enum) },
	[BTF_KIND_FUNC_PROTO] = { 0, sizeof(struct btf_param) },
	[BTF_KIND_VAR] = { sizeof(struct btf_var), 0 },
	[BTF_KIND_DATASEC] = { 0, sizeof(struct btf_var_secinfo) },
	[BTF_KIND_DECL_TAG] = { sizeof(struct btf_decl_tag), 0 },
	[BTF_KIND_ENUM64] = { 0, sizeof(struct btf_enum64) },
};

enum { KINDS = NELEMS(tails) };

struct btf {
	struct str types, strings;
	uint32_t *at;		/* offset in types, by type; id 0 is no type */
	size_t n, cap;
};

/* n bytes of s from at on; missing if s ends before. */
static struct str
part(struct str s, size_t at, size_t n)
{
	if (at > s.n || n > s.n - at)
		return STR_NONE;
	return (struct str){ s.p + at, n };
}

static bool
has_name(const struct btf *b, uint32_t at, const char *name)
{
	size_t n = strlen(name) + 1;

	return at < b->strings.n && n <= b->strings.n - at &&
	    memcmp(b->strings.p + at, name, n) == 0;
}

static bool
read_btf_header(struct str text, struct btf *b)
{
	struct btf_header h;

	if (text.n < sizeof h)
		return false;
	memcpy(&h, text.p, sizeof h);
	if (h.magic != BTF_MAGIC || h.version != BTF_VERSION)
		return false;
	if (h.hdr_len > text.n)
		return false;
	text = part(text, h.hdr_len, text.n - h.hdr_len);
	b->types = part(text, h.type_off, h.type_len);
	b->strings = part(text, h.str_off, h.str_len);
	return b->types.p != NULL && b->strings.p != NULL;
}

/* Reads the type at that offset.  Returns its length with what follows it; 0 if
 * the text ends before. */
static size_t
read_type(const struct btf *b, size_t at, struct btf_type *t)
{
	size_t n;
	unsigned kind;

	if (b->types.n - at < sizeof *t)
		return 0;
	memcpy(t, b->types.p + at, sizeof *t);
	kind = BTF_INFO_KIND(t->info);
	if (kind == BTF_KIND_UNKN || kind >= KINDS)
		return 0;
	n = sizeof *t + tails[kind].fixed +
	    (size_t)tails[kind].each * BTF_INFO_VLEN(t->info);
	return n <= b->types.n - at ? n : 0;
}

/* Sets the id of the wanted functions and structs that have the name of t. */
static void
note_wanted(const struct btf *b, const struct btf_type *t,
    struct linux_btf *want, size_t nwant)
{
	bool is_struct = BTF_INFO_KIND(t->info) == BTF_KIND_STRUCT;
	char first;
	size_t i;

	if ((!is_struct && BTF_INFO_KIND(t->info) != BTF_KIND_FUNC) ||
	    t->name_off >= b->strings.n)
		return;
	/* most differ in the first byte */
	first = b->strings.p[t->name_off];
	for (i = 0; i < nwant; i++)
		if (first == *want[i].name &&
		    is_struct == (want[i].member != NULL) &&
		    has_name(b, t->name_off, want[i].name))
			want[i].id = (uint32_t)b->n;
}

/* Notes the offset of each type, and the ids of the wanted ones. */
static bool
index_types(struct btf *b, struct linux_btf *want, size_t nwant)
{
	struct btf_type t;
	size_t n, at;

	/* no type is shorter than its head */
	b->at = mem_grow(NULL, &b->cap, b->types.n / sizeof t + 1,
	    sizeof *b->at);
	for (at = 0; at < b->types.n; at += n) {
		n = read_type(b, at, &t);
		if (n == 0)
			return false;
		b->at[++b->n] = (uint32_t)at;
		note_wanted(b, &t, want, nwant);
	}
	return true;
}

/* Bits from the start of a struct or union to one of its members; -1 if it has
 * none.  Members of a member without a name count as its own, down to a depth
 * of NESTING_MAX. */
static int64_t
member_at(const struct btf *b, uint32_t id,	/* NOLINT(misc-no-recursion) */
    const char *name, int nesting)
{
	struct btf_type t;
	struct btf_member m;
	unsigned i, kind;
	int64_t within;

	if (id == 0 || id > b->n || nesting == NESTING_MAX)
		return -1;
	if (read_type(b, b->at[id], &t) == 0)
		return -1;
	kind = BTF_INFO_KIND(t.info);
	if (kind != BTF_KIND_STRUCT && kind != BTF_KIND_UNION)
		return -1;
	for (i = 0; i < BTF_INFO_VLEN(t.info); i++) {
		memcpy(&m, b->types.p + b->at[id] + sizeof t + i * sizeof m,
		    sizeof m);
		if (BTF_INFO_KFLAG(t.info))
			m.offset = BTF_MEMBER_BIT_OFFSET(m.offset);
		within = has_name(b, m.name_off, name) ? 0 :
		    has_name(b, m.name_off, "") ?
		    member_at(b, m.type, name, nesting + 1) : -1;
		if (within >= 0)
			return m.offset + within;
	}
	return -1;
}

static bool
resolve(const struct btf *b, struct linux_btf *w)
{
	int64_t bits;

	if (w->id == 0 || w->member == NULL)
		return w->id != 0;
	bits = member_at(b, w->id, w->member, 0);
	if (bits < 0 && w->may_lack) {
		w->offset = -1;
		return true;
	}
	/* an instruction has 16 bits for it, with the sign */
	if (bits < 0 || bits % 8 != 0 || bits / 8 > INT16_MAX)
		return false;
	w->offset = (int16_t)(bits / 8);
	return true;
}

bool
linux_btf_find(struct str text, struct linux_btf *want, size_t n)
{
	struct btf b = { .n = 0 };
	bool ok = read_btf_header(text, &b) && index_types(&b, want, n);
	size_t i;

	for (i = 0; ok && i < n; i++)
		ok = resolve(&b, &want[i]);
	free(b.at);
	return ok;
}
