/*
 * Fuzz entry: the bytes that interfaces received and sent, from netstat -ib and
 * from /proc/net/dev.
 */
#include "fuzz.h"
#include "scan/interfaces.h"

static void
check_ifaces(const struct ifaces *t)
{
	size_t i;
	int c;

	for (i = 0; i < t->n; i++) {
		check(t->v[i].name.p != NULL, "no name");
		for (c = 0; c < IFACE_NCOUNTERS; c++)
			check(t->v[i].known[c] || t->v[i].counter[c] == 0,
			    "a counter of what is not known");
	}
}

/* Prints them as records, `total' too. */
static void
print(const struct ifaces *t)
{
	struct out_opts opts = { .format = out_format("tsv") };
	const struct snap snap = { 0 };
	struct cols cols;
	struct out *out;
	int fd = fuzz_catch();

	cols_init(&cols);
	ifaces_columns(&cols);
	out = out_open(&opts);
	out_snapshot(out, NULL, &cols);
	ifaces_write(t, &cols, &snap, out);
	check(out_close(out), "not printed");
	cols_free(&cols);
	fuzz_caught_stream(fd);
}

static void
read_by(void (*parse)(struct ifaces *t, struct str text), struct str text)
{
	struct ifaces t = { .n = 0 };

	parse(&t, text);
	check_ifaces(&t);
	print(&t);
	ifaces_free(&t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };

	read_by(ifaces_netstat, text);
	read_by(ifaces_netdev, text);
	return 0;
}
