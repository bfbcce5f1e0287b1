#!/usr/bin/env bats
# The fields of -o +@audit, and pidfd: a real process for each value, names that
# users chose, and trees that no live machine has.
# shellcheck disable=SC2016,SC2154

load helpers
load proc-tree

setup()
{
	holders=()
	requires linux netns python3
	netns_find
}

teardown()
{
	local pid

	# a test may have started several
	for pid in "${holders[@]}"; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
}

# hold SCRIPT [COMMAND...]: starts python in a network namespace of its own,
# through COMMAND if given.  It listens on 127.0.0.1:7000 as s and does what
# SCRIPT says: run(ARG...) starts a program with pipes, on_pty(ARG...) one on a
# terminal of its own.  $holder is its process.
hold()
{
	local ready=$BATS_TEST_TMPDIR/ready script=$1

	shift
	rm -f "$ready"
	"${UNSHARE[@]}" -- "$@" python3 -c '
import fcntl, os, pty, signal, socket, struct, subprocess, sys
PIPE = subprocess.PIPE
left = []
def run(*args, **how):
    how = {"stdin": PIPE, "stdout": PIPE, "stderr": PIPE, **how}
    left.append(subprocess.Popen(args, **how))
def on_pty(*args):
    pid, fd = pty.fork()
    if pid == 0:
        os.execvp(args[0], args)
    left.append(fd)
s = socket.socket()
fcntl.ioctl(s, 0x8914, struct.pack("16sh14x", b"lo", 1))  # up
s.bind(("127.0.0.1", 7000))
s.listen()
ready = open(sys.argv[1], "w")
exec(sys.argv[2])
ready.write("%d\n" % os.getpid())
ready.close()
signal.pause()' "$ready" "$script" </dev/null >"$BATS_TEST_TMPDIR/err" 2>&1 3>&- &
	holder=$!
	until [ -s "$ready" ]; do
		kill -0 "$holder"
		sleep 0.05
	done
	holder=$(<"$ready")
	holders+=("$holder")
}

# scan LIST [ARG...]: those fields of port 7000.  A program that was just
# started may still be on its way.
scan()
{
	local list=$1

	shift
	"${NSENTER[@]}" -t "$holder" -- prt-scan -H -o "$list" "$@" 7000
}

# becomes TEXT LIST [ARG...]: scan prints TEXT within ten seconds.
becomes()
{
	local text=$1 i

	shift
	for i in {1..100}; do
		output=$(scan "$@")
		[ "$output" != "$text" ] || return 0
		sleep 0.1
	done
	printf 'expected: %s\nis:       %s\n' "$text" "$output"
	return 1
}

# pids_of NAME: the holder's children of that name, in numeric order.
pids_of()
{
	pgrep -P "$holder" -x "$1" | sort -n
}

# program NAME: the name of the file behind that command.
program()
{
	basename "$(readlink -f "$(command -v "$1")")"
}

@test "stdio: socket, pipe, closed" {
	hold 'os.dup2(s.fileno(), 0); os.dup2(os.pipe()[1], 1); os.close(2)'
	run -0 scan stdio
	[ "$output" = 'socket,pipe,-' ]
	run -0 scan stdio -F json
	[ "$output" = '{"stdio":["socket","pipe","-"]}' ]
}

@test "stdio: tty, null, file" {
	hold 'os.dup2(pty.openpty()[1], 0)
os.dup2(os.open("/dev/null", os.O_RDWR), 1)
os.dup2(os.open("/etc/passwd", os.O_RDONLY), 2)'
	run -0 scan stdio
	[ "$output" = 'tty,null,file' ]
}

@test "stdio: what the descriptor is, not what its path says" {
	mkfifo "$BATS_TEST_TMPDIR/null"
	: >"$BATS_TEST_TMPDIR/socket:[1]"
	hold 'd = os.environ["BATS_TEST_TMPDIR"]
os.dup2(os.open(d + "/null", os.O_RDWR), 0)
os.dup2(os.open(d + "/socket:[1]", os.O_RDWR), 1)
os.dup2(os.open("/dev/zero", os.O_RDWR), 2)'
	run -0 scan stdio
	[ "$output" = 'pipe,file,file' ]
}

