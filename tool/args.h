/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * args.h - a command's options: "--name VALUE" and "--name", anywhere among its arguments.
 */
#ifndef TCECTL_ARGS_H
#define TCECTL_ARGS_H

#include <stdbool.h>

/**
 * struct arg - an option
 * @name:  with its dashes
 * @value: where its value goes; NULL if it has none
 * @flag:  set when the option is given; NULL if it has a value
 */
struct arg {
	const char *name;
	const char **value;
	bool *flag;
};

/**
 * args_parse() - take the options out of the arguments
 * @args: the table, an entry without a name is its end
 * @argc: number of arguments; on return, of those that are no options
 * @argv: on return, those arguments are at its beginning
 *
 * Return: true, or false after saying what is wrong: an option that is not known, that stands
 * twice or lacks its value.
 */
bool args_parse(const struct arg *args, int *argc, char **argv);

#endif
