/*
 * t-audit: what executables, interpreters' arguments, capability sets and
 * programs' names yield.  Prints TAP.
 */
#include <elf.h>

#include "scan/linux/elf.h"
#include "scan/linux/linux.h"
#include "scan/linux/programs.h"
#include "scan/linux/safe.h"
#include "scan/linux/script.h"
#include "tap.h"

/* What was found, as text: a file unchanged, a module `FOLDER|NAME|SUFFIX'. */
static void
write_found(struct buf *b, const struct script_found *found)
{
	size_t i;

	for (i = 0; i < found->n; i++) {
		const struct script_file *f = &found->v[i];

		if (b->n > 0)
			buf_putc(b, ' ');
		if (f->suffix != NULL) {
			buf_add(b, f->folder.p, f->folder.n);
			buf_putc(b, '|');
		}
		buf_add(b, f->path.p, f->path.n);
		if (f->suffix != NULL)
			buf_putc(b, '|');
		buf_puts(b, f->suffix != NULL ? f->suffix : "");
	}
	if (found->by_stdin)
		buf_puts(b, b->n > 0 ? " <" : "<");
}

/* Here, blanks separate the arguments. */
static const struct {
	const char *name, *args, *found;
} scripts[] = {
	{ "bash", "", "<" },
	{ "bash", "x y", "x" },
	{ "bash", "-x -o pipefail -- -y z", "-y" },
	{ "bash", "-euo pipefail /tmp/x", "/tmp/x" },
	{ "bash", "-c x y", "" },
	{ "bash", "-lc x y", "" },
	{ "bash", "-s x", "<" },
	{ "bash", "+x --rcfile r --norc x", "r x" },
	{ "bash", "--init-file=i -i", "i <" },
	{ "sh", "-", "<" },
	{ "static-sh", "x", "x" },
	{ "ksh93", "x", "x" },
	{ "python3.11", "-u x.py y", "x.py" },
	{ "python3.11", "-W ignore -Xdev x.py", "x.py" },
	{ "python3.11", "-c x -m y", "" },
	{ "python3.11", "-Im a.b c", "|a.b|.py" },
	{ "python3.11", "-", "<" },
	{ "pypy3", "-Bc x", "" },
	{ "perl", "-w x", "x" },
	{ "perl", "-I/tmp -Mx -e 1", "/tmp|x|.pm |x|.pm" },
	{ "perl", "-I a -mB::C=d x", "a|B::C|.pm |B::C|.pm x" },
	{ "perl", "-wne 1 f", "" },
	{ "perl", "-i.bak -pe 1", "" },
	{ "perl5.36-x86_64-linux-gnu", "-T x", "x" },
	{ "ruby", "-r./a -rb -e 1", "./a |b|.rb" },
	{ "ruby3.1", "-W1 x.rb", "x.rb" },
	{ "node", "--require=./a.js x.js", "./a.js x.js" },
	{ "node", "-r /a.js -e 1", "/a.js" },
	{ "node", "--import ../b.mjs --title t x", "../b.mjs x" },
	{ "nodejs", "-p 1", "" },
	{ "php8.2", "-d a=b -f x.php y", "x.php" },
	{ "php", "-S 0.0.0.0:80 -t www r.php", "r.php" },
	{ "php", "-r 1", "" },
	{ "lua5.4", "-l m -e 1 x", "|m|.lua x" },
	{ "tclsh8.6", "-encoding utf-8 x.tcl", "x.tcl" },
	{ "expect", "-f x y", "x" },
	{ "gawk", "-f a -vx=1 --file=b -F : f", "a b" },
	{ "mawk", "x f", "" },
	{ "gdb", "-batch -x a --command=b -ex run p", "a b" },
	{ "java", "-Xmx1g -jar x.jar -jar y", "x.jar" },
	{ "java", "-cp a.jar:/tmp/b Main -jar y", "a.jar /tmp/b" },
	{ "java", "-javaagent:/tmp/a.jar=x -jar b.jar", "/tmp/a.jar b.jar" },
	{ "java", "X.java y", "X.java" },
	{ "deno", "x.ts", "x.ts" },
	{ "cat", "x", "" },
	{ "pythonic", "x", "" },
};

