/*
 * table: what the modules of a table share, and only they see: cell.c has what
 * a person reads of a value, alike.c which records are one row, fit.c which
 * columns there is room for, prose.c sentences.
 */
#ifndef OUT_TABLE_H
#define OUT_TABLE_H

#include "lib/map.h"
#include "out/format.h"

/* Stands for what was cut off, as in top(1): ASCII, and one column wide. */
#define CUT_MARK '+'

/* What of a cell is kept where it is cut: its beginning; of a path that and as
 * much of its end as there is room for; both ends of a name; of an endpoint
 * both ends of the address, and the port. */
enum cell_kind { CELL_TEXT, CELL_PATH, CELL_NAME, CELL_ENDPOINT };

/* To reckon ages from: milliseconds since 1970, and since the machine was
 * started; -1 if that is not known. */
struct cell_now {
	int64_t time, up;
};

struct cell_now cell_now(const struct snap *snap);

/* Appends a value of a field without control characters, `-' if it is missing:
 * as a record has it, or as a person reads it. */
void cell_add(struct buf *b, struct str v);
void cell_show(struct buf *b, enum field_id id, struct str v,
    const struct cell_now *now);

/* What stands for a word in a table, or a missing value. */
struct str cell_brief(enum field_id id, struct str v);

/* Appends 0.0.0.0:22 or [::]:22, or what there is of it. */
void cell_endpoint(struct buf *b, struct str addr, struct str port);

/* How far an endpoint may be cut: an IPv4 address not at all, not as the end of
 * an IPv6 one either. */
size_t cell_endpoint_least(struct str cell);

/* Appends s, which is wider, cut to width columns. */
void cell_cut(struct buf *b, enum cell_kind kind, struct str s, size_t width);

/* The name of the port says which program that usually is, and another one is
 * known to be there. */
bool cell_is_misnomer(const struct cols *cols, const struct str *v);

struct column {
	struct str name;
	size_t at;		/* its first value in a record */
	enum field_id id;
	enum cell_kind kind;	/* of an endpoint, the port is the next value */
	bool right;		/* a number */
	bool held;		/* some record had a value */
	bool note;		/* stands below the record */
	bool prose;		/* the last one, of which no word is cut off */
	bool folded;		/* is in another column */
	size_t more;		/* width of the longest ` +N' of a number */
};

/* A record: its cells, as they are shown, each with a TAB behind it. */
struct line {
	size_t at;		/* in out_table's text */
	uint32_t next;		/* that is of the same row, + 1; 0: none */
	uint32_t last;		/* of the row's first one: its last */
	unsigned char mark;	/* enum out_mark */
	bool more;		/* another one's row shows it */
};

struct out_table {
	struct column *cols;
	struct layout_col *layout;	/* of each of cols */
	size_t n;
	size_t limit;			/* the terminal's width; 0: nothing is
					 * cut */
	bool exact;			/* values as records have them */
	bool merge;			/* what is alike is one row */
	struct cell_now now;
	struct buf text;
	struct line *lines;
	size_t nlines, linecap;
	struct map rows;		/* the first line of a row + 1, by the
					 * hash of what is not ALIKE */
	struct names words;		/* to count by */
};

/* The cells of a line, one after the other: start with p at its first. */
struct str table_cell(const char **p);

/* The columns that -o named stay, whatever they hold. */
bool table_chosen(const struct out_opts *opts, struct str name);

/* The user has named the columns one by one. */
bool table_is_own(const struct out_opts *opts);

/* Decides on the columns and their widths: fit.c. */
void table_lay_out(struct out *o);

/* What is shown for a missing container if its column stands for netns too. */
struct str table_fold(const struct out_table *t, const char *cells);

/* The lines that cols say are one row: marks the last of lines as another's if
 * it is. */
void alike_add(struct out_table *t);
/* Gives each row that has several lines its cells: 712 +2. */
void alike_finish(struct out_table *t);

/* Appends s in lines of at most limit columns behind indent blanks, broken
 * between words where that can be. */
void prose_add(struct buf *b, struct str s, size_t indent, size_t limit);

/* Cuts the sentence about the first of flags, a list, off why. */
struct str prose_sentence(struct str *why, struct str *flags);

/* What fits of s into a line of so many columns; cuts it and the blanks behind
 * it off. */
struct str prose_line(struct str *s, size_t room);

#endif
