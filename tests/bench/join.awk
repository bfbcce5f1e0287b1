# What prt-diff does, as nearly as a dozen lines of awk can: the same key, the
# same compared fields; one record for each key.  awk -f join.awk OLD NEW.
BEGIN { FS = OFS = "\t" }
/^#/ { next }
{ key = $1 FS $3 FS $4 FS $5 FS $6 FS $9; set = $2 FS $12 FS $13 FS $18 }
FNR == NR { old[key] = set; line[key] = $0; next }
!(key in old) { print $0, "new"; next }
{
	if (old[key] != set)
		print $0, "changed", old[key]
	delete line[key]
}
END { for (key in line) print line[key], "gone" }