static void
test_scripts(void)
{
	size_t i, j;

	for (i = 0; i < NELEMS(scripts); i++) {
		struct script_found found;
		struct buf args = { 0 }, text = { 0 }, said = { 0 };

		buf_puts(&said, scripts[i].name);
		buf_putc(&said, ' ');
		buf_puts(&said, scripts[i].args);
		buf_putc(&said, '\0');
		buf_puts(&args, scripts[i].args);
		for (j = 0; j < args.n; j++)
			if (args.p[j] == ' ')
				args.p[j] = '\0';
		if (args.n > 0)
			buf_putc(&args, '\0');
		script_parse(str_from(scripts[i].name), buf_str(&args),
		    &found);
		write_found(&text, &found);
		ok_buf(&text, scripts[i].found, "script", said.p);
		buf_free(&args);
		buf_free(&text);
		buf_free(&said);
	}
}

static void
test_joined(void)
{
	static const struct {
		const char *cwd, *path, *joined;
	} cases[] = {
		{ "/home/a", "x", "/home/a/x" },
		{ "/home/a", "../x", "/home/x" },
		{ "/home/a", "../../../x", "/x" },
		{ "/", "tmp/./x", "/tmp/x" },
		{ "/a", "//tmp//x", "/tmp/x" },
		{ "/a", "/var/../tmp/x/", "/tmp/x" },
		{ "/a", "..", "/" },
		{ "", "x", "/x" },
	};
	size_t i;

	for (i = 0; i < NELEMS(cases); i++) {
		struct buf b = { 0 };

		script_join(&b, str_from(cases[i].cwd),
		    str_from(cases[i].path));
		ok_buf(&b, cases[i].joined, "joined", cases[i].path);
		buf_free(&b);
	}
}

static void
test_caps(void)
{
	static const struct {
		const char *digits, *names;
	} cases[] = {
		{ "0000000000000000", "" },
		{ "0000000000002000", "net_raw" },
		{ "0000000000003000", "net_admin,net_raw" },
		{ "0000000002000000", "" },		/* sys_time */
		{ "000001ffffffffff", "all" },
		{ "ffffffffffffffff", "all" },
		{ "0000018000000000", "bpf,checkpoint_restore" },
	};
	static const char *const bad[] = { "", "x", "00000000000000000",
		"0000 " };
	struct buf b = { 0 }, text = { 0 };
	uint64_t set;
	size_t i;

	for (i = 0; i < NELEMS(cases); i++) {
		struct str s = STR_NONE;

		if (linux_caps_parse(str_from(cases[i].digits), &set))
			s = linux_caps_names(&b, set, 0x1ffffffffff);
		text.n = 0;
		buf_add(&text, s.p, s.n);
		ok_buf(&text, cases[i].names, "caps", cases[i].digits);
	}
	for (i = 0; i < NELEMS(bad); i++)
		ok_of(!linux_caps_parse(str_from(bad[i]), &set), "no caps",
		    bad[i]);
	buf_free(&text);
	buf_free(&b);
}

static void
test_classes(void)
{
	static const struct {
		const char *name;
		enum program_class class;
	} cases[] = {
		{ "bash", PROGRAM_SHELL }, { "bash-static", PROGRAM_SHELL },
		{ "bashful", PROGRAM_OTHER }, { "ksh93", PROGRAM_SHELL },
		{ "python3.11", PROGRAM_INTERPRETER },
		{ "python3.11-config", PROGRAM_OTHER },
		{ "perl5.36-x86_64-linux-gnu", PROGRAM_INTERPRETER },
		{ "perlbug", PROGRAM_OTHER },
		{ "nc", PROGRAM_RELAY }, { "nc.openbsd", PROGRAM_RELAY },
		{ "ncurses6-config", PROGRAM_OTHER },
		{ "busybox", PROGRAM_MANY }, { "", PROGRAM_OTHER },
	};
	static const struct {
		const char *type;
		bool is_safe;
	} types[] = {
		{ "ext4", true }, { "overlay", true }, { "tmpfs", true },
		{ "fuse", false }, { "fuse.sshfs", false }, { "nfs4", false },
		{ "fusectl", true },
	};
	size_t i;

	for (i = 0; i < NELEMS(cases); i++)
		ok_of(programs_class(str_from(cases[i].name)) ==
		    cases[i].class, "class", cases[i].name);
	for (i = 0; i < NELEMS(types); i++)
		ok_of(safe_type(str_from(types[i].type)) == types[i].is_safe,
		    "safe", types[i].type);
}

