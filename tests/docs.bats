#!/usr/bin/env bats
# The examples of README.md and of the man pages: each is run, and prints what
# stands below it, except for times, ages of seconds, and boot ids.
#
# An example is a line `$ COMMAND' (with lines `> MORE' after it) in a
# ```console block of README.md, or in a .Bd -literal of a man page that begins
# with such a line.  The examples of a page run in one folder, one after the
# other, in a terminal of 80 columns (72 for man pages, which indent them), on
# the stage: a machine web1 in its own namespaces.  There, stand-ins (perl,
# under other names) hold the sockets of an ordinary web server, and one that
# should not be there.  To write an example, write its command, run this, and
# look at the difference.

load helpers

setup_file()
{
	write_play >"$BATS_FILE_TMPDIR/play.py"
}

setup()
{
	SRC=${PRT_SRCDIR:-$BATS_TEST_DIRNAME/..}
	cd "$BATS_TEST_TMPDIR" || return
}

# on_stage CMD...
on_stage()
{
	requires linux root netns perl python3 ip nsenter nc jq
	unshare -n ip link add e0 type veth peer name e1 2>/dev/null ||
		skip 'needs veth'
	NO_COLOR=1 "$SRC/tests/stage" "$@" 3>&-
}

# examples FILE WIDTH: runs the examples of a file, and compares.
examples()
{
	# not the stage's stand-in of that name
	on_stage "$(command -v python3)" "$BATS_FILE_TMPDIR/play.py" "$SRC/$1" "$2" \
		"$BATS_TEST_TMPDIR"
	[ -s "$BATS_TEST_TMPDIR/expected" ] || skip "$1 has no example"
	diff -u "$BATS_TEST_TMPDIR/expected" "$BATS_TEST_TMPDIR/output"
}

# play.py FILE WIDTH DIR: writes the file's examples as they stand there to
# DIR/expected, and as they run to DIR/output.
write_play()
{
	cat <<'END'
import fcntl, os, pty, re, select, struct, sys, termios, time

path, width, dest = sys.argv[1], int(sys.argv[2]), sys.argv[3]
number = 2000


def blocks(lines, markdown):
    start, end = ("```console", "```") if markdown else (".Bd -literal", ".Ed")
    block = None
    for line in lines:
        if block is None and line.startswith(start):
            block = []
        elif block is not None and line == end:
            if block and block[0].startswith("$ "):
                yield block
            block = None
        elif block is not None:
            block.append(line if markdown else plain(line))


def plain(line):
    chars = {"e": "\\", "-": "-", "&": "", "(aq": "'", "(ga": "`",
             "(ti": "~", "(ha": "^", "(dq": '"', "(rs": "\\"}
    return re.sub(r"\\(\(..|.)", lambda m: chars[m.group(1)], line)


def examples(block):
    example = None
    for line in block:
        if line.startswith("$ "):
            if example:
                yield example
            example = [line[2:], []]
        elif line.startswith("> ") and not example[1]:
            example[0] += "\n" + line[2:]
        else:
            example[1].append(line)
    yield example


def next_number():
    """The next example's processes start at a round number."""
    global number
    number += 100
    pid = 0
    while pid < number - 1:
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)


def run(command):
    next_number()
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
        os.execvp("bash", ["bash", "--norc", "-c", "trap '' HUP\n" + command])
    text, ended = b"", False
    while True:
        # What it left in the background has the terminal still.
        if not select.select([fd], [], [], 0.05)[0]:
            if ended:
                break
            ended = os.waitpid(pid, os.WNOHANG)[0] != 0
            continue
        try:
            block = os.read(fd, 65536)
        except OSError:
            break
        if not block:
            break
        text += block
    if not ended:
        os.waitpid(pid, 0)
    os.close(fd)
    return text.replace(b"\r\n", b"\n").decode(errors="replace")


def sockets():
    with open("/proc/net/tcp") as f:
        return f.read()


def await_background(command, before):
    """A command with & at its end is one that opens a socket."""
    end = time.time() + 10
    while command.endswith("&") and sockets() == before and time.time() < end:
        time.sleep(0.02)


def steady(text):
    text = re.sub(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ", "TIME", text)
    text = re.sub(r"(?m) (now|\d+ s)$", " AGE", text)
    return re.sub(r"boot=[0-9a-f-]{36}", "boot=ID", text)


with open(path, encoding="utf-8") as f:
    lines = f.read().split("\n")
with open(dest + "/expected", "w") as expected, \
        open(dest + "/output", "w") as output:
    for block in blocks(lines, path.endswith(".md")):
        for command, text in examples(block):
            while text and not text[-1]:
                text.pop()
            prompt = "$ " + command.replace("\n", "\n> ") + "\n"
            expected.write(prompt + steady("".join(s + "\n" for s in text)))
            before = sockets()
            output.write(prompt + steady(run(command)))
            await_background(command, before)
END
}

