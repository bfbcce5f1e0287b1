#include "scan/interfaces.h"

#include <stdlib.h>

#include "lib/num.h"

/* For each field its word after the name in a line of /proc/net/dev, and its
 * heading in netstat -ib. */
static const struct {
	enum field_id field;
	int netdev_at;
	const char *netstat;
} counters[IFACE_NCOUNTERS] = {
	[IFACE_RX_BYTES] = { F_RX_BYTES, 0, "Ibytes" },
	[IFACE_RX_PACKETS] = { F_RX_PACKETS, 1, "Ipkts" },
	[IFACE_RX_ERRORS] = { F_RX_ERRORS, 2, "Ierrs" },
	[IFACE_TX_BYTES] = { F_TX_BYTES, 8, "Obytes" },
	[IFACE_TX_PACKETS] = { F_TX_PACKETS, 9, "Opkts" },
	[IFACE_TX_ERRORS] = { F_TX_ERRORS, 10, "Oerrs" },
};

enum { MAX_WORDS = 32 };

/* Appends an interface of that name without values. */
static struct iface *
add_iface(struct ifaces *t, struct str name)
{
	struct iface *f = MEM_PUSH(t->v, t->n, t->cap);

	*f = (struct iface){ .name = arena_str(&t->arena, name) };
	return f;
}

void
ifaces_free(struct ifaces *t)
{
	free(t->v);
	arena_free(&t->arena);
}

static void
set_counter(struct iface *f, int counter, struct str word)
{
	f->counter[counter] = 0;
	f->known[counter] = num_parse(word, UINT64_MAX, &f->counter[counter]);
}

void
ifaces_netdev(struct ifaces *t, struct str text)
{
	struct str word[MAX_WORDS], line, name;
	struct iface *f;
	int n, i;

	while (text.p != NULL) {
		line = str_cut(&text, '\n');
		name = str_cut(&line, ':');
		/* the two heading lines have no colon */
		if (line.p == NULL)
			continue;
		while (str_take(&name, ' '))
			;
		n = (int)str_words(line, word, MAX_WORDS);
		if (name.n == 0 || n <= counters[IFACE_TX_ERRORS].netdev_at)
			continue;
		f = add_iface(t, name);
		for (i = 0; i < IFACE_NCOUNTERS; i++)
			set_counter(f, i, word[counters[i].netdev_at]);
	}
}

/* The line of an interface without an address lacks a word in the middle:
 * columns are counted from the end. */
void
ifaces_netstat(struct ifaces *t, struct str text)
{
	struct str head[MAX_WORDS], word[MAX_WORDS] = { STR_NONE };
	int nhead = (int)str_words(str_cut(&text, '\n'), head, MAX_WORDS);
	int n, i, j;
	struct iface *f;

	while (text.p != NULL) {
		n = (int)str_words(str_cut(&text, '\n'), word, MAX_WORDS);
		if (n < 4 || n > nhead || !str_starts(word[2], "<Link#"))
			continue;
		if (str_ends(word[0], "*"))	/* the interface is down */
			word[0].n--;
		f = add_iface(t, word[0]);
		for (i = 0; i < IFACE_NCOUNTERS; i++)
			for (j = 3; j < nhead; j++)
				if (str_is(head[j], counters[i].netstat) &&
				    n - nhead + j >= 3)
					set_counter(f, i, word[n - nhead + j]);
	}
}

/* lo, or lo0 on the BSDs. */
static bool
is_loopback(struct str name)
{
	uint64_t n;

	return str_take_start(&name, "lo") &&
	    (name.n == 0 || num_parse(name, UINT32_MAX, &n));
}

void
ifaces_columns(struct cols *c)
{
	int i;

	cols_add_field(c, F_IFACE);
	for (i = 0; i < IFACE_NCOUNTERS; i++)
		cols_add_field(c, counters[i].field);
}

static void
write_iface(const struct iface *f, const struct cols *cols,
    const struct snap *snap, struct str *v, struct out *out)
{
	char digits[IFACE_NCOUNTERS][NUM_MAX] = { { 0 } };
	size_t c;
	int i;

	for (c = 0; c < cols->n; c++) {
		v[c] = f->name;
		if (cols->v[c].id == F_HOST || cols->v[c].id == F_TIME)
			v[c] = snap_get(snap, field_table[cols->v[c].id].name);
		for (i = 0; i < IFACE_NCOUNTERS; i++) {
			if (cols->v[c].id != counters[i].field)
				continue;
			v[c] = f->known[i] ?
			    num_str(digits[i], f->counter[i]) : STR_NONE;
		}
	}
	out_row(out, v, OUT_PLAIN);
}

/* The sum leaves out unknown counters; a counter that no interface has is
 * unknown in the sum too. */
static struct iface
sum(const struct ifaces *t)
{
	struct iface total = { .name = STR_LIT("total") };
	size_t i;
	int c;

	for (i = 0; i < t->n; i++) {
		if (is_loopback(t->v[i].name))
			continue;
		for (c = 0; c < IFACE_NCOUNTERS; c++) {
			total.counter[c] += t->v[i].counter[c];
			total.known[c] |= t->v[i].known[c];
		}
	}
	return total;
}

void
ifaces_write(const struct ifaces *t, const struct cols *cols,
    const struct snap *snap, struct out *out)
{
	struct str *v = mem_alloc(cols->n * sizeof *v);
	struct iface total = sum(t);
	size_t i;

	for (i = 0; i < t->n; i++)
		write_iface(&t->v[i], cols, snap, v, out);
	write_iface(&total, cols, snap, v, out);
	free(v);
}
