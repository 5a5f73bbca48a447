// SPDX-License-Identifier: GPL-2.0-only
/*
 * compare.c - the sequence on the model, compared with a guest's lines.
 *
 *   compare NAME HIGH <LINES    prints "ok NAME ..." or "not ok NAME - ..."
 *
 * LINES begin with the guest's "subject" line; HIGH is the bus address of its second window.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "model.h"
#include "sequence.h"

#define LINE	256

static const char *name;
static u64 lines, calls;

/* The guest's next line, without the newline. */
static bool next_line(char *line)
{
	if (!fgets(line, LINE, stdin))
		return false;
	line[strcspn(line, "\r\n")] = 0;
	return true;
}

static void __attribute__((noreturn)) differ(const char *guest, const char *model)
{
	printf("not ok %s - line %llu: QEMU says \"%s\", the model \"%s\"\n", name, lines, guest,
	       model);
	exit(1);
}

void say(const char *format, ...)
{
	char model[LINE], guest[LINE];
	va_list args;

	va_start(args, format);
	vsnprintf(model, sizeof(model), format, args);
	va_end(args);
	lines++;
	calls += !strstr(model, "digest");
	if (!next_line(guest))
		differ("", model);
	if (strcmp(guest, model))
		differ(guest, model);
}

/* The same PE in the model. */
static void set_up(const struct subject *s, u64 high)
{
	struct model_pe_config config = model_qemu.pe;

	model_reset(&model_qemu);
	config.buid = s->buid;
	config.liobn = s->liobn;
	config.start = s->start;
	config.size = s->tces << 12;
	config.high = high;
	model_add_pe(&config);
}

int main(int argc, char **argv)
{
	static __be64 list[PAPR_MAX_TCES] __attribute__((aligned(4096)));
	struct subject s = {
		.token = { MODEL_TOKEN_QUERY, MODEL_TOKEN_CREATE, MODEL_TOKEN_REMOVE,
			   MODEL_TOKEN_RESET },
		.list = list,
	};
	char first[LINE];
	unsigned long long seed;
	u32 steps;

	if (argc != 3)
		return 2;
	name = argv[1];
	if (!next_line(first) ||
	    sscanf(first, "subject %llx %x %llx %llx %llx %x", &s.buid, &s.liobn, &s.start,
		   &s.tces, &seed, &steps) != 6) {
		printf("not ok %s - the guest has said nothing\n", name);
		return 1;
	}
	set_up(&s, strtoull(argv[2], NULL, 0));
	sequence_run(&s, seed, steps);
	if (next_line(first))
		differ(first, "");
	printf("ok %s: %llu calls, %llu tables\n", name, calls, lines - calls);
	return 0;
}
