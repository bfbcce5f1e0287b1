/*
 * Fuzz entry: one datagram of rtnetlink or generic netlink about the kernel's
 * own ports, or an answer of the portmapper.  The first byte selects the
 * parser: a digit is its index in kernel_parsers, from 0.
 */
#include "fuzz.h"
#include "lib/mem.h"
#include "scan/linux/kernel.h"

enum { NAME_MAX_SHOWN = 64, XID = 1 };

static void
check_port(const struct kernel_port *p)
{
	struct str label = str_from(p->label);

	check(p->local_port != 0 || p->remote_port != 0, "no port");
	check(p->remote_port == 0 || p->remote.family != ADDR_NONE,
	    "a port of no peer");
	check(p->uses != 0, "of no use");
	check(str_starts(label, "[") && str_ends(label, "]") &&
	    label.n > 2 && label.n < 2 * (size_t)NAME_MAX_SHOWN,
	    "no label");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	struct kernel k = { .arena = &arena };
	bool interrupted = false;
	size_t i, count = 0, which;
	void *message;

	if (size == 0)
		return 0;
	while (kernel_parsers[count] != NULL)
		count++;
	which = (size_t)(data[0] - '0') % (count + 1);
	message = mem_alloc(--size);
	memcpy(message, data + 1, size);
	if (which < count)
		nl_messages(message, size, &interrupted,
		    kernel_parsers[which], &k);
	else
		kernel_portmap(&k, (struct str){ message, size }, XID);
	for (i = 0; i < k.nport; i++)
		check_port(&k.port[i]);
	kernel_free(&k);
	arena_free(&arena);
	free(message);
	return 0;
}
