#!/usr/bin/env bats
# exe: deleted, replaced, in memory alone, in another root.
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

# run_daemon COMMAND...: until it listens; $pid is its own.
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
	# and one of the other name does not make it replaced
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

# The path is told from our root on, wherever the daemon sees it from.
@test "a daemon that changed its root: replaced, as any other" {
	requires root
	cp "$daemon" "$prog"
	mkdir "$BATS_TEST_TMPDIR/root"
	run_daemon "$prog" -d "$BATS_TEST_TMPDIR/root"
	exe_is "$prog"
	cp "$daemon" "$prog.new"
	mv "$prog.new" "$prog"
	exe_is "$prog (replaced)"
	# what it may have put into its own root does not count
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
	exe_is "$BATS_TEST_TMPDIR/dir/prog"
	nsenter -m -t "$pid" rm "$BATS_TEST_TMPDIR/dir/prog"
	# what is at that path in our own view does not count
	mkdir "$BATS_TEST_TMPDIR/dir"
	cp "$daemon" "$BATS_TEST_TMPDIR/dir/prog"
	exe_is "$BATS_TEST_TMPDIR/dir/prog (deleted)"
	nsenter -m -t "$pid" cp "/proc/$pid/exe" "$BATS_TEST_TMPDIR/dir/prog"
	exe_is "$BATS_TEST_TMPDIR/dir/prog (replaced)"
}

@test "another user's is not to be seen: -" {
	requires root setpriv
	cp "$daemon" "$prog"
	run_daemon "$prog"
	run -0 setpriv --reuid=65534 --regid=65534 --clear-groups \
		/proc/self/fd/9 -Hl -o exe,pid "$port" 9<"$(command -v prt-scan)"
	assert_output_is "-	-"
}
