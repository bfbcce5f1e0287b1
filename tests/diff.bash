# shellcheck shell=bash disable=SC2034,SC2154
# Snapshots for the tests of prt-diff, made by hand.

# The columns of rec and snap; a test may change them.
FIELDS=(proto state local_addr local_port remote_addr remote_port dir service
	netns container pid process user uid fd ppid parent exe cmdline)

T1=2026-11-24T03:00:00.000Z
T2=2026-11-24T03:10:00.000Z
T3=2026-11-24T03:20:00.000Z

# rec [FIELD=VALUE]...: a record, by default of a listener.
rec()
{
	local arg field line=
	local -A v=([proto]=tcp [state]=LISTEN [local_addr]=0.0.0.0
		[local_port]=80 [pid]=100 [process]=nginx [user]=root [uid]=0
		[fd]=3 [exe]=/usr/sbin/nginx [cmdline]=nginx)

	for arg; do
		v[${arg%%=*}]=${arg#*=}
	done
	for field in "${FIELDS[@]}"; do
		line+=$'\t'${v[$field]:--}
	done
	printf '%s\n' "${line:1}"
}

# header: the line that names FIELDS.
header()
{
	local IFS=$'\t'

	printf '#%s\n' "${FIELDS[*]}"
}

# snap [KEY=VALUE]... <records: a whole snapshot of them.
snap()
{
	local lines

	mapfile -t lines
	printf '##prt 1%s\n' "${*:+ $*}"
	header
	[ "${#lines[@]}" -eq 0 ] || printf '%s\n' "${lines[@]}"
	printf '##end records=%d\n' "${#lines[@]}"
}

# same NAME...: prt-diff finds no change between two snapshots, and succeeds.
same()
{
	run -0 --separate-stderr prt-diff "$@"
	[ -z "$output" ]
	[ -z "$stderr" ]
}

# refuses MESSAGE ARG...: status 2, no output, and only that message.
refuses()
{
	local message=$1

	shift
	run -2 --separate-stderr prt-diff "$@"
	[ -z "$output" ]
	echo "stderr: $stderr"
	# shellcheck disable=SC2053 # a pattern
	[[ $stderr == "prt-diff: "$message ]]
	[ "${#stderr_lines[@]}" -eq 1 ]
}