/* A program with two segments: the path of its loader, and a note. */
struct image {
	Elf64_Ehdr head;
	Elf64_Phdr segment[2];
	char loader[8];
	Elf64_Nhdr note;
	char name[4], id[20];
};

static bool
read_image(void *arg, uint64_t at, void *buf, size_t n)
{
	const struct image *image = arg;

	if (at > sizeof *image || n > sizeof *image - at)
		return false;
	memcpy(buf, (const char *)image + at, n);
	return true;
}

static struct image
make_image(void)
{
	const unsigned one = 1;
	struct image i = { .loader = "/lib/ld", .name = "GNU",
		.note = { 4, 20, NT_GNU_BUILD_ID }, .id = "a build id, of 20 b" };

	memcpy(i.head.e_ident, ELFMAG, SELFMAG);
	i.head.e_ident[EI_CLASS] = ELFCLASS64;
	i.head.e_ident[EI_DATA] = *(const char *)&one == 1 ? ELFDATA2LSB :
	    ELFDATA2MSB;
	i.head.e_phoff = offsetof(struct image, segment);
	i.head.e_phnum = 2;
	i.head.e_phentsize = sizeof i.segment[0];
	i.segment[0] = (Elf64_Phdr){ .p_type = PT_INTERP,
		.p_offset = offsetof(struct image, loader), .p_filesz = 8 };
	i.segment[1] = (Elf64_Phdr){ .p_type = PT_NOTE, .p_align = 4,
		.p_offset = offsetof(struct image, note), .p_filesz = 36 };
	return i;
}

static void
test_elf(void)
{
	struct image image = make_image();
	struct elf_source s = { read_image, &image, sizeof image };
	struct elf_facts facts;

	ok(elf_read(&s, &facts) && facts.nid == 20 &&
	    memcmp(facts.id, image.id, 20) == 0 &&
	    strcmp(facts.loader, "/lib/ld") == 0, "elf: build id and loader");
	s.size = offsetof(struct image, id) + 19;
	ok(elf_read(&s, &facts) && facts.nid == 0, "elf: a note that is cut");
	s.size = sizeof image;
	image.segment[1].p_filesz = UINT32_MAX;
	ok(elf_read(&s, &facts) && facts.nid == 0,
	    "elf: a note of 4 GiB in a file that has less");
	image = make_image();
	image.note.n_namesz = UINT32_MAX;
	ok(elf_read(&s, &facts) && facts.nid == 0, "elf: a name of 4 GiB");
	image = make_image();
	image.note.n_descsz = UINT32_MAX;
	ok(elf_read(&s, &facts) && facts.nid == 0, "elf: an id of 4 GiB");
	image = make_image();
	image.head.e_phoff = UINT64_MAX - 8;
	ok(elf_read(&s, &facts) && facts.nid == 0, "elf: headers past the end");
	image = make_image();
	image.loader[7] = 'x';
	ok(elf_read(&s, &facts) && facts.loader[0] == '\0',
	    "elf: a loader's path without an end");
	image.head.e_ident[EI_DATA] ^= 3;
	ok(!elf_read(&s, &facts), "elf: another order of bytes");
	image.head.e_ident[0] = '#';
	ok(!elf_read(&s, &facts), "elf: no program");
}

int
main(void)
{
	test_scripts();
	test_joined();
	test_caps();
	test_classes();
	test_elf();
	return tap_end();
}
