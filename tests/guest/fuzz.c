// SPDX-License-Identifier: GPL-2.0-only
/* fuzz.c - the dice and the counts */
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "fuzz.h"
#include "tap.h"

struct fuzz_count *fuzz_count;
const char *fuzz_bdf[2];
bool fuzz_has_kvm;
struct fuzz_side fuzz_side[2];
uint8_t *fuzz_memory;
__thread unsigned int fuzz_seed;

void fuzz_setup(void)
{
	fuzz_count = mmap(NULL, sizeof(*fuzz_count), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fuzz_count == MAP_FAILED)
		tap_fail("there is no memory");
}

unsigned int dice(unsigned int sides)
{
	return rand_r(&fuzz_seed) / 7 % sides;
}

bool seldom(void)
{
	return !dice(16);
}

int note(enum fuzz_kind kind, int ret)
{
	fuzz_count->calls[kind]++;
	if (ret >= 0)
		fuzz_count->good[kind]++;
	return ret;
}

uint64_t odd_number(void)
{
	static const uint64_t numbers[] = {
		0, 1, 4095, 0x7fffffff, 0xffffffff, 1ULL << 32, ~0ULL, ~0ULL << 12, 1ULL << 63,
		0xc000000000000000ULL, FUZZ_HIGH, FUZZ_HIGH - 4096, FUZZ_HIGH + (1ULL << 40),
	};

	return numbers[dice(sizeof(numbers) / sizeof(numbers[0]))];
}

uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ULL + t.tv_nsec / 1000000;
}
