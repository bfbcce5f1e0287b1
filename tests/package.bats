#!/usr/bin/env bats
# A release, from the tarball on.  `make package-check' runs this, not `make
# check', because it builds three times.  PRT_BUILDDIR has the tarball.
#
# Each test but the first uses what setup_file unpacked.

load helpers

setup_file()
{
	export VERSION TARBALL
	# make has set these for its own commands.
	unset MAKEFLAGS MFLAGS MAKELEVEL
	VERSION=$(prt-scan --version)
	VERSION=${VERSION##* }
	TARBALL=$PRT_BUILDDIR/prt-$VERSION.tar.gz
	cd "$BATS_FILE_TMPDIR" || return
	mkdir tree build
	tar -xf "$TARBALL" -C tree --strip-components=1
	# As if root had unpacked it for others: the source folder is read-only.
	chmod -R a-w tree
	cd build || return
	../tree/configure -q --prefix='/opt/a prefix' >log 2>&1
	make -j2 >>log 2>&1
}

setup()
{
	cd "$BATS_FILE_TMPDIR/build" || return
	unset MAKEFLAGS MFLAGS MAKELEVEL
	dest=$BATS_TEST_TMPDIR/'a dest'
	opt=$dest/opt/'a prefix'
}

# files FOLDER: the files in it.
files()
{
	(cd "$1" && find . ! -type d | sort)
}

# uses BIN: runs the three programs installed there, in one pipe.
uses()
{
	in_netns env PATH="$1:$PATH" bash -c '
		set -e -o pipefail
		prt-scan -l >old
		nc -l 127.0.0.1 9000 3>&- &
		until prt-scan -q -l 9000; do sleep 0.1; done
		prt-scan -l | prt-flag -X | prt-diff -H -o change,local_port old
		kill $!'
}

@test "make dist: the same bytes again, with another umask, from the tarball" {
	cp "$TARBALL" "$BATS_TEST_TMPDIR/first"
	umask 077
	touch -d '2001-01-01' "$BATS_TEST_TMPDIR/first"
	make -s -C "$PRT_BUILDDIR" dist
	cmp "$TARBALL" "$BATS_TEST_TMPDIR/first"
	unset SOURCE_DATE_EPOCH
	make -s dist
	cmp "prt-$VERSION.tar.gz" "$BATS_TEST_TMPDIR/first"
}

@test "make dist: its files are root's, readable, of SOURCE_DATE_EPOCH" {
	SOURCE_DATE_EPOCH=1000000000 make -s dist distdir=other
	tar -tvf other.tar.gz --utc >list
	[ "$(wc -l <list)" -gt 100 ]
	run ! grep -vE '^(-rw-r--r--|-rwxr-xr-x|drwxr-xr-x) 0/0 .* 2001-09-09 01:46 ' \
		list
	gzip -t other.tar.gz
	# The gzip header has neither a time nor a name.
	[ "$(od -A n -t x1 -j 3 -N 5 other.tar.gz | tr -d ' ')" = 0000000000 ]
	# All files that git has, and those that autoreconf wrote.
	if git -C "$PRT_SRCDIR" rev-parse HEAD >/dev/null 2>&1; then
		git -C "$PRT_SRCDIR" ls-files | grep -v '^\.git' | sort >git
		sed -n 's|.* other/||p' list | sort >tar
		comm -23 git tar >missing
		diff /dev/null missing
	fi
}

@test "install, installcheck and uninstall, blanks in prefix and DESTDIR" {
	local f

	make -s install DESTDIR="$dest"
	[ "$(files "$opt/bin" | wc -l)" -eq 3 ]
	[ "$(files "$opt/share/man" | wc -l)" -ge 6 ]
	# bash and fish look for each program's name, zsh reads #compdef.
	for f in prt-scan prt-diff prt-flag; do
		# shellcheck disable=SC1090
		(. "$opt/share/bash-completion/completions/$f" && complete -p $f)
		test -s "$opt/share/fish/vendor_completions.d/$f.fish"
		head -n 1 "$opt/share/zsh/site-functions/_prt" | grep -w $f
	done
	make -s installcheck DESTDIR="$dest"
	requires netns nc
	cd "$BATS_TEST_TMPDIR"
	run -0 uses "$opt/bin"
	assert_output_is $'new\t9000'
	cd -
	make -s uninstall DESTDIR="$dest"
	[ -z "$(files "$dest")" ]
}

@test "installcheck fails where a program, a page or the version is not right" {
	local f

	make -s install DESTDIR="$dest"
	for f in bin/prt-flag share/man/man5/prt.5; do
		mv "$opt/$f" kept
		run ! make -s installcheck DESTDIR="$dest"
		mv kept "$opt/$f"
	done
	run ! make -s installcheck DESTDIR="$dest" VERSION=0
	make -s installcheck DESTDIR="$dest"
}

@test "install-strip: the programs have no symbols, and work" {
	local f

	make -s install-strip DESTDIR="$dest"
	for f in scan diff flag; do
		file=$opt/bin/prt-$f
		run -0 nm "$file"
		[[ $output == *"no symbols"* ]]
		[ "$(stat -c %s "$file")" -lt "$(stat -c %s "src/prt-$f")" ]
	done
	make -s installcheck DESTDIR="$dest"
}

# A system of its own: an empty root whose dpkg knows the packages that ours
# depends on; nothing on this machine changes.
@test "a Debian package: built, installed, used, purged" {
	requires root netns nc dpkg-buildpackage dpkg
	dpkg-checkbuilddeps "$BATS_FILE_TMPDIR/tree/build-aux/debian/control" ||
		skip 'needs build-essential and debhelper'
	local deb

	cd "$BATS_TEST_TMPDIR"
	DEB_BUILD_OPTIONS=nocheck "$BATS_FILE_TMPDIR/tree/build-aux/deb" \
		"$TARBALL" . >log 2>&1 || { tail -n 30 log; return 1; }
	deb=prt_${VERSION}_$(dpkg --print-architecture).deb
	[ "$(dpkg-deb -f "$deb" Package Version | tr '\n' ' ')" = \
		"Package: prt Version: $VERSION " ]

	mkdir -p root/var/lib/dpkg/{updates,info}
	dpkg-query -s libc6 | sed '/^Depends\|^Config\|^ /d' \
		>root/var/lib/dpkg/status
	dpkg --root="$PWD/root" --force-script-chrootless -i "$deb"
	[ "$(dpkg-query --admindir="$PWD/root/var/lib/dpkg" -W \
		-f '${Status}' prt)" = 'install ok installed' ]
	dpkg --root="$PWD/root" --verify prt >verify
	diff /dev/null verify
	run -0 uses "$PWD/root/usr/bin"
	assert_output_is $'new\t9000'
	gzip -dc root/usr/share/man/man7/prt.7.gz | cmp - "$PRT_SRCDIR/man/prt.7"

	dpkg --root="$PWD/root" -P prt
	run ! dpkg-query --admindir="$PWD/root/var/lib/dpkg" -W prt
	[ -z "$(files root | grep -v '^\./var/lib/dpkg/')" ]
	# Without the packages it depends on, it does not install.
	: >root/var/lib/dpkg/status
	run ! dpkg --root="$PWD/root" -i "$deb"
	[[ $output == *libc6* ]]
}

# The command is taken from README.
@test "static programs by musl: the command, no library, size, some of the tests" {
	requires musl-gcc readelf
	local command f
	local -A most=([scan]=500000 [diff]=250000 [flag]=250000)

	command=$(sed -n 's/^    \(\.\/bootstrap.*musl-gcc.*\)/\1/p' \
		"$PRT_SRCDIR/README.md")
	[ -n "$command" ]
	cd "$BATS_TEST_TMPDIR"
	cp -R "$BATS_FILE_TMPDIR/tree" tree
	chmod -R u+w tree
	cd tree
	# The tarball's own configure has to be enough.
	bash -c "$command" >log 2>&1 || { tail -n 30 log; return 1; }
	for f in scan diff flag; do
		readelf -lW "src/prt-$f" >headers
		run ! grep -qE 'INTERP|DYNAMIC' headers
		strip -o stripped "src/prt-$f"
		[ "$(stat -c %s stripped)" -lt "${most[$f]}" ]
	done
	make -s check TESTS='tests/t-record tests/t-lsof tests/diff.bats
		tests/flag.bats tests/format.bats tests/scan-live.bats
		tests/faults.bats' >log 2>&1 || { tail -n 50 log; return 1; }
	grep -q '^# FAIL: *0$' log
	[ "$(sed -n 's/^# PASS: *//p' log)" -gt 100 ]
}
