#include "lib/num.h"

#include <stdlib.h>

bool
num_take(struct str *s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < s->n && char_is_digit(s->p[i]); i++) {
		unsigned d = (unsigned)(s->p[i] - '0');

		if (v > (max - d) / 10 || d > max)
			return false;
		v = v * 10 + d;
	}
	if (i == 0)
		return false;
	*s = str_skip(*s, i);
	*out = v;
	return true;
}

bool
num_parse(struct str s, uint64_t max, uint64_t *out)
{
	uint64_t v;

	if (s.n > 1 && s.p[0] == '0')
		return false;
	if (!num_take(&s, max, &v) || s.n > 0)
		return false;
	*out = v;
	return true;
}

char *
num_format(char *p, uint64_t v)
{
	char digits[NUM_MAX];
	int n = 0;

	do
		digits[n++] = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	while (n > 0)
		*p++ = digits[--n];
	return p;
}

void
num_add(struct buf *b, uint64_t v)
{
	char *p = buf_room(b, NUM_MAX);

	b->n += (size_t)(num_format(p, v) - p);
}

size_t
num_sort(uint32_t *v, size_t n)
{
	size_t i, m = 0;

	if (n > 0)
		qsort(v, n, sizeof *v, num_cmp32);
	for (i = 0; i < n; i++)
		if (m == 0 || v[m - 1] != v[i])
			v[m++] = v[i];
	return m;
}
