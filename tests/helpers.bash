# shellcheck shell=bash disable=SC2154
# What the .bats files share.  They run in the build folder, with its src folder
# first in PATH; by hand: PATH=$PWD/src:$PATH bats ../tests/x.bats
bats_require_minimum_version 1.5.0

export LC_ALL=C TZ=UTC0
PRT_BUILDDIR=${PRT_BUILDDIR:-$PWD}

# The user's own files are not used.
export HOME=${BATS_TEST_TMPDIR-/nonexistent}
export XDG_CONFIG_HOME=$HOME/config

# requires root|netns|userns|mounts|linux|no-sanitizers|no-valgrind|CMD...:
# skips the test if one is missing; linux is a build that has Linux's backends.
requires()
{
	local what

	for what; do
		case $what in
		root) [ "$EUID" -eq 0 ] || skip 'needs root' ;;
		netns) netns_find || skip 'needs network namespaces' ;;
		userns) unshare -rn true 2>/dev/null ||
			skip 'needs user namespaces' ;;
		# Fails if the root is no mount, as in a chroot.
		mounts) unshare -m true 2>/dev/null ||
			skip 'needs mount namespaces' ;;
		linux) prt-scan --help | grep -q '^  netlink ' ||
			skip 'needs the Linux backends' ;;
		# Sanitizers must be loaded first, and make calls of their own.
		no-sanitizers)
			! grep -qE '__[at]san_init' "$(command -v prt-scan)" ||
				skip 'not with sanitizers'
			;;
		# It reopens closed descriptors, and is the program that the
		# kernel sees.
		no-valgrind)
			! grep -q valgrind "$(command -v prt-scan)" ||
				skip 'not under valgrind'
			;;
		strace)
			command -v strace >/dev/null || skip 'needs strace'
			requires no-valgrind
			# LeakSanitizer cannot work while strace does.
			export ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0
			;;
		*) command -v "$what" >/dev/null || skip "needs $what" ;;
		esac
	done
}

# Whether the kernel shows TCP sockets that only have a port: from Linux 6.8 on.
sees_bound()
{
	printf '%s\n' 6.8 "$(uname -r)" | sort -VC
}

# The programs have sanitizers, or run under valgrind: they are slow, and use
# memory that is not their own.
is_watched()
{
	grep -qE '__[at]san_init|valgrind' "$(command -v prt-scan)"
}

# text_of ERROR: its text in the programs' C library, glibc or musl.
text_of()
{
	local -A glibc=([ELOOP]='Too many levels of symbolic links'
		[EOPNOTSUPP]='Operation not supported'
		[ETIMEDOUT]='Connection timed out')
	local -A musl=([ELOOP]='Symbolic link loop'
		[EOPNOTSUPP]='Not supported'
		[ETIMEDOUT]='Operation timed out')

	if grep -qE "${musl[ELOOP]}|/ld-musl-" "$(command -v prt-scan)"; then
		printf '%s' "${musl[$1]}"
	else
		printf '%s' "${glibc[$1]}"
	fi
}

# Finds out how to make a network namespace, and how to enter one.
netns_find()
{
	if [ "$EUID" -eq 0 ] && unshare -n true 2>/dev/null; then
		UNSHARE=(unshare -n) NSENTER=(nsenter -n)
	elif unshare -rn true 2>/dev/null; then
		UNSHARE=(unshare -rn)
		NSENTER=(nsenter -n -U --preserve-credentials)
	else
		return 1
	fi
}

# in_netns CMD...: runs it in a new, empty network namespace.
in_netns()
{
	netns_find && "${UNSHARE[@]}" -- "$@"
}

# The path of a program that the build makes in its tests folder.
fixture()
{
	command -v "$1" || realpath -e "$PRT_BUILDDIR/tests/$1"
}

# start_fixture CMD...: runs it in an empty network namespace until
# stop_sockets, which belongs in teardown.  Its output up to `ready' sets FX.
start_fixture()
{
	netns_find
	declare -gA FX=()
	coproc SOCKETS {
		exec "${UNSHARE[@]}" -- "$@" 3>&- 4>&-
	}
	wait_ready
}

wait_ready()
{
	local line=''

	while read -r -t 30 -u "${SOCKETS[0]}" line && [ "$line" != ready ]; do
		FX[${line%%=*}]=${line#*=}
	done
	[ "$line" = ready ]
}

# start_sockets [ARG...]: runs tests/sockets.  Then FX[main], FX[share1], ...
# are the pids of its processes.
start_sockets()
{
	start_fixture "$(fixture sockets)" "$@"
}

# The fixture ends when its standard input does.
stop_sockets()
{
	local pid=${SOCKETS_PID-} in=${SOCKETS[1]-}

	[ -n "$pid" ] || return 0
	exec {in}>&-
	wait "$pid" || :
}

# enter CMD...: runs it in the namespaces of the fixture.
enter()
{
	"${NSENTER[@]}" -t "${FX[main]}" -- "$@"
}

# enter_as UID PROG [ARG...]: the same as that user.  PROG is run through a
# descriptor: its path may be closed to the user.  Needs root.
enter_as()
{
	local uid=$1 prog

	prog=$(command -v "$2")
	shift 2
	enter setpriv --reuid="$uid" --regid="$uid" --clear-groups -- \
		/proc/self/fd/9 "$@" 9<"$prog"
}

# fake NAME: the script on standard input becomes that program, in $BIN.  Its
# environment is plain: paths must be written out.
fake()
{
	{
		echo '#!/bin/sh'
		cat
	} >"$BIN/$1"
	chmod 755 "$BIN/$1"
}

# open_folders FOLDER: lets other users pass through this folder and those above
# it that bats made.
open_folders()
{
	local folder=$1

	while [ "$folder" != "${BATS_RUN_TMPDIR%/*}" ]; do
		chmod a+x "$folder"
		folder=${folder%/*}
	done
	chmod 755 "$1"
}

# column NAME <tsv: the values of a field, found by the header.
column()
{
	awk -F '\t' -v name="$1" '
		/^#[a-z]/ {
			sub(/^#/, "")
			for (i = col = 0; ++i <= NF; )
				if ($i == name)
					col = i
			if (!col)
				exit 1
			next
		}
		/^#/ { next }
		{ print $col }'
}

# assert_output_is TEXT: `run' got TEXT; else shows the difference.
assert_output_is()
{
	diff -u --label expected --label output \
		<(printf '%s\n' "$1") <(printf '%s\n' "$output")
}
