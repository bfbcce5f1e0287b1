# svg.awk: what `tmux capture-pane -pe' gives as a picture, in SVG; -v columns
# is the terminal's width.  Of its codes only colors are known.

BEGIN {
	wide = 8.43; high = 18; edge = 12
	fill["31"] = "#ff7b72"
	fill["32"] = "#7ee787"
	fill["33"] = "#e3b341"
	lines = 0
}

function quote(s) {
	gsub(/&/, "\\&amp;", s)
	gsub(/</, "\\&lt;", s)
	return s
}

# Each run of one color is placed by itself, as wide as in a terminal.
function put(s, x, code) {
	if (s ~ /^ *$/)
		return
	match(s, /^ */)
	x += RLENGTH
	s = substr(s, RLENGTH + 1)
	body = body sprintf("<text x=\"%.1f\" y=\"%d\" textLength=\"%.1f\"%s>" \
	    "%s</text>\n", edge + x * wide, edge + lines * high - 5, \
	    length(s) * wide, (code in fill ? " fill=\"" fill[code] "\"" : ""), \
	    quote(s))
}

{
	rest = $0
	sub(/ +$/, "", rest)
	x = 0
	lines++
	while (match(rest, /\033\[[0-9;]*m/)) {
		at = RSTART	# put matches, too
		code = substr(rest, at, RLENGTH)
		put(substr(rest, 1, at - 1), x, color)
		x += at - 1
		color = substr(code, 3, length(code) - 3)
		rest = substr(rest, at + length(code))
	}
	put(rest, x, color)
}

END {
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" " \
	    "height=\"%d\" font-family=\"monospace\" font-size=\"14\" " \
	    "fill=\"#e6edf3\" xml:space=\"preserve\">\n", \
	    columns * wide + 2 * edge, lines * high + 2 * edge
	print "<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"#0d1117\"/>"
	printf "%s</svg>\n", body
}
