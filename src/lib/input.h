/*
 * input: whole files and standard input.
 */
#ifndef LIB_INPUT_H
#define LIB_INPUT_H

#include <stdbool.h>

#include "lib/mem.h"

/* NULL and "-" are standard input, called `(standard input)' in messages. */
const char *input_name(const char *path);

bool input_is_stdin(const char *path);

/* The file's descriptor, which the caller closes with input_close; -1 after a
 * message.  Where it is a terminal, on which one who forgot the pipe would wait
 * for ever, a message says what else to type: instead. */
int input_open(const char *path, const char *instead);
/* Closes it, but not standard input and not -1; errno stays as it was. */
void input_close(int fd);

/* Appends all of the file's bytes to text, which the caller frees also where
 * that fails: false after a message. */
bool input_read(const char *path, const char *instead, struct buf *text);
/* The same of what input_open gave for path, which is closed. */
bool input_read_fd(int fd, const char *path, struct buf *text);

/* The same of a path that is no option of the user's: no message, errno says
 * why.  More than max bytes is an error, EFBIG. */
bool input_slurp(const char *path, size_t max, struct buf *text);
/* The same of an open descriptor, which stays open. */
bool input_slurp_fd(int fd, size_t max, struct buf *text);

#endif
