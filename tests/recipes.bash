# shellcheck shell=bash disable=SC2154
# The texts of prt-recipes(7), for recipes.bats, engines.bats and fleet.bats.

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	export PRT_SRCDIR=${PRT_SRCDIR:-$BATS_TEST_DIRNAME/..}
}

# scan_is <records: prt-scan prints a snapshot of them.
scan_is()
{
	snap time=$T1 host=web1 scope=all >scanned
	stand_in prt-scan "cat '$PWD/scanned'"
}

# recipe NAME: its text in the manual.
recipe()
{
	awk -v name="$1" '
		$1 == ".\\\"" && $2 == "recipe" && $3 == name { found = 1 }
		found && /^\.Bd -literal$/ { inside = 1; next }
		inside && /^\.Ed$/ { exit 0 }
		inside {
			gsub(/\\e/, "\\")
			print
			any = 1
		}
		END { exit !any }' "$PRT_SRCDIR/man/prt-recipes.7"
}

# script NAME...: makes them commands, in a folder that is first in PATH.
script()
{
	local name

	mkdir -p bin
	for name; do
		recipe "$name" >"bin/$name"
		chmod 755 "bin/$name"
		[ "$(head -n 1 "bin/$name")" = '#!/bin/sh' ]
	done
	export PATH=$PWD/bin:$PATH
}

# stand_in NAME COMMAND...: makes NAME run COMMAND.
stand_in()
{
	mkdir -p bin
	printf '#!/bin/sh\n%s\n' "${*:2}" >"bin/$1"
	chmod 755 "bin/$1"
	export PATH=$PWD/bin:$PATH
}

# alone COMMAND: bash runs it on a machine of its own that shares the files, but
# not /var/lib; it has a command `listen PORT'.
alone()
{
	requires root netns nc
	export -f listen
	unshare -mnpf --kill-child --mount-proc -- bash -e -o pipefail -c '
		ip link set lo up
		mount -t tmpfs tmpfs /var/lib
		'"$1" 3>&- 4>&-
}

# Sets $! to its process.
listen()
{
	nc -l -k 127.0.0.1 "$1" >/dev/null 2>&1 </dev/null &
	until prt-scan -q -l "$1"; do sleep 0.05; done
}
