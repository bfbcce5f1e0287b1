/*
 * Fuzz entry: the addresses of a namespace, in a message of rtnetlink(7) and in
 * the texts of /proc/net/fib_trie and if_inet6.
 */
#include <linux/rtnetlink.h>

#include "fuzz.h"
#include "scan/linux/linux.h"

/* Operands ask for the addresses that were added. */
static void
check_places(const struct filter *f, const struct scan *sc)
{
	size_t i, k;

	for (i = 0; i < sc->nplace; i++) {
		const struct scan_place *p = &sc->place[i];

		for (k = 0; k < f->nends &&
		    addr_cmp(&f->ends[k].net, &p->addr) != 0; k++)
			;
		check(k < f->nends && f->ends[k].answers,
		    "a place that nobody asks for");
		check(p->netns == 0 && p->ifname != NULL,
		    "a place that is nowhere");
	}
}

static void
add_end(struct filter *f, const char *text, bool answers)
{
	struct filter_end end = { .has_addr = true, .answers = answers };

	check(addr_parse(str_from(text), &end.net, NULL), "no address");
	end.bits = addr_bits(&end.net);
	*MEM_PUSH(f->ends, f->nends, f->endcap) = end;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const addrs[] = { "10.0.0.1", "10.8.0.77",
		"fd00::1", "fe80::1", "10.1.1.1" };
	struct filter f = { .nends = 0 };
	struct scan sc = { .nsock = 0 };
	struct str text = { (const char *)data, size };
	/* of its exact size, and aligned */
	void *message = mem_alloc(size);
	bool is_message;
	size_t i;

	for (i = 0; i < NELEMS(addrs); i++)
		add_end(&f, addrs[i], i % 4 != 3);
	check(filter_wants_places(&f), "no place is wanted");
	scan_add_netns(&sc);
	memcpy(message, data, size);
	is_message = linux_place_add(&f, &sc, message, size);
	check(is_message || sc.nplace == 0, "a place of no message");
	check(!is_message || size >= sizeof(struct ifaddrmsg), "no message");
	linux_places_trie(&f, &sc, text);
	linux_places_inet6(&f, &sc, text);
	check_places(&f, &sc);
	scan_sort_places(&sc);
	check_places(&f, &sc);
	scan_free(&sc);
	filter_free(&f);
	free(message);
	return 0;
}
