#define _DEFAULT_SOURCE	/* BYTE_ORDER */
#include "scan/linux/elf.h"

#include <elf.h>
#include <endian.h>
#include <string.h>

/* A program has about ten segments, and two of notes. */
enum { MAX_SEGMENTS = 64, MAX_NOTES = 8, NOTES_SIZE = 4096 };

/* A program header of either class. */
struct segment {
	uint32_t type;
	uint64_t at, size, align;	/* in the file */
};

struct headers {
	bool is_64;
	uint64_t at;
	unsigned n, size;
};

/* All n bytes are within the file.  A sum could overflow. */
static bool
is_within(const struct elf_source *s, uint64_t at, uint64_t n)
{
	return n <= s->size && at <= s->size - n;
}

static bool
read_at(const struct elf_source *s, uint64_t at, void *buf, size_t n)
{
	return is_within(s, at, n) && s->read(s->arg, at, buf, n);
}

/* False if the byte order is that of another machine. */
static bool
read_headers(const struct elf_source *s, struct headers *h)
{
	const unsigned char data = BYTE_ORDER == LITTLE_ENDIAN ?
	    ELFDATA2LSB : ELFDATA2MSB;
	unsigned char ident[EI_NIDENT];
	Elf64_Ehdr e64;
	Elf32_Ehdr e32;

	if (!read_at(s, 0, ident, sizeof ident) ||
	    memcmp(ident, ELFMAG, SELFMAG) != 0 || ident[EI_DATA] != data)
		return false;
	h->is_64 = ident[EI_CLASS] == ELFCLASS64;
	if (h->is_64) {
		if (!read_at(s, 0, &e64, sizeof e64))
			return false;
		*h = (struct headers){ true, e64.e_phoff, e64.e_phnum,
			e64.e_phentsize };
		return h->size >= sizeof(Elf64_Phdr);
	}
	if (ident[EI_CLASS] != ELFCLASS32 || !read_at(s, 0, &e32, sizeof e32))
		return false;
	*h = (struct headers){ false, e32.e_phoff, e32.e_phnum,
		e32.e_phentsize };
	return h->size >= sizeof(Elf32_Phdr);
}

static bool
read_segment(const struct elf_source *s, const struct headers *h, unsigned i,
    struct segment *g)
{
	/* i and size have 16 bits each */
	uint64_t offset = (uint64_t)i * h->size;
	Elf64_Phdr p64;
	Elf32_Phdr p32;

	if (!is_within(s, h->at, offset))
		return false;
	if (h->is_64) {
		if (!read_at(s, h->at + offset, &p64, sizeof p64))
			return false;
		*g = (struct segment){ p64.p_type, p64.p_offset, p64.p_filesz,
			p64.p_align };
	} else {
		if (!read_at(s, h->at + offset, &p32, sizeof p32))
			return false;
		*g = (struct segment){ p32.p_type, p32.p_offset, p32.p_filesz,
			p32.p_align };
	}
	return true;
}

/* The size of n bytes with padding; n has at most 32 bits. */
static uint64_t
fill(uint64_t n, uint64_t align)
{
	return (n + align - 1) / align * align;
}

/* A note has the same header in both classes. */
static bool
find_id(const unsigned char *p, uint64_t n, uint64_t align,
    struct elf_facts *facts)
{
	Elf64_Nhdr note;

	align = align == 8 ? 8 : 4;
	while (n >= sizeof note) {
		uint64_t name, text;

		memcpy(&note, p, sizeof note);
		name = fill(sizeof note + (uint64_t)note.n_namesz, align);
		text = fill(note.n_descsz, align);
		if (name > n || note.n_descsz > n - name)
			return false;
		if (note.n_type == NT_GNU_BUILD_ID &&
		    note.n_namesz == sizeof ELF_NOTE_GNU &&
		    memcmp(p + sizeof note, ELF_NOTE_GNU,
		    sizeof ELF_NOTE_GNU) == 0 &&
		    note.n_descsz > 0 && note.n_descsz <= ELF_ID_MAX) {
			memcpy(facts->id, p + name, note.n_descsz);
			facts->nid = note.n_descsz;
			return true;
		}
		if (text > n - name)
			return false;
		p += name + text;
		n -= name + text;
	}
	return false;
}

static void
take_notes(const struct elf_source *s, const struct segment *g,
    struct elf_facts *facts)
{
	unsigned char notes[NOTES_SIZE];
	size_t n = g->size < sizeof notes ? (size_t)g->size : sizeof notes;

	if (facts->nid == 0 && read_at(s, g->at, notes, n))
		find_id(notes, n, g->align, facts);
}

/* The path ends in a NUL. */
static void
take_loader(const struct elf_source *s, const struct segment *g,
    struct elf_facts *facts)
{
	size_t n = (size_t)g->size;

	if (g->size == 0 || g->size > sizeof facts->loader ||
	    !read_at(s, g->at, facts->loader, n) ||
	    facts->loader[n - 1] != '\0')
		facts->loader[0] = '\0';
}

bool
elf_read(const struct elf_source *s, struct elf_facts *facts)
{
	struct headers h;
	struct segment g;
	unsigned i, notes = 0;

	facts->nid = 0;
	facts->loader[0] = '\0';
	if (!read_headers(s, &h))
		return false;
	for (i = 0; i < h.n && i < MAX_SEGMENTS; i++) {
		if (!read_segment(s, &h, i, &g))
			break;
		if (g.type == PT_INTERP)
			take_loader(s, &g, facts);
		else if (g.type == PT_NOTE && ++notes <= MAX_NOTES)
			take_notes(s, &g, facts);
	}
	return true;
}