# section FILE NAME: a section of a man page.
section()
{
	sed -n "/^\.Sh $2\$/,/^\.Sh /p" "$SRC/man/$1"
}

# header ARG...: the field names that prt-scan ARG... prints.
header()
{
	in_netns prt-scan -F tsv "$@" | sed -n '/^#[a-z]/s/^#//p' | tr '\t' '\n'
}

@test "README.md: its examples" {
	examples README.md 80
}

@test "prt-scan(1): its examples" {
	examples man/prt-scan.1 72
}

@test "prt-diff(1): its examples" {
	examples man/prt-diff.1 72
}

@test "prt-flag(1): its examples" {
	examples man/prt-flag.1 72
}

@test "prt(5): its examples" {
	examples man/prt.5 72
}

@test "prt-rules(5): its examples" {
	examples man/prt-rules.5 72
}

@test "prt(7): its examples" {
	examples man/prt.7 72
}

@test "prt-recipes(7): its examples" {
	examples man/prt-recipes.7 72
}

@test "prt-scan(1) names the fields" {
	requires netns
	diff -u <(header -o all) \
		<(section prt-scan.1 FIELDS | sed -n 's/^\.Cm //p' | tr ' ' '\n')
}

@test "prt-scan(1) has the groups of fields" {
	diff -u <(section prt-scan.1 FIELDS | sed -n 's/^\.Li //p' | tr ' ' '\n') \
		<(prt-scan --help | awk '/^Groups/ { on = 1; next }
		    on && !NF { exit } on { for (i = 1; i <= NF; i++) print $i }')
}

@test "prt(5) names the fields, and numbers the default ones" {
	requires netns
	requires linux		# for -I
	header -o all >fields
	section prt.5 FIELDS | sed -n 's/^\.It \([0-9]* \)\{0,1\}Cm //p' >names
	diff -u fields <(head -n "$(wc -l <fields)" names)
	diff -u <(header | awk '{ print NR, $0 }') \
		<(sed -n 's/^\.It \([0-9]\{1,\}\) Cm /\1 /p' "$SRC/man/prt.5")
	run -0 header -I
	grep -qxF ".Cm ${output//$'\n'/ }" "$SRC/man/prt.5"
}

@test "the plots are of the figures in tests/bench/README.md" {
	local bench=$SRC/tests/bench section plot skip

	# The plots in README.md compare prt-scan with programs that show the
	# same, not less.
	while read -r section plot skip; do
		awk -v section="$section" -v skip="$skip" \
			-f "$bench/plot.awk" "$bench/README.md" |
			diff -u "$bench/$plot" -
	done <<-'END'
		prt-scan scan.svg  (-l|-o|-tulnpH|-tunaH)
		prt-diff diff.svg
		prt-flag flag.svg
	END
}

@test "the screens are those of a real terminal" {
	requires linux root netns perl ip nsenter tmux
	unshare -n ip link add e0 type veth peer name e1 2>/dev/null ||
		skip 'needs veth'
	"$SRC/tests/screens/make" "$BATS_TEST_TMPDIR" 3>&-
	diff -u "$SRC/tests/screens/scan.svg" scan.svg
	diff -u "$SRC/tests/screens/flag.svg" flag.svg
}

@test "README.md has the figures of tests/bench/README.md" {
	# A row has a command, and its time in each of prt-scan's tables.
	sed -n '/^| milliseconds/,/^$/p' "$SRC/README.md" | sed 1,2d |
		sed '/^$/d' >rows
	[ "$(wc -l <rows)" -eq 5 ]
	sed -n '/^## prt-scan/,/^## Targets/p' "$SRC/tests/bench/README.md" |
		awk -F ' *[|] *' 'NR == FNR { row[++n] = $2; next }
			{ time[$2] = time[$2] " | " $3 }
			END { for (i = 1; i <= n; i++)
				print "| " row[i] time[row[i]] " |" }' rows - |
		diff -u rows -
}

@test "a run's tables take the places of those of the same head" {
	printf '%s\n' noise '| a | ms |' '| - | - |' '| new | 1 |' '' \
		'| c | ms |' >new
	printf '%s\n' '# Text' '| a | ms |' '| - | - |' '| old | 2 |' \
		'| old | 3 |' Text '| b | ms |' '| - | - |' >page
	run -0 awk -f "$SRC/tests/bench/tables.awk" new page
	assert_output_is "# Text
| a | ms |
| - | - |
| new | 1 |
Text
| b | ms |
| - | - |"
}
