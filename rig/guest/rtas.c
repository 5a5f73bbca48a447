// SPDX-License-Identifier: GPL-2.0-only
/*
 * rtas.c - "rtas NAME ARGUMENT...": an RTAS call from a shell; its one output is the status
 *
 * The exit status is 0 if the call's status is 0. What drmgr does with sensors and indicators
 * takes no more than this.
 */
#include <stdlib.h>

#include "mark.h"

#define ARGUMENTS 8

static uint32_t token_of(const char *name)
{
	uint32_t token = 0;
	char path[96];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/device-tree/rtas/%s", name);
	f = fopen(path, "rb");
	if (!f)
		return 0;
	if (fread(&token, sizeof(token), 1, f) != 1)
		token = 0;
	fclose(f);
	return token;
}

int main(int argc, char **argv)
{
	/* token, number of inputs, number of outputs, inputs and outputs: all big endian */
	uint32_t args[3 + 16] = { 0 };
	int i, status;

	if (argc < 2 || argc > 2 + ARGUMENTS) {
		fprintf(stderr, "usage: rtas NAME ARGUMENT...\n");
		return 2;
	}
	args[0] = token_of(argv[1]);
	args[1] = htobe32(argc - 2);
	args[2] = htobe32(1);
	for (i = 2; i < argc; i++)
		args[1 + i] = htobe32(strtoul(argv[i], NULL, 0));
	if (!args[0] || syscall(SYS_rtas, args)) {
		perror("rtas");
		return 1;
	}
	status = (int32_t)be32toh(args[1 + argc]);
	if (status)
		fprintf(stderr, "rtas: %s: status %d\n", argv[1], status);
	return status != 0;
}
