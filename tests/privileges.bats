#!/usr/bin/env bats
# Rights: refused where the program's file gives them.
# shellcheck disable=SC2154

load helpers

setup()
{
	requires root setpriv
	cd "$BATS_TEST_TMPDIR" || return
}

# nobody [OPTION]... FILE [ARG...]: FILE, wherever it is, as that user.
nobody()
{
	local -a options=()

	while [[ $1 == -* ]]; do
		options+=("$1")
		shift
	done
	setpriv --reuid=65534 --regid=65534 --clear-groups "${options[@]}" -- \
		/proc/self/fd/9 "${@:2}" 9<"$1"
}

# copy_of PROGRAM MODE: as the file `copy'.
copy_of()
{
	rm -f copy
	cp "$(command -v "$1")" copy
	chmod "$2" copy
}

# requires_setid: the folder is one where modes of files count so.
requires_setid()
{
	copy_of id 4755
	[ "$(nobody copy -u)" = 0 ] || skip 'needs a file system without nosuid'
}

# refused WHAT PROGRAM: the file `copy', whatever it is asked for.
refused()
{
	local arguments

	for arguments in '' --help --version --no-such-option; do
		# shellcheck disable=SC2086
		run -2 --separate-stderr nobody copy $arguments </dev/null
		[ -z "$output" ]
		[[ $stderr == "$2: $1: refused: expected "* ]]
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
}

@test "set-user-ID and set-group-ID: refused, whatever is asked for" {
	requires_setid
	for program in prt-scan prt-diff prt-flag; do
		copy_of $program 4755
		refused set-user-ID $program
		chown 1234 copy
		chmod 4755 copy
		refused set-user-ID $program
		copy_of $program 2755
		refused set-group-ID $program
	done
}

@test "set-user-ID: to a user who has the rights anyway it gives none" {
	requires_setid
	copy_of prt-scan 6755
	run -0 ./copy --version
	# nor where the kernel does not let it
	run -0 nobody --no-new-privs copy --version
}

@test "file capabilities: refused; to root they give none" {
	requires linux setcap
	requires_setid
	for program in prt-scan prt-diff prt-flag; do
		for caps in cap_sys_ptrace,cap_dac_read_search+ep \
			cap_net_admin+p; do
			copy_of $program 755
			setcap "$caps" copy 2>/dev/null ||
				skip 'needs a file system with capabilities'
			refused 'file capabilities' $program
			run -0 ./copy --version
		done
		# those that the user has and the file lets through, too
		copy_of $program 755
		setcap cap_sys_ptrace+i copy
		run -0 nobody copy --version
		run -2 --separate-stderr nobody --inh-caps=+sys_ptrace copy
		[[ $stderr == "$program: file capabilities: refused: "* ]]
	done
}

@test "ambient capabilities are the user's own" {
	requires linux
	for program in prt-scan prt-diff prt-flag; do
		copy_of $program 755
		run -0 nobody --inh-caps=+sys_ptrace,+net_admin \
			--ambient-caps=+sys_ptrace,+net_admin copy --version
	done
}