@test "stdio: all closed" {
	hold 's = os.dup(s.fileno()); [os.close(i) for i in (0, 1, 2)]'
	run -0 scan stdio
	[ "$output" = '-,-,-' ]
}

# The names and pids of a process's ancestors, found by their parents' pids.
above()
{
	local pid=$1 list='' comm ppid i

	for i in {1..16}; do
		ppid=$(awk '/^PPid:/ { print $2 }' "/proc/$pid/status")
		[ "$ppid" -gt 0 ] || break
		comm=$(<"/proc/$ppid/comm")
		comm=$(sed 's|[,/\\]|\\&|g' <<<"$comm")
		list=$comm/$ppid${list:+,$list}
		pid=$ppid
	done
	echo "$list" | sed 's/\\/\\\\/g'
}

@test "ancestors: as /proc has them" {
	hold ''
	run -0 scan ancestors,parent,ppid
	[ "$output" = "$(above "$holder")	$(
		)$(basename "$(<"/proc/$(ps -o ppid= -p "$holder" |
		tr -d ' ')/comm")")	$(ps -o ppid= -p "$holder" | tr -d ' ')" ]
	# with this field only, no other process is looked at
	run -0 scan ancestors
	[ "$output" = "$(above "$holder")" ]
}

@test "ancestors: the nearest 16" {
	hold 'os.setpgid(0, 0)
for i in range(20):
    if os.fork():
        signal.pause()
    open("/proc/self/comm", "w").write("p%d" % i)'
	run -0 scan ancestors,process --pid "$holder"
	kill -9 -- "-$(ps -o pgid= -p "$holder" | tr -d ' ')"
	sed -E 's|/[0-9]+||g' <<<"$output" >"$BATS_TEST_TMPDIR/said"
	printf '%s,' p{3..18} | sed 's/,$/\tp19\n/' |
		diff - "$BATS_TEST_TMPDIR/said"
}

@test "ancestors, children: names in a list are escaped" {
	hold 'if os.fork() == 0:
    open("/proc/self/comm", "w").write("a,b/c\\d")
    os.dup2(s.fileno(), 9)
    if os.fork() == 0:
        open("/proc/self/comm", "w").write("[x]/7")
        os.close(9)
        s.close()
        signal.pause()
    signal.pause()'
	becomes 'a\\,b\\/c\\\\d,[x]\\/7' children --pid "$holder"
	run -0 scan children --pid "$holder" -F json
	[ "$output" = '{"children":["a,b/c\\d","[x]/7"]}' ]
	local child
	child=$(pgrep -P "$holder")
	run -0 scan ancestors --pid "$child" -F json
	[[ $output == *"\"python3/$holder\"]}" ]]
	hold_child=$(pgrep -P "$child")
	kill "$hold_child" "$child"
}

@test "children: nearest first, each name once, at most 16" {
	hold 'run("sh", "-c", "sleep 99; :"); run("cat"); run("sleep", "99")'
	becomes 'sh,cat,sleep' children
	pkill -P "$holder"
	hold 'def named(name):
    if os.fork() == 0:
        open("/proc/self/comm", "w").write(name)
        s.close()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pause()
for i in range(20):
    named("n%d" % i)'
	becomes "$(printf ',n%d' {0..15} | cut -c 2-)" children
	pkill -P "$holder"
}

@test "children: none" {
	hold ''
	run -0 scan children,shells
	[ "$output" = '-	-' ]
}

@test "shells: behind pipes, and on another terminal" {
	requires bash
	hold 'run("sh", "-i"); on_pty("bash"); run("cat")'
	becomes "$(program sh)/$(pids_of sh)/pipe/pipe/pipe,bash/$(pids_of bash)/pty/pty/pty" \
		shells
	pkill -9 -P "$holder"
}

