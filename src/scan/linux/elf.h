/*
 * elf: what an executable says of itself, elf(5).
 *
 * Anybody can write one: nothing in it is believed but where it ends.
 */
#ifndef SCAN_LINUX_ELF_H
#define SCAN_LINUX_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ELF_ID_MAX = 64, ELF_PATH_MAX = 256 };

/* Reads n bytes from there on into buf: false if they are not all there. */
struct elf_source {
	bool (*read)(void *arg, uint64_t at, void *buf, size_t n);
	void *arg;
	uint64_t size;		/* of the file, bytes */
};

struct elf_facts {
	unsigned char id[ELF_ID_MAX];	/* its build id, */
	size_t nid;			/* bytes of it, 0: it has none */
	char loader[ELF_PATH_MAX];	/* "": it needs none */
};

/* False if it is no program for this machine.  Makes a bounded number of
 * reads, whatever it is. */
bool elf_read(const struct elf_source *s, struct elf_facts *facts);

#endif
