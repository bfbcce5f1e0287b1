# plot.awk: the tables of a section of README.md as a plot, in SVG: the time of
# each command at each size, on a logarithmic scale.
#
#   awk -v section=prt-scan -f plot.awk README.md >scan.svg
#
# Commands with a figure at every size are shown, except those that match skip.

BEGIN {
	left = 60; top = 50; width = 520; height = 300; right = 190
	split("#c02020 #1f5fa8 #2b8a3e #b5651d #7048a8 #555555", color, " ")
}

/^## / { inside = $2 == section }
!inside || !/^\|/ { next }

{
	n = split($0, cell, / *\| */)	# the first is empty
	if (cell[2] ~ /^-+$/)
		next
}

cell[3] == "milliseconds" {
	size[++sizes] = cell[2]
	sub(/:.*/, "", size[sizes])
	if (match(cell[2], /[0-9,]+ (sockets|records)/))
		label[sizes] = substr(cell[2], RSTART, RLENGTH)
	else
		label[sizes] = cell[2]
	next
}

skip != "" && cell[2] ~ skip { next }

{
	if (!(cell[2] in seen))
		name[++names] = cell[2]
	seen[cell[2]]++
	time[cell[2], sizes] = cell[3]
	if (low == "" || cell[3] + 0 < low)
		low = cell[3] + 0
	if (cell[3] + 0 > high)
		high = cell[3] + 0
}

function text(x, y, anchor, what) {
	gsub(/&/, "\\&amp;", what)
	gsub(/</, "\\&lt;", what)
	printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", \
	    x, y, anchor, what
}

function at_x(i) {
	return left + 30 + (width - 60) * (sizes > 1 ? (i - 1) / (sizes - 1) : 0)
}

function at_y(ms) {
	return top + height * (1 - (log(ms) - log(low)) / (log(high) - log(low)))
}

function power(ms,  p) {	# the power of ten below, or at, ms
	for (p = 0.001; p * 10 <= ms * 1.0000001; p *= 10)
		;
	return p
}

# Names at the right end; if two would overlap, one goes below the other.
function put_names(  i, j, least, y, last) {
	last = top - 100
	for (i = 1; i <= shown; i++) {
		least = 0
		for (j = 1; j <= shown; j++)
			if (!put[j] && (!least || time[series[j], sizes] + 0 > \
			    time[series[least], sizes] + 0))
				least = j
		put[least] = 1
		y = at_y(time[series[least], sizes]) + 4
		if (y < last + 15)
			y = last + 15
		last = y
		printf "<g fill=\"%s\">\n", color[(least - 1) % 6 + 1]
		text(left + width - 20, y, "start", series[least])
		print "</g>"
	}
}

END {
	if (!sizes || !names) {
		print "plot.awk: no tables of " section | "cat >&2"
		exit 1
	}
	low = power(low)
	high = power(high) * (power(high) < high ? 10 : 1)
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" " \
	    "height=\"%d\" font-family=\"sans-serif\" font-size=\"13\">\n", \
	    left + width + right, top + height + 40
	print "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>"
	text(left, 24, "start", "milliseconds (logarithmic)")
	for (ms = low; ms <= high * 1.0000001; ms *= 10) {
		printf "<path d=\"M%d %.1fh%d\" stroke=\"#ddd\"/>\n", left, \
		    at_y(ms), width - 30
		text(left - 8, at_y(ms) + 4, "end", ms)
	}
	for (i = 1; i <= sizes; i++)
		text(at_x(i), top + height + 25, "middle", label[i])
	for (i = 1; i <= names; i++)
		if (seen[name[i]] == sizes)
			series[++shown] = name[i]
	for (i = 1; i <= shown; i++) {
		printf "<g fill=\"none\" stroke=\"%s\" stroke-width=\"%d\">\n" \
		    "<path d=\"", color[(i - 1) % 6 + 1], i == 1 ? 3 : 2
		for (j = 1; j <= sizes; j++)
			printf "%s%.1f %.1f", (j > 1 ? "L" : "M"), at_x(j), \
			    at_y(time[series[i], j])
		print "\"/>\n</g>"
	}
	put_names()
	print "</svg>"
}
