/*
 * Capabilities by name, capabilities(7): those that let a process do more on
 * the machine than its user may.
 */
#include "lib/num.h"
#include "scan/linux/linux.h"

/* Numbers as in linux/capability.h.  Left out are those that change a clock, a
 * limit, a terminal or a log. */
static const struct {
	unsigned number;
	const char *name;
} names[] = {
	{ 0, "chown" }, { 1, "dac_override" }, { 2, "dac_read_search" },
	{ 3, "fowner" }, { 5, "kill" }, { 6, "setgid" }, { 7, "setuid" },
	{ 10, "net_bind_service" }, { 12, "net_admin" }, { 13, "net_raw" },
	{ 16, "sys_module" }, { 17, "sys_rawio" }, { 18, "sys_chroot" },
	{ 19, "sys_ptrace" }, { 21, "sys_admin" }, { 27, "mknod" },
	{ 30, "audit_control" }, { 31, "setfcap" }, { 32, "mac_override" },
	{ 33, "mac_admin" }, { 38, "perfmon" }, { 39, "bpf" },
	{ 40, "checkpoint_restore" },
};

bool
linux_caps_parse(struct str digits, uint64_t *set)
{
	uint64_t v = 0;
	size_t i;

	if (digits.n == 0 || digits.n > 16)
		return false;
	for (i = 0; i < digits.n; i++) {
		int digit = num_hex(digits.p[i]);

		if (digit < 0)
			return false;
		v = v << 4 | (uint64_t)digit;
	}
	*set = v;
	return true;
}

struct str
linux_caps_names(struct buf *b, uint64_t set, uint64_t known)
{
	size_t i;

	if ((set & known) == known)
		return STR_LIT("all");
	b->n = 0;
	for (i = 0; i < NELEMS(names); i++) {
		if ((set >> names[i].number & 1) == 0)
			continue;
		if (b->n > 0)
			buf_putc(b, ',');
		buf_puts(b, names[i].name);
	}
	return b->n > 0 ? buf_str(b) : STR_NONE;
}
