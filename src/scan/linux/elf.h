/*
 * elf: what an executable says of itself, elf(5).
 *
 * Anybody can write one: no value in it is trusted, except where the file ends.
 */
#ifndef SCAN_LINUX_ELF_H
#define SCAN_LINUX_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ELF_ID_MAX = 64, ELF_PATH_MAX = 256 };

/* read: reads n bytes at that offset into buf; false if there are fewer. */
struct elf_source {
	bool (*read)(void *arg, uint64_t at, void *buf, size_t n);
	void *arg;
	uint64_t size;		/* of the file, bytes */
};

struct elf_facts {
	unsigned char id[ELF_ID_MAX];	/* its build id */
	size_t nid;			/* bytes of the id; 0: none */
	char loader[ELF_PATH_MAX];	/* "": it needs none */
};

/* False if it is not a program for this machine.  The number of reads is
 * bounded, whatever the file holds. */
bool elf_read(const struct elf_source *s, struct elf_facts *facts);

#endif
