/*
 * t-siphash: the hash of src/lib/siphash.h equals OpenSSL's SIPHASH with
 * c-rounds 1 and d-rounds 3 (openssl-mac(1)), of 8 and 16 bytes, for the key 00
 * 01 ... 0f and the text 00 01 ... of n bytes.  Prints TAP.
 */
#include <stdio.h>
#include <string.h>

#include "lib/siphash.h"
#include "tap.h"

enum { LONGEST = 63 };

static const struct {
	size_t n;
	const char *hash64, *hash128;
} vectors[] = {
	{ 0, "DCC40F055801ACAB",
	    "E77EBCB22788A5BEFD62DB6ADD303001" },
	{ 1, "93CA577DF39BF4C9",
	    "FC6F370460D3EDA85E0573CC2B2FF063" },
	{ 2, "4DD4C74D029BCB82",
	    "75787F090569839B855BC9548C6AEA95" },
	{ 3, "FBF7DDE7B80AF88B",
	    "6BC5CCFA1EDCF79F4823187712EBD743" },
	{ 4, "2883D388605775CF",
	    "0C784E71AC2B285A9F8E92E78FBF2C25" },
	{ 5, "673B53492FD5F9DE",
	    "F328DB89345B620C795229A42695843E" },
	{ 6, "A7229FC5502B0DC5",
	    "DCD03D29F743E7100951B0E83985A6F8" },
	{ 7, "4011B19B987D92D3",
	    "1084B923F2AAE0C3A62F2EC80848AB77" },
	{ 8, "8E9A298D11959036",
	    "AA12FEE1D5E3DAB4724F16AB35F9C799" },
	{ 9, "E43D066CB38EA425",
	    "81DDB8042CF33994F4720E0094137C42" },
	{ 10, "7F09FF92EE85DE79",
	    "4FAA541D5D498E89BA0EA4C387B22FB4" },
	{ 11, "52C34DF9C118C170",
	    "723B9AF3554491DBB1D6633DFC6E0C4E" },
	{ 15, "5699512A6DD820D3",
	    "C17E5505B2BD526C2921CDEC1E7E0109" },
	{ 16, "668B907D1ADD4FCC",
	    "D0A8D95715518EEBB513B0F83D9E1793" },
	{ 63, "A8B3BBB76290199D",
	    "4C5800E34EFE426F079F6B0AA75260AD" },
};

/* The bytes of a word, lowest first, in hexadecimal. */
static void
put_hex(char *out, uint64_t word)
{
	size_t i;

	for (i = 0; i < sizeof word; i++)
		sprintf(out + 2 * i, "%02X",
		    (unsigned)(word >> 8 * i & 0xff));
}

static void
test_vector(const char *text, size_t i)
{
	const struct siphash_key key = { { UINT64_C(0x0706050403020100),
	    UINT64_C(0x0f0e0d0c0b0a0908) } };
	char hex[33], what[32];
	uint64_t out[2];

	put_hex(hex, siphash64(&key, text, vectors[i].n));
	snprintf(what, sizeof what, "of %zu bytes", vectors[i].n);
	ok_of(strcmp(hex, vectors[i].hash64) == 0, "64 bits", what);
	siphash128(&key, text, vectors[i].n, out);
	put_hex(hex, out[0]);
	put_hex(hex + 16, out[1]);
	ok_of(strcmp(hex, vectors[i].hash128) == 0, "128 bits", what);
}

int
main(void)
{
	char text[LONGEST];
	size_t i;

	for (i = 0; i < sizeof text; i++)
		text[i] = (char)i;
	for (i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
		test_vector(text, i);
	return tap_end();
}
