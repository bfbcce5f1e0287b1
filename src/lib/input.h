/*
 * input: reads whole files and standard input.
 */
#ifndef LIB_INPUT_H
#define LIB_INPUT_H

#include <stdbool.h>

#include "lib/mem.h"

/* NULL and "-" are standard input, called `(standard input)' in messages. */
const char *input_name(const char *path);
bool input_is_stdin(const char *path);

/* Opens the file; the caller calls input_close.  -1 after a message.  Reading
 * from a terminal would wait for ever if the user forgot a pipe: for that case
 * a message says what to type instead. */
int input_open(const char *path, const char *instead);
/* Closes fd unless it is standard input or -1; keeps errno. */
void input_close(int fd);

/* Appends the file's bytes to text, which the caller frees even after an error.
 * False: no message, errno says why.  More than max bytes is an error,
 * EFBIG. */
bool input_slurp(const char *path, size_t max, struct buf *text);
/* The same for an open descriptor, which stays open. */
bool input_slurp_fd(int fd, size_t max, struct buf *text);

/* The text of an input: a large file is mapped, which saves memory, anything
 * else is read.  Starts as { 0 }. */
struct input_text {
	struct str s;
	struct buf buf;
	void *map;		/* NULL: the text is in buf */
};

/* Reads the rest of the descriptor, which stays open; false: errno says why.
 * If a mapped file is shortened, the program ends with a message that calls it
 * name, which must outlive t.  The caller frees in any case. */
bool input_load(struct input_text *t, int fd, const char *name);
void input_unload(struct input_text *t);

/* Appends the path of the user's own file of that name, and a NUL: in folder
 * prt of $XDG_CONFIG_HOME, or else of $HOME/.config.  False, and nothing is
 * appended, if neither is an absolute path. */
bool input_config(struct buf *path, const char *name);

#endif
