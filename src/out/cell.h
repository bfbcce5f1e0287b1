/*
 * out-cell: the cells of a table, and how they are cut; for out/table.c alone.
 */
#ifndef OUT_CELL_H
#define OUT_CELL_H

#include "lib/mem.h"
#include "lib/str.h"

/* What of a cell is kept where it is cut: its beginning; that and a port; that
 * and as much of a path's end as there is room for. */
enum cell_kind { CELL_TEXT, CELL_ENDPOINT, CELL_PATH };

/* Appends 0.0.0.0:22 or [::]:22; returns how many columns of it are to stay. */
size_t cell_endpoint(struct buf *b, struct str addr, struct str port);

/* Appends s, which is wider, cut to width columns. */
void cell_cut(struct buf *b, enum cell_kind kind, struct str s, size_t width);

#endif
