/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * command.h - the commands of tcectl: OBJECT COMMAND, in one table that also makes the usage and
 * the shell's completion.
 */
#ifndef TCECTL_COMMAND_H
#define TCECTL_COMMAND_H

/* Runs what the arguments say. Return: the program's exit status. */
int command_run(int argc, char **argv);

/* Says what is wrong with the arguments, and where the usage is. Return: EXIT_USAGE. */
int command_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The usage on standard output */
void command_help(void);

/*
 * The commands: @argv has the arguments behind the command's name. Each returns the program's
 * exit status and is in the file that is named after it.
 */
int pe_list(int argc, char **argv);
int pe_show(int argc, char **argv);
int device_bind(int argc, char **argv);
int device_unbind(int argc, char **argv);
int setup_check(int argc, char **argv);
int doctor(int argc, char **argv);
int health(int argc, char **argv);
int self_test(int argc, char **argv);
int bench(int argc, char **argv);
int stat_show(int argc, char **argv);
int dump_show(int argc, char **argv);

#endif
