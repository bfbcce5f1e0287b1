#include "record/netns.h"

/* Bytes of a UUID, RFC 9562. */
enum { UUID_LEN = 36 };

static bool
is_hex(char c)
{
	return char_is_digit(c) || (c >= 'a' && c <= 'f');
}

bool
netns_is_random(struct str label)
{
	size_t i;

	if (!str_take_start(&label, "netns-") &&
	    !str_take_start(&label, "cni-"))
		return false;
	for (i = 0; i < label.n; i++)
		if (!is_hex(label.p[i]) && label.p[i] != '-')
			return false;
	return label.n == UUID_LEN;
}

bool
netns_is_id(struct str label)
{
	size_t i;

	str_cut(&label, '/');
	for (i = 0; i < label.n; i++)
		if (!is_hex(label.p[i]))
			return false;
	return label.n == NETNS_ID_SHOWN;
}
