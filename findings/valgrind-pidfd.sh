#!/bin/sh
# valgrind-pidfd: under the valgrind of Debian 12 pidfd_open(2), which Linux has
# since 5.3, fails with ENOSYS, though the kernel has it: valgrind does not know
# the number, and says so on standard error.  A program that falls back on
# ENOSYS, as one should for old kernels, is then not tested as it runs elsewhere.
#
# valgrind 3.19.0 of Debian 12 on amd64; Linux 6.18.  Needs apt-get of Debian 12
# and a C compiler.
set -eu

skip() {
	echo "$0: $1" >&2
	exit 77
}

for tool in apt-get dpkg cc; do
	command -v $tool >/dev/null || skip "needs $tool"
done
[ "$(uname -m)" = x86_64 ] || skip 'needs x86-64'
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
chmod 755 "$dir"
cd "$dir"
apt-get -qq -o APT::Sandbox::User=root download valgrind=1:3.19.0-1 \
	libc6-dbg=2.36-9+deb12u13 >/dev/null 2>&1 ||
	apt-get -qq download valgrind=1:3.19.0-1 >/dev/null 2>&1 ||
	skip 'this valgrind is not to be had here'
for deb in *.deb; do
	dpkg -x "$deb" root
done
cat >pidfd.c <<'END'
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int
main(void)
{
	long fd = syscall(434, getpid(), 0);

	printf("pidfd_open: %s\n", fd >= 0 ? "a descriptor" :
	    errno == ENOSYS ? "ENOSYS" : strerror(errno));
	return 0;
}
END
cc -g -o pidfd pidfd.c
{
	./pidfd
	VALGRIND_LIB=$dir/root/usr/libexec/valgrind \
		"$dir/root/usr/bin/valgrind.bin" -q ./pidfd 2>err
	sed -n 's/^--[0-9]*-- WARNING: /valgrind: /p' err
} >out
cat out
[ -s out ] || cat err
diff - out <<'END'
pidfd_open: a descriptor
pidfd_open: ENOSYS
valgrind: unhandled amd64-linux syscall: 434
END