@test "shells: not with a script or -c; a grandchild; whatever its name" {
	requires bash
	cp "$(command -v bash)" "$BATS_TEST_TMPDIR/kworker"
	echo 'read x' >"$BATS_TEST_TMPDIR/script"
	hold 'd = os.environ["BATS_TEST_TMPDIR"]
run("bash", "-c", "read x")
run("bash", d + "/script")
run("bash", "-x", "--norc", d + "/script")
run("sh", "-ec", d + "/kworker --norc; :")'
	local sh
	sh=$(pids_of sh)
	until pgrep -P "$sh" kworker >/dev/null; do sleep 0.05; done
	becomes "bash/$(pgrep -P "$sh" kworker)/pipe/pipe/pipe" shells
	kill -9 "$(pgrep -P "$sh" kworker)"
	pkill -9 -P "$holder"
}

@test "shells: options that are none of -c" {
	requires bash
	hold 'run("bash", "--rcfile", "/dev/null", "-i", "+H")
run("bash", "-s", "c"); run("bash", "-o", "pipefail", "-"); run("bash", "-l")'
	local pid want=''
	for pid in $(pids_of bash); do
		want+=,bash/$pid/pipe/pipe/pipe
	done
	becomes "${want#,}" shells
	pkill -9 -P "$holder"
}

@test "shells: its own terminal is a tty" {
	requires bash script
	local ready=$BATS_TEST_TMPDIR/ready
	cat >"$BATS_TEST_TMPDIR/hold.py" <<-'END'
		import os, signal, socket, subprocess, sys
		s = socket.socket(socket.AF_INET6)
		s.bind(("::1", 0))
		s.listen()
		p = subprocess.Popen(["bash", "--norc"])
		open(sys.argv[1], "w").write("%d %d %d\n" % (os.getpid(),
		    s.getsockname()[1], p.pid))
		signal.pause()
	END
	script -qec "python3 $BATS_TEST_TMPDIR/hold.py $ready" /dev/null \
		</dev/zero >/dev/null 3>&- &
	until [ -s "$ready" ]; do sleep 0.05; done
	read -r pid port shell <"$ready"
	until [ "$(cat "/proc/$shell/comm")" = bash ]; do sleep 0.05; done
	run -0 prt-scan -H -o stdio,shells "[::1]:$port"
	kill -9 "$shell" "$pid"
	[ "$output" = "tty,tty,tty	bash/$shell/tty/tty/tty" ]
}

@test "shells: of the same parent, by its pipe" {
	mkfifo "$BATS_TEST_TMPDIR/f"
	hold 'd = os.environ["BATS_TEST_TMPDIR"]
r, w = os.pipe()
os.set_inheritable(w, True)
shell = os.fork()
if shell == 0:
    os.dup2(os.open(d + "/f", os.O_RDWR), 0)
    os.dup2(w, 1)
    os.execvp("sh", ["sh"])
relay = os.fork()
if relay == 0:
    os.dup2(r, 0)
    os.dup2(os.open(d + "/f", os.O_RDWR), 1)
    os.set_inheritable(s.fileno(), True)
    os.execvp("sleep", ["sleep", "99"])
s.close()
os.close(r)
os.close(w)'
	local sh relay
	until sh=$(pids_of sh) && [ -n "$sh" ]; do sleep 0.05; done
	relay=$(pids_of sleep)
	becomes "$relay	$(program sh)/$sh/pipe/pipe/file" pid,shells
	pkill -9 -P "$holder"
}

@test "exe_like: a copy, by whatever name; not the very file" {
	requires bash
	cp "$(command -v bash)" "$BATS_TEST_TMPDIR/systemd"
	hold 'd = os.environ["BATS_TEST_TMPDIR"]
os.set_inheritable(s.fileno(), True)
run(d + "/systemd", "-c", "read x", close_fds=False)
run("bash", "-c", "read x", close_fds=False)'
	becomes 'bash	-' process,exe_like --pid "$(pids_of bash)"
	becomes 'systemd	bash' process,exe_like --pid "$(pids_of systemd)"
	pkill -9 -P "$holder"
}

