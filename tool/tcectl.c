// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcectl.c - the program's options; command.c has its commands.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../driver/version.h"
#include "command.h"
#include "json.h"
#include "message.h"
#include "system/sysroot.h"

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "pretty", no_argument, NULL, 'p' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ "root", required_argument, NULL, 'r' },
	{ }
};

/* Return: an exit status, or -1 if the program shall go on. */
static int option(int c)
{
	switch (c) {
	case 'p':
		json_pretty = true;
		json = true;
		return -1;
	case 'j':
		json = true;
		return -1;
	case 'r':
		sysroot = optarg;
		return -1;
	case 'h':
		command_help();
		return EXIT_OK;
	case 'V':
		printf("tcectl %s\n", VFIO_PSERIES_VERSION);
		return EXIT_OK;
	default:
		fprintf(stderr, "tcectl: \"tcectl -h\" shows the usage\n");
		return EXIT_USAGE;
	}
}

/*
 * Options for the output may also stand behind the command. This takes them out of the arguments.
 */
static int options_behind(int argc, char **argv)
{
	int i, kept = 0;

	for (i = 0; i < argc; i++) {
		if (!strcmp(argv[i], "-j") || !strcmp(argv[i], "--json"))
			option('j');
		else if (!strcmp(argv[i], "-p") || !strcmp(argv[i], "--pretty"))
			option('p');
		else
			argv[kept++] = argv[i];
	}
	return kept;
}

int main(int argc, char **argv)
{
	const char *moved = getenv("TCECTL_ROOT");
	int c, rc;

	if (moved)
		sysroot = moved;
	while ((c = getopt_long(argc, argv, "+jphV", options, NULL)) != -1) {
		rc = option(c);
		if (rc >= 0)
			return rc;
	}
	if (optind == argc) {
		command_help();
		return EXIT_USAGE;
	}
	argc = optind + 1 + options_behind(argc - optind - 1, argv + optind + 1);
	rc = command_run(argc - optind, argv + optind);
	if (fflush(stdout) || ferror(stdout)) {
		error("the output could not be written");
		return EXIT_FAILED;
	}
	return rc;
}
