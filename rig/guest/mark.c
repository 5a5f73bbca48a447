// SPDX-License-Identifier: GPL-2.0-only
/* mark.c - "mark LABEL": a phase mark from a shell, see mark.h. */
#include <stdlib.h>

#include "mark.h"

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: mark LABEL\n");
		return 2;
	}
	if (mark(strtoul(argv[1], NULL, 0))) {
		perror("mark");
		return 1;
	}
	return 0;
}
