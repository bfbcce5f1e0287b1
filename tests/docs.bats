#!/usr/bin/env bats
# The examples of README.md and of the man pages: each is run, and gives what
# stands below it, but for times and boot ids.
#
# An example is a line `$ COMMAND' (with lines `> MORE' after it) in a ```console
# block of README.md, or in a .Bd -literal of a man page that begins with such a
# line.  Those of one page are run in one folder, one after the other, in a
# terminal of 80 columns (72 for man pages, which indent them), on the stage: a
# machine web1 of its own namespaces, where stand-ins (perl, under other names)
# hold the sockets of an ordinary web server, and one that should not be there.
# To write an example, write its command, run this, and look at the difference.

load helpers

setup_file()
{
	write_stage >"$BATS_FILE_TMPDIR/stage.pl"
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
	env -u XDG_CONFIG_HOME NO_COLOR=1 \
		unshare --net --pid --fork --kill-child --mount-proc --uts \
		--cgroup -- perl "$BATS_FILE_TMPDIR/stage.pl" "$@" 3>&-
}

# examples FILE WIDTH: runs them, and compares.
examples()
{
	on_stage python3 "$BATS_FILE_TMPDIR/play.py" "$SRC/$1" "$2" \
		"$BATS_TEST_TMPDIR"
	[ -s "$BATS_TEST_TMPDIR/expected" ] || skip "$1 has no example"
	diff -u "$BATS_TEST_TMPDIR/expected" "$BATS_TEST_TMPDIR/output"
}

