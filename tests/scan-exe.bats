#!/usr/bin/env bats
# exe and cwd: deleted, replaced, only in memory, in other mounts than the
# machine's, too long.
# shellcheck disable=SC2016

load helpers

setup()
{
	requires linux
	daemon=$(fixture listend)
	port=20641
	prog=$BATS_TEST_TMPDIR/prog
}

teardown()
{
	if [ -n "${pid-}" ]; then
		kill "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	fi
}

# run_daemon COMMAND...: waits until it listens; $pid is its pid.
run_daemon()
{
	local i

	"$@" 127.0.0.1 "$port" >"$BATS_TEST_TMPDIR/ready" 3>&- &
	pid=$!
	for ((i = 0; i < 250; i++)); do
		! prt-scan -ql --pid="$pid" "$port" || return 0
		sleep 0.02
	done
	return 1
}

# exe_is TEXT
exe_is()
{
	run -0 prt-scan -Hl -o exe --pid="$pid" "$port"
	assert_output_is "$1"
}

@test "as it is" {
	cp "$daemon" "$prog"
	run_daemon "$prog"
	exe_is "$prog"
}

@test "deleted" {
	cp "$daemon" "$prog"
	run_daemon "$prog"
	rm "$prog"
	exe_is "$prog (deleted)"
}

@test "replaced: another file is there now" {
	cp "$daemon" "$prog"
	run_daemon "$prog"
	cp "$daemon" "$prog.new"
	mv "$prog.new" "$prog"
	exe_is "$prog (replaced)"
}

@test "a dangling link in its place is a file, too" {
	cp "$daemon" "$prog"
	run_daemon "$prog"
	rm "$prog"
	ln -s /nowhere "$prog"
	exe_is "$prog (replaced)"
}

@test "a path that ends in these very words" {
	cp "$daemon" "$prog (deleted)"
	run_daemon "$prog (deleted)"
	exe_is "$prog (deleted)"
	# and a file of the other name does not make it replaced
	cp "$daemon" "$prog"
	exe_is "$prog (deleted)"
	rm "$prog (deleted)"
	exe_is "$prog (deleted) (deleted)"
}

@test "in memory alone" {
	requires python3
	run_daemon python3 -c '
import os, sys
fd = os.memfd_create("x y", 0)
with open(sys.argv[1], "rb") as f:
    os.write(fd, f.read())
os.execv("/proc/self/fd/%d" % fd, ["d"] + sys.argv[2:])' "$daemon"
	exe_is "/memfd:x y (deleted)"
}

# The path starts at our root, whatever root the daemon has.
@test "a daemon that changed its root: replaced, as any other" {
	requires root
	cp "$daemon" "$prog"
	mkdir "$BATS_TEST_TMPDIR/root"
	run_daemon "$prog" -d "$BATS_TEST_TMPDIR/root"
	exe_is "$prog"
	cp "$daemon" "$prog.new"
	mv "$prog.new" "$prog"
	exe_is "$prog (replaced)"
	# files that it may have put below its own root do not count
	mkdir -p "$BATS_TEST_TMPDIR/root$BATS_TEST_TMPDIR"
	cp "$daemon" "$BATS_TEST_TMPDIR/root$prog"
	rm "$prog"
	exe_is "$prog (deleted)"
}

@test "a process with another root: its own path, and its own view" {
	requires root mounts
	run_daemon unshare -m bash -c '
		mount -t tmpfs none "$1" && mkdir "$1/dir" &&
		cp "$2" "$1/dir/prog" && exec "$1/dir/prog" "${@:3}"' \
		bash "$BATS_TEST_TMPDIR" "$daemon"
	exe_is "$BATS_TEST_TMPDIR/dir/prog (elsewhere)"
	nsenter -m -t "$pid" rm "$BATS_TEST_TMPDIR/dir/prog"
	# a file at that path in our own view does not count
	mkdir "$BATS_TEST_TMPDIR/dir"
	cp "$daemon" "$BATS_TEST_TMPDIR/dir/prog"
	exe_is "$BATS_TEST_TMPDIR/dir/prog (deleted)"
	# in its own view, another file has taken its place
	nsenter -m -t "$pid" cp "/proc/$pid/exe" "$BATS_TEST_TMPDIR/dir/prog"
	exe_is "$BATS_TEST_TMPDIR/dir/prog (elsewhere)"
}

# pose PATH: a user's own program, in other mounts, listens beyond loopback and
# seems to be at PATH, an existing file.
pose()
{
	requires root mounts userns setpriv
	cp "$daemon" "$prog"
	open_folders "$BATS_TEST_TMPDIR"
	"${as_user[@]}" unshare -rm sh -c '
		mount --bind "$1" "$2" && cd / && shift && exec "$@" 0.0.0.0 '$port \
		sh "$prog" "$1" >"$BATS_TEST_TMPDIR/ready" 3>&- &
	pid=$!
	until grep -q . "$BATS_TEST_TMPDIR/ready" || ! kill -0 "$pid"; do
		sleep 0.02
	done
}
as_user=(setpriv --reuid=1234567 --regid=1234567 --clear-groups)

@test "a bind mount of a user's own does not pass for the machine's program" {
	installed=/usr/bin/env
	pose "$installed"
	exe_is "$installed (elsewhere)"
	cd "$BATS_TEST_TMPDIR"
	prt-scan -l "$port" >scan
	run -0 prt-flag -X -H -o flags scan
	assert_output_is tmp-exe
	for rule in "exe=$installed" exe~/bin/ exe!=/x 'exe!~/home/'; do
		run -0 prt-flag -X -H -o flags -e "allow tmp-exe $rule" scan
		assert_output_is tmp-exe
	done
	run -0 prt-flag -X --suggest scan
	assert_output_is "allow tmp-exe exe=\"$installed (elsewhere)\" container=- netns=- user=1234567 local_addr=0.0.0.0 local_port=$port"
	run -0 prt-flag -X -H -o flags -e "$output" scan
	assert_output_is -
	# prt-diff treats it as the same as before: 1.0.1 did not mark it
	sed 's/ (elsewhere)//' scan >old
	run -0 prt-diff -H old scan
	[ -z "$output" ]
}

