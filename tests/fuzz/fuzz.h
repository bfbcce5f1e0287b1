/*
 * fuzz: what the fuzz entries share.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/input.h"
#include "record/reader.h"

/* The entry: libFuzzer calls it, or replay.c. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program if an invariant does not hold. */
static inline void
check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

/* Cuts off the part of *rest before the next `%%' that ends a line. */
static inline struct str
fuzz_part(struct str *rest)
{
	static const char mark[] = "%%\n";
	struct str part = { rest->p, 0 };

	for (; rest->n > 0 && !str_starts(*rest, mark); part.n++) {
		rest->p++;
		rest->n--;
	}
	if (rest->n > 0)
		*rest = (struct str){ rest->p + sizeof mark - 1,
			rest->n - (sizeof mark - 1) };
	return part;
}

/* A file of these bytes, for readers of descriptors; the caller closes. */
static inline int
fuzz_file(struct str text)
{
	FILE *f = tmpfile();
	int fd;

	check(f != NULL && (text.n == 0 ||
	    fwrite(text.p, text.n, 1, f) == 1) && fflush(f) == 0,
	    "no temporary file");
	fd = dup(fileno(f));
	check(fd >= 0 && lseek(fd, 0, SEEK_SET) == 0, "no descriptor");
	fclose(f);
	return fd;
}

/* Redirects standard output to a file; its descriptor is for fuzz_caught. */
static inline int
fuzz_catch(void)
{
	int fd = fuzz_file(STR_NONE);

	/* out_close has closed it: the file may get the same number */
	if (fd == STDOUT_FILENO)
		fd = dup(fd);
	check(fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0, "no output");
	return fd;
}

/* Returns what was written, which the caller frees; closes the file. */
static inline struct buf
fuzz_caught(int fd)
{
	struct buf text = { 0 };

	check(lseek(fd, 0, SEEK_SET) == 0 &&
	    input_slurp_fd(fd, SIZE_MAX, &text), "no output to be read");
	close(fd);
	return text;
}

/* The same for output that must be a record stream, prt(5). */
static inline void
fuzz_caught_stream(int fd)
{
	struct buf text = fuzz_caught(fd);
	enum rec_event event;
	struct rec r;

	rec_start(&r, "output", buf_str(&text), NULL);
	do
		event = rec_next(&r);
	while (event != REC_EOF && event != REC_ERROR);
	check(event == REC_EOF, r.error);
	rec_stop(&r);
	buf_free(&text);
}

#endif
