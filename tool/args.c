// SPDX-License-Identifier: GPL-2.0-only
/*
 * args.c - options of a command. An empty value counts as no value: most often it is a script's
 * variable that was never set.
 */
#include <string.h>

#include "args.h"
#include "command.h"

static const struct arg *arg_named(const struct arg *args, const char *name)
{
	for (; args->name; args++)
		if (!strcmp(args->name, name))
			return args;
	return NULL;
}

/* Return: how many words the option takes; 0 after an error message. */
static int take(const struct arg *arg, char **argv, int left)
{
	if (!arg) {
		command_usage("there is no option '%s' here", *argv);
		return 0;
	}
	if (arg->value ? !!*arg->value : *arg->flag) {
		command_usage("%s stands twice", arg->name);
		return 0;
	}
	if (arg->flag)
		*arg->flag = true;
	if (!arg->value)
		return 1;
	if (left < 2 || !*argv[1]) {
		command_usage("%s takes a value", arg->name);
		return 0;
	}
	*arg->value = argv[1];
	return 2;
}

bool args_parse(const struct arg *args, int *argc, char **argv)
{
	int i = 0, kept = 0, n;

	while (i < *argc) {
		if (strncmp(argv[i], "--", 2)) {
			argv[kept++] = argv[i++];
			continue;
		}
		n = take(arg_named(args, argv[i]), argv + i, *argc - i);
		if (!n)
			return false;
		i += n;
	}
	*argc = kept;
	return true;
}
