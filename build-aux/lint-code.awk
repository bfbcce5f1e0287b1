# C source as FILE:LINE:TEXT without comments; with strings=no, also without the
# text between quotes.

BEGIN { apostrophe = sprintf("%c", 39) }

FNR == 1 { comment = 0 }

{
	text = quote = ""
	n = length($0)
	for (i = 1; i <= n; i++) {
		c = substr($0, i, 1)
		two = substr($0, i, 2)
		if (comment) {
			if (two == "*/") {
				comment = 0
				i++
			}
			continue
		}
		if (quote == "") {
			if (two == "/*") {
				comment = 1
				i++
				continue
			}
			if (two == "//")
				break
			if (c == "\"" || c == apostrophe)
				quote = c
		} else if (c == "\\") {
			if (strings != "no")
				text = text two
			i++
			continue
		} else if (c == quote)
			quote = ""
		else if (strings == "no")
			continue
		text = text c
	}
	print FILENAME ":" FNR ":" text
}
