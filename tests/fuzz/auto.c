/*
 * Fuzz entry: the output of any of these programs.
 */
#include "from.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_from(&from_auto, data, size);
}
