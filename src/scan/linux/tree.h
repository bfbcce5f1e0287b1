/*
 * tree: files and folders of a proc tree, by name.
 *
 * A tree other than this machine's own was saved or made by somebody: its links
 * may lead out of it, and its files may be anything.  So no link is followed
 * there, except those to the tables, within the tree, and only regular files
 * are read.  Folders are listed, and link texts read, as in our own.
 */
#ifndef SCAN_LINUX_TREE_H
#define SCAN_LINUX_TREE_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/mem.h"

enum tree_kind { TREE_OWN, TREE_OTHER };

/* TREE_OWN for sys_proc, TREE_OTHER for another path. */
enum tree_kind tree_kind(const char *proc);

/* Open a file, or a folder, relative to an open folder of the tree: -1 with
 * errno, EINVAL if it is neither. */
int tree_open(enum tree_kind t, int dir, const char *path);
int tree_open_folder(enum tree_kind t, int dir, const char *path);

/* Reads at most size bytes from such a file; -1 with errno. */
ssize_t tree_read_fd(int fd, char *buf, size_t size);
ssize_t tree_read(enum tree_kind t, int dir, const char *path, char *buf,
    size_t size);

/* The same for cmdline, of which the kernel gives as much as fits
 * (get_mm_cmdline in fs/proc/base.c): it is complete if it ends in a NUL. */
ssize_t tree_read_words(enum tree_kind t, int fd, char *buf, size_t size);

/* The same for a text that the kernel makes in one piece (single_open in
 * fs/seq_file.c, or a sysctl): it is complete when it ends in a newline, so no
 * second read is needed to see its end. */
ssize_t tree_read_text(enum tree_kind t, int dir, const char *path, char *buf,
    size_t size);

/* Reads such a text by its path, which begins with the tree's; or, like
 * input_slurp, a whole file.  In another tree links start at proc, as if that
 * were /. */
ssize_t tree_read_path(const char *proc, const char *path, char *buf,
    size_t size);
bool tree_slurp(const char *proc, const char *path, size_t max,
    struct buf *text);

#endif
