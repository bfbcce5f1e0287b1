/*
 * Fuzz entry: netstat's output.
 */
#include "from.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_from(&from_netstat, data, size);
}
