/*
 * table: shared by the modules of a table, and private to them.  cell.c shows
 * values, alike.c finds records that share a row, fit.c chooses the columns
 * that there is room for, prose.c breaks sentences.
 */
#ifndef OUT_TABLE_H
#define OUT_TABLE_H

#include "lib/map.h"
#include "out/format.h"

/* Marks a cut, as in top(1): ASCII, and one column wide. */
#define CUT_MARK '+'

/* What a cut keeps: the beginning of a text; of a path also as much of the end
 * as there is room for; both ends of a name; of an endpoint both ends of the
 * address, and the port. */
enum cell_kind { CELL_TEXT, CELL_PATH, CELL_NAME, CELL_ENDPOINT };

/* What ages are counted from: milliseconds since 1970, and since the machine
 * was started; -1 if unknown. */
struct cell_now {
	int64_t time, up;
};

struct cell_now cell_now(const struct snap *snap);

/* Appends a value that has no control characters, `-' if it is missing: as a
 * record has it, or in the form for people. */
void cell_add(struct buf *b, struct str v);
void cell_show(struct buf *b, enum field_id id, struct str v,
    const struct cell_now *now);

/* A table's short form of a word, or a missing value. */
struct str cell_brief(enum field_id id, struct str v);

/* Appends 0.0.0.0:22 or [::]:22, or the part that exists. */
void cell_endpoint(struct buf *b, struct str addr, struct str port);

/* The smallest width of an endpoint: an IPv4 address is never cut, not even as
 * the end of an IPv6 one. */
size_t cell_endpoint_least(struct str cell);

/* Appends s, which is too wide, cut to width columns. */
void cell_cut(struct buf *b, enum cell_kind kind, struct str s, size_t width);

/* The port's name suggests a program, but another one is known to be there. */
bool cell_is_misnomer(const struct cols *cols, const struct str *v);

struct column {
	struct str name;
	size_t at;		/* position in a record of its first value */
	enum field_id id;
	enum cell_kind kind;	/* the port of an endpoint is the next value */
	bool right;		/* a number */
	bool held;		/* some record has a value */
	bool note;		/* stands below the record */
	bool prose;		/* the last one, whose words are not cut */
	bool folded;		/* shown in another column */
	size_t more;		/* width of the longest ` +N' after a number */
};

/* A record: its cells as they are shown, each followed by a TAB. */
struct line {
	size_t at;		/* position in out_table's text */
	uint32_t next;		/* next line of the same row, + 1; 0: none */
	uint32_t last;		/* in the first line of a row: the row's last */
	unsigned char mark;	/* enum out_mark */
	bool more;		/* shown in the row of another line */
};

struct out_table {
	struct column *cols;
	struct layout_col *layout;	/* one for each of cols */
	size_t n;
	size_t limit;			/* the terminal's width; 0: no cuts */
	bool exact;			/* values as records have them */
	bool merge;			/* lines that are alike share a row */
	struct cell_now now;
	struct buf text;
	struct line *lines;
	size_t nlines, linecap;
	struct map rows;		/* first line of a row, + 1, by the hash
					 * of the columns that are not ALIKE */
	struct names words;		/* to count values */
};

/* Takes the next of a line's cells; p starts at the first. */
struct str table_cell(const char **p);

/* -o named the column: it stays even if it is empty. */
bool table_chosen(const struct out_opts *opts, struct str name);

/* The user listed the columns. */
bool table_is_own(const struct out_opts *opts);

/* Chooses the columns and their widths: fit.c. */
void table_lay_out(struct out *o);

/* What stands for a missing container if the column also stands for netns. */
struct str table_fold(const struct out_table *t, const char *cells);

/* Finds the row of the last line: if another line has that row, marks the last
 * as part of it. */
void alike_add(struct out_table *t);
/* Sets the cells of each row that has several lines: 712 +2. */
void alike_finish(struct out_table *t);

/* Appends s in lines of at most limit columns, indented by indent blanks and
 * broken between words if possible. */
void prose_add(struct buf *b, struct str s, size_t indent, size_t limit);

/* Cuts the sentence for the first flag of the list flags off why. */
struct str prose_sentence(struct str *why, struct str *flags);

/* Cuts off the part of s that fits into room columns, and blanks after it. */
struct str prose_line(struct str *s, size_t room);

#endif
