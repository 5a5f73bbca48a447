// SPDX-License-Identifier: GPL-2.0-only
/*
 * vfiotest.c - the program with all tests of the driver that run in a guest
 *
 * vfiotest [-l] [-v CHANNEL] [-o OTHER_BDF] BDF [TEST|TOPIC]...
 *
 * Each test has one more check: after the end of the test's process, as many pages are pinned in
 * the system as before.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper.h"
#include "kstat.h"
#include "tap.h"
#include "tests.h"
#include "world.h"

static int64_t pins;

static void before(void)
{
	pins = kstat_pins();
}

static void after(void)
{
	int64_t now = kstat_wait_pins(pins);

	tap_check(now == pins, "%lld pages are pinned that were not before",
		  (long long)(now - pins));
}

static int usage(void)
{
	fputs("usage: vfiotest [-l] [-v CHANNEL] [-o OTHER_BDF] BDF [TEST|TOPIC]...\n", stderr);
	return 2;
}

int main(int argc, char *argv[])
{
	static const struct tap_hooks hooks = { .before = before, .after = after };
	int option, failed;

	if (argc > 1 && !strcmp(argv[1], HELPER))
		return helper(argv + 2);
	while ((option = getopt(argc, argv, "lo:v:")) != -1) {
		if (option == 'l') {
			tap_list(all_tests);
			return 0;
		}
		if (option == 'o')
			join_bdf = optarg;
		else if (option == 'v')
			tap_open(optarg);
		else
			return usage();
	}
	if (optind >= argc)
		return usage();
	world_bdf = argv[optind];
	failed = tap_run(all_tests, &hooks, argv + optind + 1);
	return failed < 0 ? 2 : failed > 0;
}
