#!/usr/bin/env bats
# Attacks: each raises its flags.  What each is, and how, is in lab/attacks.bash.

load helpers
load lab

@test "all of them are here" {
	all_are_here attacks
}

@test "bash-loopback" { lab; }
@test "bash-private" { lab; }
@test "bash-public" { lab; }
@test "bash-ipv6" { lab; }
@test "bash-descriptor" { lab; }
@test "bash-udp" { lab; }
@test "root-shell" { lab; }
@test "container-shell" { lab; }
@test "zsh" { lab; }
@test "python" { lab; }
@test "python-pty" { lab; }
@test "perl" { lab; }
@test "perl-loop" { lab; }
@test "php" { lab; }
@test "lua" { lab; }
@test "ruby" { lab; }
@test "node" { lab; }
@test "nc-e" { lab; }
@test "busybox-nc-e" { lab; }
@test "nc-bind-e" { lab; }
@test "python-bind" { lab; }
@test "perl-bind" { lab; }
@test "socat-nofork" { lab; }
@test "socat-bind" { lab; }
@test "mkfifo-nc" { lab; }
@test "ncat-e" { lab; }
@test "socat-pty" { lab; }
@test "openssl" { lab; }
@test "tmp-listener" { lab; }
@test "shm-listener" { lab; }
@test "own-mounts" { lab; }
@test "tmp-public" { lab; }
@test "memfd" { lab; }
@test "tmp-script" { lab; }
@test "tmp-script-cwd" { lab; }
@test "deleted" { lab; }
@test "deleted-tmp" { lab; }
@test "fake-kworker" { lab; }
@test "fake-argv" { lab; }
@test "nc-listen" { lab; }
@test "busybox-nc" { lab; }
@test "ncat-listen" { lab; }
@test "redis" { lab; }
@test "memcached" { lab; }
@test "root-high" { lab; }
@test "python-443" { lab; }
@test "login-port" { lab; }
@test "ssh-proxy" { lab; }
@test "ssh-forward" { lab; }
@test "proxy-port" { lab; }
@test "widened" { lab; }
@test "widened-store" { lab; }
@test "other-binary" { lab; }
