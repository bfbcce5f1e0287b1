#define _GNU_SOURCE
/*
 * Fuzz entry: an executable, elf(5), which has only these bytes, whatever size
 * is given for it.
 */
#include "fuzz.h"
#include "scan/linux/elf.h"

static unsigned reads;

static bool
read_bytes(void *arg, uint64_t at, void *buf, size_t n)
{
	const struct str *file = arg;

	reads++;
	if (at > file->n || n > file->n - at)
		return false;
	memcpy(buf, file->p + at, n);
	return true;
}

static void
check_facts(struct str file, uint64_t size)
{
	struct elf_source s = { read_bytes, &file, size };
	struct elf_facts facts;
	size_t n;

	reads = 0;
	if (!elf_read(&s, &facts))
		return;
	check(reads < 100, "reads without end");
	check(facts.nid <= sizeof facts.id, "a long id");
	check(facts.nid == 0 ||
	    memmem(file.p, file.n, facts.id, facts.nid) != NULL,
	    "an id from elsewhere");
	n = strnlen(facts.loader, sizeof facts.loader);
	check(n < sizeof facts.loader &&
	    memmem(file.p, file.n, facts.loader, n) != NULL,
	    "a loader from elsewhere");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str file = { size > 0 ? (const char *)data : "", size };

	check_facts(file, size);
	check_facts(file, UINT32_MAX);
	check_facts(file, UINT64_MAX);
	return 0;
}
