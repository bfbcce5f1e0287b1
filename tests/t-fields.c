/* t-fields: the table of fields is complete, and prt-scan has a value for each
 * of its own fields.  Prints TAP. */
#include "scan/rows.h"
#include "tap.h"

/* Its line in the table is there, and has a name of its own. */
static bool
is_whole(int id)
{
	const struct field *f = &field_table[id];

	return f->name != NULL && f->help != NULL && f->least > 0 &&
	    (int)field_find(str_from(f->name)) == id;
}

/* It has a getter, and counts as the owner's exactly if it needs owners. */
static bool
is_got(int id)
{
	const struct rows_getter *g = &rows_getters[id];

	return (g->get != NULL || g->text != 0) &&
	    field_table[id].owner == ((g->needs & NEED_OWNERS) != 0);
}

/* The field's words are these names, in any order. */
static bool
has_words(int id, const char *const *names, size_t n)
{
	const char *const *word = field_table[id].words;
	size_t i, found = 0, named = 0;

	for (i = 0; i < n; i++)
		named += names[i] != NULL;
	for (; *word != NULL; word++)
		for (i = 0; i < n; i++)
			found += names[i] != NULL &&
			    strcmp(names[i], *word) == 0;
	return found == named &&
	    word - field_table[id].words == (ptrdiff_t)named;
}

int
main(void)
{
	const char *name;
	int id;

	for (id = 0; id < FIELD_COUNT; id++) {
		name = field_table[id].name;
		if (name == NULL)
			printf("# number %d of src/record/field.h, from 0\n", id);
		ok_of(name != NULL && is_whole(id), "in src/record/field.c",
		    name != NULL ? name : "no line");
		if (name == NULL)
			break;		/* field_find ends there */
	}
	for (id = 0; id < FIELD_NSCAN && field_table[id].name != NULL; id++)
		ok_of(is_got(id), "in src/scan/rows.c", field_table[id].name);
	ok_of(has_words(F_PROTO, sock_protos, PROTO_COUNT), "its words",
	    "proto");
	ok_of(has_words(F_STATE, sock_states, STATE_COUNT), "its words",
	    "state");
	ok_of(has_words(F_DIR, sock_dirs, DIR_COUNT), "its words", "dir");
	return tap_end();
}
