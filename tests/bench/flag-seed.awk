# The seed's three heuristics as an awk script; flag.sh calls it `seed'.

BEGIN {
	FS = OFS = "\t"
	split("python perl ruby node php lua", word, " ")
	for (i in word)
		interpreter[word[i]] = 1
}

/^##/ { print; next }
/^#/ { print $0, "flags"; next }

{
	flags = ""
	if ($2 == "LISTEN") {
		if (($4 == 22 || $4 == 80 || $4 == 443) && $10 == "-") {
			name = $18 == "-" ? $12 : $18
			sub(/.*\//, "", name)
			sub(/[0-9.]*$/, "", name)
			if (name in interpreter)
				flags = "script-sensitive"
		}
		if ($4 < 1024 && $14 != "0" && $14 != "-")
			flags = flags (flags == "" ? "" : ",") \
			    "nonroot-privileged-any"
	} else if ($2 == "ESTABLISHED" && $14 == "0" && $6 >= 1024 &&
	    $7 != "in")
		flags = "root-high-port-any"
	print $0, flags == "" ? "-" : flags
}
