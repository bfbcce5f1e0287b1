/*
 * input: whole files and standard input.
 */
#ifndef INPUT_H
#define INPUT_H

#include <stdbool.h>

#include "mem.h"

/* NULL and "-" are standard input, called `(standard input)' in messages. */
const char *input_name(const char *path);

/* Appends all of the file's bytes to text, which the caller frees.  On failure
 * a message is printed and false returned. */
bool input_read(const char *path, struct buf *text);

/* The same of an open descriptor, which stays open, up to max bytes; more is
 * an error (errno EFBIG).  No message: errno says why. */
bool input_read_fd(int fd, size_t max, struct buf *text);

#endif
