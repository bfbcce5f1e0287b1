/*
 * Fuzz entry: the kernel's description of its types, BTF.
 */
#include "fuzz.h"
#include "scan/linux/bpf.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct linux_btf want[] = {
		{ .name = "f" },
		{ .name = "s", .member = "m" },
		{ .name = "s", .member = "deep" },
	};
	size_t i, n = sizeof want / sizeof *want;

	if (!linux_btf_find((struct str){ (const char *)data, size }, want, n))
		return 0;
	for (i = 0; i < n; i++) {
		check(want[i].id != 0, "found, without an id");
		check(want[i].offset >= 0, "a member before its struct");
	}
	return 0;
}
