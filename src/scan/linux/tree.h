/*
 * tree: files and folders of a proc tree, by name.
 *
 * Another tree than this machine's own is what somebody has saved or made: its
 * links may lead out of it, and its files may be anything.  So no link is
 * followed there, but those to the tables, within the tree, and only regular
 * files are read.  Its folders give their names, and links their texts, as any.
 */
#ifndef SCAN_LINUX_TREE_H
#define SCAN_LINUX_TREE_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/mem.h"

enum tree_kind { TREE_OWN, TREE_OTHER };

/* What sys_proc is, and what another path is. */
enum tree_kind tree_kind(const char *proc);

/* A file, and a folder, from an open folder of the tree on: -1 with errno;
 * of what is neither, EINVAL. */
int tree_open(enum tree_kind t, int dir, const char *path);
int tree_open_folder(enum tree_kind t, int dir, const char *path);

/* Reads at most size bytes, of such a file; -1 with errno. */
ssize_t tree_read_fd(int fd, char *buf, size_t size);
ssize_t tree_read(enum tree_kind t, int dir, const char *path, char *buf,
    size_t size);

/* The same of cmdline, of which the kernel gives as much as fits
 * (get_mm_cmdline in fs/proc/base.c): it is whole if it ends in a NUL. */
ssize_t tree_read_words(enum tree_kind t, int fd, char *buf, size_t size);

/* The same of a text that the kernel makes in one piece (single_open in
 * fs/seq_file.c, or a sysctl): it is whole when it ends in a newline, without
 * asking for what is behind it. */
ssize_t tree_read_text(enum tree_kind t, int dir, const char *path, char *buf,
    size_t size);

/* Of such a text by its path, which begins with the tree's, and input_slurp
 * likewise.  Another tree's links count from there on, as if it were /. */
ssize_t tree_read_path(const char *proc, const char *path, char *buf,
    size_t size);
bool tree_slurp(const char *proc, const char *path, size_t max,
    struct buf *text);

#endif
