# tables.awk: prints README.md with a run's results: each table that the run
# printed replaces the one with the same first line.
#
#   make bench >new
#   awk -f tables.awk new README.md

{
	begins = /^\|/ && !within
	within = /^\|/
}

NR == FNR && within {
	if (begins)
		key = $0
	table[key] = table[key] $0 "\n"
}
NR == FNR { next }

begins {
	replaced = $0 in table
	if (replaced)
		printf "%s", table[$0]
}
!within || !replaced