# Runs as process 1 of the new namespaces: sets the stage, then CMD.
write_stage()
{
	cat <<'END'
use strict;
use warnings;
use POSIX qw(WUNTRACED);
use Socket qw(:DEFAULT inet_pton IPV6_V6ONLY IPPROTO_IPV6);

my $bin = '/usr/local/sbin';	# where the stand-ins are, on the stage

sub put {
	my ($path, $text) = @_;
	open my $f, '>', $path or die "$path: $!";
	print $f $text;
	close $f or die "$path: $!";
}

sub run {
	system(@_) == 0 or die "@_: failed";
}

# --- the stand-ins

sub address {
	my ($addr, $port) = @_;
	return pack_sockaddr_in6($port, inet_pton(AF_INET6, $addr))
	    if $addr =~ /:/;
	return pack_sockaddr_in($port, inet_pton(AF_INET, $addr));
}

my @open;	# perl closes what no one refers to

sub bound {
	my ($type, $addr, $port) = @_;
	my $family = $addr =~ /:/ ? AF_INET6 : AF_INET;
	socket my $s, $family, $type, 0 or die "socket: $!";
	setsockopt $s, SOL_SOCKET, SO_REUSEADDR, 1;
	setsockopt $s, IPPROTO_IPV6, IPV6_V6ONLY, 1 if $addr =~ /:/;
	bind $s, address($addr, $port) or die "bind $addr $port: $!";
	push @open, $s;
	return $s;
}

sub listener {
	my $s = bound(SOCK_STREAM, @_);
	listen $s, 16 or die "listen: $!";
	return $s;
}

sub connection {
	my ($addr, $port, $remote, $rport) = @_;
	my $s = bound(SOCK_STREAM, $addr, $port);
	connect $s, address($remote, $rport) or die "connect $remote: $!";
	return $s;
}

# The effective user: one who is root no more cannot write /proc/self/comm.
sub become {
	my ($uid) = @_;
	$> = $uid;
	$> == $uid or die "seteuid: $!";
}

# To set $0 sets the name too.
sub title {
	my ($name, $cmdline) = @_;
	my $uid = $>;
	become(0);
	$0 = $cmdline;
	put('/proc/self/comm', $name);
	become($uid);
}

# Stops, and is woken by who waits for that.
sub ready {
	kill STOP => $$;
}

sub woken {
	my ($pid) = @_;
	waitpid $pid, WUNTRACED;
	kill CONT => $pid or die "$pid: has ended";
}

sub child {
	my ($play) = @_;
	my $pid = fork // die "fork: $!";
	if (!$pid) {
		$play->();
		ready();
		sleep 1000 while 1;
	}
	woken($pid);
}

# Takes one connection where it is told to.
sub serve {
	my ($listener, $play) = @_;
	local $SIG{USR1} = sub {
		accept my $s, $listener or die "accept: $!";
		child(sub {
			close $_ for splice @open;
			$play->();
		});
		close $s;
		ready();
	};
	ready();
	sleep 1000 while 1;
}

my %role = (
	chronyd => sub {
		title('chronyd', '/usr/local/sbin/chronyd -F 1');
		bound(SOCK_DGRAM, '127.0.0.1', 323);
	},
	sshd => sub {
		title('sshd', 'sshd: /usr/local/sbin/sshd -D [listener]');
		my $s = listener('0.0.0.0', 22);
		listener('::', 22);
		serve($s, sub { title('sshd', 'sshd: alice [priv]') });
	},
	nginx => sub {
		title('nginx', 'nginx: master process');
		listener('0.0.0.0', 80);
		child(sub {
			become(33);
			title('nginx', 'nginx: worker process');
		});
	},
	postgres => sub {
		title('postgres', 'postgres -D /var/lib/postgresql/15/main');
		become(108);
		my $s = listener('127.0.0.1', 5432);
		serve($s, sub { title('postgres',
		    'postgres: shop shop 127.0.0.1(40112) idle') });
	},
	python3 => sub {
		become(1000);
		title('python3', 'python3 -m http.server 8080');
		listener('0.0.0.0', 8080);
	},
	worker => sub {
		become(1000);
		title('worker', 'worker --queue mail');
		connection('127.0.0.1', 40112, '127.0.0.1', 5432);
	},
	intruder => sub {
		become(1000);
		my $s = connection('192.0.2.10', 43310, '203.0.113.66', 4444);
		POSIX::dup2(fileno $s, $_) for 0 .. 2;
		become(0);
		POSIX::setuid(1000) or die "setuid: $!";
		ready();
		exec '/bin/sh', '-i';
	},
	far => sub { listener('0.0.0.0', 4444) },
	client => sub { connection('198.51.100.7', 50022, '192.0.2.10', 22) },
);

if ($ARGV[0] eq '--role') {
	$role{$ARGV[1]}->();
	ready();
	sleep 1000 while 1;
}

# --- the stage

# Makes the next process the one of that number.
sub number {
	my ($next) = @_;
	while (1) {
		my $pid = fork // die "fork: $!";
		POSIX::_exit(0) if !$pid;
		waitpid $pid, 0;
		die "process $next: $pid was had already" if $pid >= $next;
		return if $pid == $next - 1;
	}
}

sub start {
	my ($pid, $role, @how) = @_;
	number($pid) if $pid;
	my $child = fork // die "fork: $!";
	if (!$child) {
		chdir '/';
		exec @how, -x "$bin/$role" ? "$bin/$role" : $^X, $stage::path,
		    '--role', $role;
		die "exec: $!";
	}
	woken($child);
	return $child;
}

$stage::path = $0;
put('/proc/sys/kernel/hostname', 'web1');
my $dir = $ENV{BATS_TEST_TMPDIR};
put("$dir/passwd", join '', map { "$_:/:/bin/sh\n" } 'root:x:0:0:',
    'www-data:x:33:33:', 'postgres:x:108:108:', 'alice:x:1000:1000:');
put("$dir/services", '');
mkdir "$dir/sbin";
for my $name (qw(chronyd sshd nginx postgres python3 worker)) {
	run('cp', $^X, "$dir/sbin/$name");
}
run('mount', '--bind', "$dir/sbin", $bin);
run('mount', '--bind', "$dir/$_", "/etc/$_") for qw(passwd services);
$ENV{HOME} = "$dir/home";
mkdir $ENV{HOME};
chdir $ENV{HOME};

run(qw(ip link set lo up));
my $far = start(0, 'far', 'unshare', '-n', '--');
my @there = ('nsenter', '-t', $far, '-n', '--');
run(qw(ip link add eth0 type veth peer name eth0 netns), $far);
run(qw(ip address add 192.0.2.10/24 dev eth0));
run(qw(ip link set eth0 up));
run(qw(ip route add default via 192.0.2.1));
run(@there, qw(ip address add), "$_", qw(dev eth0))
    for qw(192.0.2.1/24 198.51.100.7/32 203.0.113.66/32);
run(@there, qw(ip link set eth0 up));

put('/proc/self/comm', 'systemd');
start(620, 'chronyd');
my $sshd = start(712, 'sshd');
start(840, 'nginx');
my $postgres = start(905, 'postgres');
start(1350, 'python3');
start(0, 'client', @there);
number(1490);
kill USR1 => $sshd;
woken($sshd);
start(1501, 'worker');
kill USR1 => $postgres;
woken($postgres);
my $intruder = start(1871, 'intruder');
for (1 .. 500) {
	open my $f, '<', "/proc/$intruder/comm" or die "$intruder: $!";
	last if <$f> eq "sh\n";
	select undef, undef, undef, 0.01;
}

# The rest of the processes end with this one.
exit(system(@ARGV) >> 8);
END
}

# play.py FILE WIDTH DIR: the file's examples, as they are in it and as they
# are when they are run, to DIR/expected and DIR/output.
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

# section FILE NAME: of a man page.
section()
{
	sed -n "/^\.Sh $2\$/,/^\.Sh /p" "$SRC/man/$1"
}

# header ARG...: the fields of prt-scan ARG...
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

@test "prt-scan(1) names the fields" {
	diff -u <(header -o all) \
		<(section prt-scan.1 FIELDS | sed -n 's/^\.Cm //p' | tr ' ' '\n')
}

@test "prt(5) names the fields, and numbers the default ones" {
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

	# As there: prt-scan beside what shows the same, not less.
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