@test "exe_like: a copy that was deleted, and one in memory" {
	requires bash
	cp "$(command -v bash)" "$BATS_TEST_TMPDIR/x"
	hold 'd = os.environ["BATS_TEST_TMPDIR"]
os.set_inheritable(s.fileno(), True)
run(d + "/x", "-c", "read x", close_fds=False)
m = os.memfd_create("m")
os.write(m, open(d + "/x", "rb").read())
run("/proc/self/fd/%d" % m, "-c", "read x", pass_fds=(m, s.fileno()))'
	rm "$BATS_TEST_TMPDIR/x"
	becomes "bash
bash" exe_like --pid "$(pgrep -P "$holder" | paste -sd,)"
	run -0 scan exe --pid "$(pgrep -P "$holder" | paste -sd,)"
	[[ $output == *'/x (deleted)'* ]]
	[[ $output == *'/memfd:m (deleted)'* ]]
	pkill -9 -P "$holder"
}

@test "exe_like: by another thread, where the first one has ended" {
	requires gcc
	# a copy of a program that is installed, and ends its first thread
	run -0 unshare -nmpf --mount-proc true || skip 'needs root'
	cat >"$BATS_TEST_TMPDIR/socat.c" <<-'END'
		#include <pthread.h>
		#include <unistd.h>
		static void *stay(void *arg) { pause(); return arg; }
		int main(void) {
			pthread_t t;
			pthread_create(&t, NULL, stay, NULL);
			pthread_exit(NULL);
		}
	END
	run -0 unshare -nmpf --mount-proc bash -c '
		ip link set lo up
		mount -t tmpfs none /usr/local/bin
		gcc -pthread -o /usr/local/bin/socat "$BATS_TEST_TMPDIR/socat.c"
		cp /usr/local/bin/socat "$BATS_TEST_TMPDIR/x"
		python3 -c "
import os, socket, subprocess, time
s = socket.socket()
s.bind((\"127.0.0.1\", 0))
s.listen()
p = subprocess.Popen([os.environ[\"BATS_TEST_TMPDIR\"] + \"/x\"], pass_fds=(s.fileno(),))
while \"\\nState:\\tZ\" not in open(\"/proc/%d/status\" % p.pid).read():
    time.sleep(0.05)
os.system(\"prt-scan -H -o process,exe_like,stdio --pid %d\" % p.pid)
p.kill()
"'
	[[ $output == "x	socat	"* ]]
	[[ $output != *'	-' ]]
}

@test "exe_like, shells: what ld.so was given to run" {
	local loader
	loader=$(LC_ALL=C readelf -l "$(command -v sh)" 2>/dev/null |
		sed -n 's/.*interpreter: \(.*\)]/\1/p')
	[ -n "$loader" ] || skip 'needs readelf, and a sh that ld.so loads'
	export loader
	cp "$(command -v sh)" "$BATS_TEST_TMPDIR/x"
	hold 'd = os.environ["BATS_TEST_TMPDIR"]
os.set_inheritable(s.fileno(), True)
run(os.environ["loader"], "/bin/sh", close_fds=False)
run(os.environ["loader"], "--argv0", "y", d + "/x", close_fds=False)'
	local a b
	{ read -r a; read -r b; } < <(pgrep -P "$holder" | sort -n)
	becomes "$(program sh)
$(program sh)" exe_like --pid "$a,$b"
	becomes "$(program sh)/$a/pipe/pipe/pipe,$(program sh)/$b/pipe/pipe/pipe" \
		shells --pid "$holder"
	pkill -9 -P "$holder"
}

@test "exe_like: a program that is like none" {
	hold ''
	cp "$(command -v sleep)" "$BATS_TEST_TMPDIR/bash"
	hold 'd = os.environ["BATS_TEST_TMPDIR"]
os.set_inheritable(s.fileno(), True)
run(d + "/bash", "99", close_fds=False)'
	becomes 'bash	-' process,exe_like --pid "$(pids_of bash)"
	pkill -9 -P "$holder"
}

# Runs in the mount namespace of a process: its /usr/local/bin has a socat
# without a build id, and x is a copy of it.
without_id='
mount -t tmpfs none /usr/local/bin
echo "int main(void) { return getchar(); }" |
	gcc -Wl,--build-id=none -w -include stdio.h -x c -o /usr/local/bin/socat -
cp /usr/local/bin/socat "$BATS_TEST_TMPDIR/x"
cp /usr/local/bin/socat "$BATS_TEST_TMPDIR/y"
echo >>"$BATS_TEST_TMPDIR/y"
python3 -c "
import os, socket, subprocess, sys
s = socket.socket()
s.bind((\"127.0.0.1\", 0))
s.listen()
d = os.environ[\"BATS_TEST_TMPDIR\"]
left = []
for x in \"socat\", d + \"/x\", d + \"/y\":
    left.append(subprocess.Popen([x], stdin=subprocess.PIPE, pass_fds=(s.fileno(),)))
sys.stdout.write(subprocess.run([\"prt-scan\", \"-H\", \"-o\",
    \"process,exe_like\"], stdout=subprocess.PIPE, text=True).stdout)
"'

@test "exe_like: by size and content where there is no build id" {
	[ "$EUID" -eq 0 ] && unshare -nmpf true || skip 'needs root'
	requires gcc
	run -0 unshare -nmpf --mount-proc bash -c "ip link set lo up; $without_id"
	[ "$(grep -v '^python' <<<"$output" | sort)" = 'socat	-
x	socat
y	-' ]
}

@test "script: as the interpreter finds it" {
	requires perl
	mkdir "$BATS_TEST_TMPDIR/sub"
	for i in x.py 'a,b.pl' X.pm sh gone; do
		: >"$BATS_TEST_TMPDIR/$i"
	done
	echo 'read x' >"$BATS_TEST_TMPDIR/sh"
	echo 'input()' >"$BATS_TEST_TMPDIR/x.py"
	echo '<STDIN>; 1;' | tee "$BATS_TEST_TMPDIR/X.pm" >"$BATS_TEST_TMPDIR/a,b.pl"
	echo 'import os; os.chdir("/"); input()' >"$BATS_TEST_TMPDIR/sub/moved.py"
	echo 'import os; os.unlink("../gone"); input()' >"$BATS_TEST_TMPDIR/gone"
	ln -s ../x.py "$BATS_TEST_TMPDIR/sub/link"
	hold 'd = os.environ["BATS_TEST_TMPDIR"]
os.set_inheritable(s.fileno(), True)
os.chdir(d + "/sub")
def begin(*args, **how):
    run(*args, close_fds=False, **how)
begin("python3", "../x.py")
begin("python3", "-u", "/" + d + "/./sub//link")
begin("python3", "-m", "x", cwd=d)
begin("python3", "-c", "input()", "x.py")
begin("python3", "moved.py")
begin("python3", d + "/sub/../gone")
begin("perl", "-I" + d, "-MX", "-e", "1")
begin("perl", "-w", "../a,b.pl")
begin("sh", "-x", "../sub/../sh")
begin("python3", stdin=open(d + "/x.py"))'
	local pids want
	pids=$(pgrep -P "$holder" | paste -sd,)
	want=$(sed "s|^/|$BATS_TEST_TMPDIR/|" <<-'END'
		/x.py
		/x.py
		/x.py
		-
		moved.py
		/gone
		/X.pm
		/a\\,b.pl
		/sh
	END
	)
	# the last one has read its whole script, and ended
	becomes "$want" script --pid "$(cut -d, -f 1-9 <<<"$pids")"
	pkill -9 -P "$holder"
}

@test "script: standard input" {
	requires bash
	printf 'exec 3<>/dev/tcp/127.0.0.1/7000\nread -u 3 x\n' >"$BATS_TEST_TMPDIR/in"
	hold 'd = os.environ["BATS_TEST_TMPDIR"]
run("bash", stdin=open(d + "/in"))'
	becomes "$BATS_TEST_TMPDIR/in" script --pid "$(pids_of bash)"
	pkill -9 -P "$holder"
}

@test "caps: some, all, none, and those of a namespace of one's own" {
	[ "$EUID" -eq 0 ] || skip 'needs root'
	requires setpriv
	hold '' setpriv --bounding-set -all,+net_raw,+net_admin,+sys_time
	run -0 scan caps
	[ "$output" = 'net_admin,net_raw' ]
	kill "$holder"
	hold 'os.setresuid(65534, 65534, 65534)'
	run -0 scan caps
	[ "$output" = - ]
	kill "$holder"
	hold 'import ctypes; ctypes.CDLL(None).unshare(0x10000000)  # CLONE_NEWUSER'
	run -0 scan caps
	[ "$output" = - ]
	kill "$holder"
	hold ''
	run -0 scan caps
	local known
	known=$(printf '%016x' $(((2 << $(</proc/sys/kernel/cap_last_cap)) - 1)))
	if grep -q "^CapEff:.$known" "/proc/$holder/status"; then
		[ "$output" = all ]
	else
		[[ $output == *net_raw* ]]
	fi
}

@test "pidfd: as pidfd_open and stat have it" {
	local inode
	hold ''
	inode=$(python3 -c '
import os, sys
fd = os.pidfd_open(int(sys.argv[1]))
print(os.fstat(fd).st_ino if os.fstat(fd).st_ino > 1 and
    os.fstat(fd).st_dev != os.fstat(os.eventfd(0)).st_dev else "-")' "$holder")
	run -0 scan pidfd
	[ "$output" = "$inode" ]
}

@test "-o +@audit: a group, which adds what is not there yet" {
	local group=ancestors,children,stdio,shells,exe_like,script,caps
	group+=,sock_cgroup,local_scope,remote_scope
	run -0 prt-scan -o @audit -l 0
	[ "$(grep '^#proto\|^#anc' <<<"$output" | tr '\t' ,)" = "#$group" ]
	run -0 prt-scan -o pid,caps,@audit,@audit,pidfd,stdio -l 0
	[ "$(grep '^#pid' <<<"$output" | tr '\t' ,)" = \
		"#pid,caps,${group/,caps/},pidfd" ]
	run -0 prt-scan -o +@audit -l 0
	[ "$(grep '^#proto' <<<"$output" | tr '\t' , | sed 's/.*cmdline,//')" = \
		"$group" ]
	run -2 prt-scan -o +@nosuch
	[ "$output" = "prt-scan: -o +@nosuch: unknown field '@nosuch' $(
		)(see prt-scan --help)" ]
	run -2 prt-scan -o +stdio,stdio
	[[ $output == *"field 'stdio' is named twice" ]]
	prt-scan --help | grep -A1 '^  @audit  *ancestors children' |
		grep -q remote_scope
}

@test "@audit: of prt-diff, and of prt-flag as far as the input has it" {
	prt-scan -o +stdio,caps -l 0 >"$BATS_TEST_TMPDIR/in"
	run -0 prt-flag -X -o pid,@audit "$BATS_TEST_TMPDIR/in"
	[[ $output == *'#pid	stdio	caps'* ]]
	prt-scan -l 0 >"$BATS_TEST_TMPDIR/in"
	run -2 prt-flag -X -o @audit "$BATS_TEST_TMPDIR/in"
	[[ $output == *"unknown field '@audit'"* ]]
	run -0 prt-diff --header=always -o pid,@audit "$BATS_TEST_TMPDIR/in" \
		"$BATS_TEST_TMPDIR/in"
	[[ $output == *'#pid	ancestors	children	stdio	'* ]]
}

@test "a table has the columns of a group, also empty ones" {
	hold ''
	run -0 scan +@audit -F table --header=always
	[[ $output == *' EXE_LIKE '* ]]
	[[ $output == *' SHELLS '* ]]
}

@test "no field that was not asked for costs a system call" {
	requires strace
	hold ''
	run -0 "${NSENTER[@]}" -t "$holder" -- strace -f -o "$BATS_TEST_TMPDIR/calls" \
		prt-scan 7000
	grep -q "$holder/fd" "$BATS_TEST_TMPDIR/calls"
	run ! grep -E '[.]/fd/[012]"|ns/user|pidfd_|"usr/bin"|cap_last' \
		"$BATS_TEST_TMPDIR/calls"
}

@test "lsof: nothing is known" {
	requires lsof
	hold ''
	run -0 scan pid,@audit --backend=lsof
	[ "$output" = "$holder	-	-	-	-	-	-	-	-	loopback	-" ]
}

# tree_stat PID COMM START PPID: the stat file of a process in the tree.
tree_stat()
{
	echo "$1 ($2) S $4 1 1 0 -1 0 0 0 0 0 5 6 0 0 20 0 1 0 $3 4096 7" \
		>"$tree/$1/stat"
}

# A tree in which process 100 has a socket.
family_tree()
{
	tree_make
	tree_socket 7000 1
	tree_process 1 init 0 0
	tree_process 50 sshd 10 1
	tree_process 100 relay 20 50
	tree_fd 100 3 'socket:[1]'
}

@test "another tree: stdio, shells by name, capabilities" {
	family_tree
	tree_fd 100 0 /dev/null
	tree_fd 100 1 /dev/pts/4
	tree_fd 100 2 /tmp/x
	echo 'CapEff:	0000000000002400' >>"$tree/100/status"
	echo 40 >"$tree/sys-cap"
	mkdir -p "$tree/sys/kernel"
	echo 40 >"$tree/sys/kernel/cap_last_cap"
	tree_process 101 x 30 100
	ln -sfn /bin/bash "$tree/101/exe"
	printf 'bash\0-i\0' >"$tree/101/cmdline"
	tree_fd 101 0 'pipe:[7]'
	tree_fd 101 1 'pipe:[8]'
	run -0 scan_tree ancestors,children,stdio,shells,exe_like,caps,pidfd
	[ "$output" = "init/1,sshd/50	x	null,tty,file	bash/101/pipe/pipe/-	$(
		)-	net_bind_service,net_raw	-" ]
}

@test "another tree: a parent is never younger than its child" {
	family_tree
	tree_stat 50 sshd 21 1
	run -0 scan_tree ancestors,children
	[ "$output" = '-	-' ]
}

@test "another tree: its own ancestor, its own parent" {
	family_tree
	tree_stat 50 sshd 20 100
	run -0 scan_tree children,shells,ancestors
	tree_stat 100 relay 20 100
	run -0 scan_tree ancestors,children
	[ "$output" = '-	sshd' ]
}

@test "ten thousand deep, each with a socket: no more than n log n" {
	tree_make
	python3 - "$tree" <<-'END'
		import os, sys
		tree, n = sys.argv[1], 10000
		rows = []
		for i in range(2, n + 2):
		    d = "%s/%d" % (tree, i)
		    os.makedirs(d + "/fd")
		    open(d + "/stat", "w").write("%d (same) S %d 1 1 0 -1 0 0 0 0 "
		        "0 5 6 0 0 20 0 1 0 %d 4096 7\n" % (i, i - 1, i))
		    os.symlink("socket:[%d]" % i, d + "/fd/3")
		    rows.append("%4d: 0100007F:%04X 00000000:0000 0A 00000000:00000000"
		        " 00:00000000 00000000     0        0 %d 1\n" % (0, i, i))
		open(tree + "/net/tcp", "a").writelines(rows)
	END
	local start=${EPOCHREALTIME/./}
	run -0 scan_tree local_port,children,shells,ancestors -l
	[ $((${EPOCHREALTIME/./} - start)) -lt 20000000 ]
	[ "${#lines[@]}" -eq 10000 ]
	[ "${lines[0]%%/*}" = '2	same	-	-' ] ||
		[ "${lines[0]}" = '2	same	-	-' ]
}

@test "processes that come and go: nobody has another's children" {
	hold 'run("sh", "-c", "sleep 99; :")'
	becomes 'sh,sleep' children
	local i
	(while :; do (exec -a churn true) & wait; done) 3>&- &
	local churn=$!
	for i in {1..20}; do
		run -0 scan children,ancestors,stdio
		[ "$output" = "sh,sleep	$(above "$holder")	null,file,file" ]
	done
	kill "$churn"
	pkill -9 -P "$holder"
}
