#!/usr/bin/env bats
# Values of more than 32 bits, on 32-bit machines: tests/arch/README.md.
# shellcheck disable=SC2154

load helpers
load diff

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
}

# qemu-user does not support it.
needs_netlink()
{
	prt-scan -lH --backend=netlink >/dev/null 2>&1 || skip 'needs netlink'
}

# listend_runs: else it is another processor's, whose tests cross-check runs by
# qemu.
listend_runs()
{
	local status=0

	"$(fixture listend)" no-address 0 >/dev/null 2>&1 3>&- || status=$?
	[ "$status" -ne 126 ] || skip 'needs programs of this processor'
}

@test "a file of more than 2 GiB" {
	if is_watched; then
		skip 'needs as much memory as files have'
	fi
	echo x >big
	truncate -s 2200M big 2>/dev/null || skip 'needs large files'
	run -2 --separate-stderr prt-flag big
	[ -z "$output" ]
	# 32-bit programs may have no room for it
	[ "$stderr" = 'prt-flag: big:1: no header and no TAB: no record stream (-F tsv), or --fields=LIST is missing' ] ||
		[ "$stderr" = 'prt-flag: out of memory' ]
}

@test "files of 2040, of all kinds" {
	rec | snap time=$T1 >in
	rec local_port=81 | snap time=$T2 >new
	echo 'flag mine local_port=81' >rules
	prt-diff -S state in
	touch -d 2040-01-01 in new rules state
	[ "$(stat -c %Y in)" -eq 2208988800 ] ||
		skip 'the file system ends in 2038'
	run -0 --separate-stderr prt-flag -f rules new
	[ -z "$stderr" ]
	[[ $output == *mine* ]]
	run -0 --separate-stderr prt-diff in in
	[ -z "$output$stderr" ]
	run -0 --separate-stderr prt-diff -S state new
	[ -z "$stderr" ]
	[ "$(column change <<<"$output")" = $'new\ngone' ]
}

@test "times after 2038, and numbers of 64 bits" {
	FIELDS+=(first_seen inode cookie)
	rec first_seen=2040-02-29T12:30:00.000Z inode=18446744073709551615 \
		cookie=9007199254740993 |
		snap time=$T1 >in
	run -0 prt-flag -X -H -F table -o first_seen in
	[ "$output" = '2040-02-29 12:30:00' ]
	run -0 prt-flag -X -H -o inode,cookie,first_seen in
	assert_output_is \
		'18446744073709551615	9007199254740993	2040-02-29T12:30:00.000Z'
	sed 's/5\t9007199254740993/5\t9007199254740992/' in >other
	run ! cmp -s in other
	run -0 --separate-stderr prt-diff --key=cookie in other
	[ "$(column change <<<"$output")" = $'new\ngone' ]
}

# st_ino has 64 bits if an overlay marks its layers in the upper ones.
@test "prt-scan: an executable whose inode has more than 32 bits" {
	requires linux root netns mounts unshare
	listend_runs
	mkdir lower upper merged
	cat >inside <<-'END'
		set -e
		mount -t tmpfs none upper
		mkdir upper/u upper/w
		mount -t tmpfs none lower
		cp "$1" lower/prog
		mount -t overlay -o \
		    xino=on,lowerdir=lower,upperdir=upper/u,workdir=upper/w \
		    none merged || exit 77
		inode=$(stat -c %i merged/prog)
		[ "${#inode}" -gt 10 ] || exit 77
		ip link set lo up
		coproc { exec merged/prog 127.0.0.1 80 2>&1; }
		read -r -t 30 -u "${COPROC[0]}" line
		shift
		"$@" || status=$?
		kill "$COPROC_PID"
		exit ${status-0}
	END
	local status=0
	in_netns unshare -m bash inside "$(fixture listend)" \
		prt-scan -lH --owners=walk -o exe >out 2>err 3>&- || status=$?
	[ "$status" -ne 77 ] || skip 'needs overlays with xino'
	cat out err
	[ "$status" -eq 0 ]
	[ ! -s err ]
	grep -qxF "$PWD/merged/prog" out
}

# EI_CLASS: 1 means that the programs have 32 bits.
@test "--owners=bpf: programs of 32 bits say why not" {
	requires linux root
	needs_netlink
	[ "$(od -An -tu1 -j4 -N1 "$PRT_BUILDDIR/src/prt-scan")" -eq 1 ] ||
		skip 'needs programs of 32 bits'
	run -2 --separate-stderr prt-scan --owners=bpf
	[ -z "$output" ]
	[ "$stderr" = "prt-scan: --owners=bpf: a program of 32 bits: $(text_of EOPNOTSUPP)" ]
}
