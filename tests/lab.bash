# shellcheck shell=bash disable=SC2154
# A test of tests/lab has its scenario's name, and only runs it.

lab()
{
	requires linux
	run --separate-stderr bash \
	    "${PRT_SRCDIR:-$BATS_TEST_DIRNAME/..}/tests/lab/run" \
	    --one "$BATS_TEST_DESCRIPTION" 3>&- 4>&-
	[ "$status" -ne 77 ] || skip "${lines[-1]#skip: }"
	echo "got: $output"
	echo "$stderr"
	[ "$status" -eq 0 ]
}

# all_are_here KIND: every scenario of that kind has its test.
all_are_here()
{
	diff -u --label scenarios --label tests \
		<(bash "${PRT_SRCDIR:-$BATS_TEST_DIRNAME/..}/tests/lab/run" \
		    --list "$1" | sort) \
		<(sed -n 's/^@test "\([a-z0-9-]*\)" { lab; }$/\1/p' \
		    "$BATS_TEST_FILENAME" | sort)
}