@test "nor does it from a process with the machine's own mounts" {
	pose /usr/bin/env
	kept=$pid
	port=$((port + 1))
	"${as_user[@]}" sh -c 'exec "/proc/$1/root/usr/bin/env" 127.0.0.1 "$2"' \
		sh "$kept" "$port" >"$BATS_TEST_TMPDIR/ready2" 3>&- &
	pid=$!
	until prt-scan -ql --pid="$pid" "$port" || ! kill -0 "$pid"; do
		sleep 0.02
	done
	cmp "/proc/$pid/exe" "$prog"
	run -0 prt-scan -Hl -o exe --pid="$pid" "$port"
	kill "$kept"
	assert_output_is '/usr/bin/env (elsewhere)'
}

@test "other mounts with the same file there: as it is" {
	requires root mounts
	cp "$daemon" "$prog"
	mkdir "$BATS_TEST_TMPDIR/own"
	run_daemon unshare -m sh -c '
		mount -t tmpfs none "$1" && shift && exec "$@"' \
		sh "$BATS_TEST_TMPDIR/own" "$prog"
	exe_is "$prog"
	cp "$daemon" "$prog.new"
	mv "$prog.new" "$prog"
	exe_is "$prog (replaced)"
}

# as_in CGROUP OPTION...: prt-scan, which sees the process in that group.
as_in()
{
	echo "0::$1" >"$BATS_TEST_TMPDIR/cgroup"
	shift
	unshare -m sh -c 'mount --bind "$1" "/proc/$2/cgroup" && shift 2 &&
		exec "$@"' sh "$BATS_TEST_TMPDIR/cgroup" "$pid" \
		"$(command -v prt-scan)" -Hl "$@" "$port"
}

@test "in a container that root made: its own path, if the record says so" {
	id=$(printf %064d 7)
	pose /usr/bin/env
	run -0 as_in "/system.slice/docker-$id.scope" -o exe,container
	assert_output_is "/usr/bin/env	docker/${id:0:12}"
	run -0 as_in "/system.slice/docker-$id.scope" -o exe
	assert_output_is '/usr/bin/env (elsewhere)'
	# but a user may give any name to a control group of his own
	of=/user.slice/user-1000.slice/user@1000.service/user.slice
	run -0 as_in "$of/libpod-$id.scope" -o exe,container
	assert_output_is "/usr/bin/env (elsewhere)	podman/${id:0:12}"
}

@test "cwd: of other mounts, too" {
	requires root mounts
	cp "$daemon" "$prog"
	mkdir "$BATS_TEST_TMPDIR/own"
	run_daemon unshare -m sh -c '
		mount -t tmpfs none "$1" && mkdir "$1/d" && cd "$1/d" &&
		shift && exec "$@"' sh "$BATS_TEST_TMPDIR/own" "$prog"
	run -0 prt-scan -Hl -o cwd,exe "$port"
	assert_output_is "$BATS_TEST_TMPDIR/own/d (elsewhere)	$prog"
}

# run_deep FOLDER [gone]: runs a program in a folder deeper below that one than
# a link may show; with gone, it then removes the folder.
run_deep()
{
	requires python3
	python3 - "$1" "$daemon" "$port" "${2-}" 3>&- <<-'END' &
		import os, shutil, sys
		top, daemon, port, gone = sys.argv[1:]
		os.chdir(top)
		for i in range(50):
		    os.mkdir("d" * 200)
		    os.chdir("d" * 200)
		shutil.copy(daemon, "prog")
		fd = os.open("prog", os.O_RDONLY)
		if gone:
		    os.unlink("prog")
		os.execve(fd, ["prog", "0.0.0.0", port], {})
	END
	pid=$!
	until prt-scan -ql --pid="$pid" "$port" 2>/dev/null; do
		kill -0 "$pid"
		sleep 0.02
	done
}

@test "a path that is too long: its beginning, and nobody is stopped by it" {
	top=$(mktemp -d -p /tmp)
	run_deep "$top"
	run -0 --separate-stderr prt-scan --strict -l -o +cwd "$port"
	[ -z "$stderr" ]
	cd "$BATS_TEST_TMPDIR"
	printf '%s\n' "${lines[@]}" >scan
	column exe <scan >exe
	[ "$(tr -d '\n' <exe | wc -c)" -eq 4099 ]
	[[ $(<exe) == "$top/ddd"*... ]]
	[ "$(column cwd <scan)" = ... ]
	run -0 prt-flag -X -H -o flags scan
	assert_output_is tmp-exe
	find "$top" -depth -delete
	exe_is "$(<exe) (deleted)"
}

@test "a path that is too long, and a file that was deleted" {
	run_deep "$BATS_TEST_TMPDIR" gone
	run -0 --separate-stderr prt-scan --strict -Hl -o exe "$port"
	[ -z "$stderr" ]
	[[ $output == "$BATS_TEST_TMPDIR/ddd"*'... (deleted)' ]]
}

@test "another user's is not to be seen: -" {
	requires root setpriv
	cp "$daemon" "$prog"
	run_daemon "$prog"
	run -0 setpriv --reuid=65534 --regid=65534 --clear-groups \
		/proc/self/fd/9 -Hl -o exe,pid "$port" 9<"$(command -v prt-scan)"
	assert_output_is "-	-"
}
