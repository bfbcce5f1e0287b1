/*
 * Fuzz entry: the fdinfo of an io_uring, which has names of fixed files that
 * users chose.
 */
#include "fuzz.h"
#include "scan/linux/linux.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size }, list = STR_NONE;
	size_t left;
	uint64_t inode;
	bool lacks;

	if (size == 0)
		text.p = "";
	if (!linux_ring_list(text, &list, &lacks))
		return 0;
	do {
		left = list.n;
		check(list.p == NULL || (list.p >= text.p &&
		    list.p + list.n <= text.p + text.n), "a list elsewhere");
		inode = 1;
		if (!linux_ring_entry(&list, &inode))
			break;
		check(list.n < left, "an entry of nothing");
	} while (list.p != NULL);
	return 0;
}
