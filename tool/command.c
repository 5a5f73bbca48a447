// SPDX-License-Identifier: GPL-2.0-only
/* command.c - the table of commands. A name can be shortened while it means one command only. */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "message.h"

static int help(int argc, char **argv);
static int completion(int argc, char **argv);

/**
 * struct command - one command
 * @object: first word
 * @name:   second word, NULL if there is none
 * @args:   for the usage; BDF, GROUP and WINDOW are completed, and words with dashes
 * @about:  a line for people
 * @run:    does it
 */
static const struct command {
	const char *object;
	const char *name;
	const char *args;
	const char *about;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "pe", "list", "", "all PEs, their owners and devices", pe_list },
	{ "pe", "show", "[--size SIZE] BDF|GROUP", "one PE: windows, page sizes, what is possible",
	  pe_show },
	{ "device", "bind", "[--force] [--persist [--group NAME] [--mode MODE] "
	  "[--disable-idle-d3] [--dry-run]] BDF|VENDOR:DEVICE",
	  "give a device, with its group, to vfio-pci", device_bind },
	{ "device", "unbind", "[--force] [--forget] BDF|VENDOR:DEVICE", "give it back to the host",
	  device_unbind },
	{ "setup", "check", "[FILE]", "has this partition what its cards need?", setup_check },
	{ "doctor", NULL, "[--pid N|--unit NAME|--user NAME] [--size SIZE] [BDF]",
	  "why can't this be assigned, and used by that one? what mends it?", doctor },
	{ "health", NULL, "", "the state of every PE, for programs with -j", health },
	{ "test", NULL, "[--write FIRST:COUNT] [--report FILE] BDF",
	  "try a device out: calls, windows, DMA", self_test },
	{ "bench", NULL, "[--runs N] BDF", "how long maps, unmaps and windows take here", bench },
	{ "stat", NULL, "[--watch SECONDS|--openmetrics]", "counters of users' windows",
	  stat_show },
	{ "dump", NULL, "WINDOW", "translations of a window", dump_show },
	{ "completion", NULL, "", "completion for bash, to be sourced", completion },
	{ "help", NULL, "", "this text", help },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

int command_usage(const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	error("%s; \"tcectl -h\" shows the usage", text);
	return EXIT_USAGE;
}

void command_help(void)
{
	size_t i;

	printf("usage: tcectl [-j] [-p] [--root DIR] OBJECT [COMMAND] [ARGUMENTS]\n\n");
	for (i = 0; i < COMMANDS; i++) {
		const struct command *c = &commands[i];
		char line[160];

		snprintf(line, sizeof(line), "%s%s%s%s%s", c->object, c->name ? " " : "",
			 c->name ? c->name : "", *c->args ? " " : "", c->args);
		printf("  tcectl %-47s", line);
		if (strlen(line) > 47)
			printf("\n%56s", "");
		printf(" %s\n", c->about);
	}
	printf("\n  -j, --json     output as JSON      -p, --pretty   the same, in lines\n"
	       "  -h, --help     this text           -V, --version  the version\n"
	       "  --root DIR     the system's files below DIR (or TCECTL_ROOT)\n\n"
	       "Exit status: 0 done, 1 failed, 2 wrong usage; health: 3 nothing known.\n");
}

static int help(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	command_help();
	return EXIT_OK;
}

static bool begins(const char *whole, const char *part)
{
	return !strncmp(whole, part, strlen(part));
}

/* Is this the first command with its object? */
static bool is_first(size_t i)
{
	return !i || strcmp(commands[i - 1].object, commands[i].object);
}

/* The object that the shortened @word means; NULL when there is none, or more than one */
static const char *object_of(const char *word)
{
	const char *found = NULL;
	size_t i;

	for (i = 0; i < COMMANDS; i++) {
		if (!strcmp(commands[i].object, word))
			return commands[i].object;
		if (!is_first(i) || !begins(commands[i].object, word))
			continue;
		if (found)
			return NULL;
		found = commands[i].object;
	}
	return found;
}

static const struct command *command_of(const char *object, const char *word)
{
	const struct command *found = NULL;
	size_t i;

	for (i = 0; i < COMMANDS; i++) {
		const struct command *c = &commands[i];

		if (strcmp(c->object, object))
			continue;
		if (!c->name || (word && !strcmp(c->name, word)))
			return c;
		if (!word || !begins(c->name, word))
			continue;
		if (found)
			return NULL;
		found = c;
	}
	return found;
}

int command_run(int argc, char **argv)
{
	const char *object = object_of(argv[0]);
	const struct command *c;
	int words;

	if (!object)
		return command_usage("there is no object '%s'", argv[0]);
	c = command_of(object, argc > 1 ? argv[1] : NULL);
	if (!c && argc < 2)
		return command_usage("what about '%s'?", object);
	if (!c)
		return command_usage("'%s' has no command '%s'", object, argv[1]);
	words = c->name ? 2 : 1;
	return c->run(argc - words, argv + words);
}

/* What follows a command's name: words with dashes, and "@BDF" for a list of devices */
static void completion_args(const char *args)
{
	char text[160];
	char *word, *rest = text;

	snprintf(text, sizeof(text), "%s", args);
	while ((word = strsep(&rest, " |[]")))
		if (begins(word, "--"))
			printf(" %s", word);
	if (strstr(args, "BDF"))
		printf(" $(ls /sys/bus/pci/devices 2>/dev/null)");
	if (strstr(args, "WINDOW"))
		printf(" $(tcectl stat 2>/dev/null | awk '/^window/ { print $2 }')");
}

static void completion_object(const char *object)
{
	const char *arguments = "";
	size_t i;

	printf("\t%s)\n\t\tcase ${words[2]-} in\n", object);
	for (i = 0; i < COMMANDS; i++) {
		const struct command *c = &commands[i];

		if (strcmp(c->object, object))
			continue;
		if (!c->name) {
			arguments = c->args;
			continue;
		}
		printf("\t\t%s) list=\"", c->name);
		completion_args(c->args);
		printf("\" ;;\n");
	}
	printf("\t\t*) list=\"");
	completion_args(arguments);
	for (i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i].object, object) && commands[i].name)
			printf(" %s", commands[i].name);
	printf("\" ;;\n\t\tesac ;;\n");
}

/* The script takes words from the line itself: bash's own words end at the colons of a BDF. */
static const char completion_head[] =
	"# SPDX-License-Identifier: GPL-2.0-only\n"
	"# Completion for bash, written by \"tcectl completion\"\n"
	"_tcectl()\n{\n"
	"\tlocal line=${COMP_LINE:0:COMP_POINT} word now list all words=()\n"
	"\tread -ra all <<<\"$line\"\n"
	"\t[[ $line != *[[:blank:]] ]] || all+=('')\n"
	"\tnow=${all[-1]}\n"
	"\tfor word in \"${all[@]:0:${#all[@]}-1}\"; do\n"
	"\t\t[[ $word == -[jp] || $word == --json || $word == --pretty ]] || words+=(\"$word\")\n"
	"\tdone\n"
	"\tcase ${words[1]-} in\n";

static const char completion_tail[] =
	"\" ;;\n\tesac\n"
	"\tmapfile -t COMPREPLY < <(compgen -W \"$list\" -- \"$now\")\n"
	"\t[[ $COMP_WORDBREAKS != *:* ]] ||\n"
	"\t\tCOMPREPLY=(\"${COMPREPLY[@]#\"${now%\"${now##*:}\"}\"}\")\n"
	"}\ncomplete -F _tcectl tcectl\n";

static int completion(int argc, char **argv)
{
	size_t i;

	(void)argv;
	if (argc)
		return command_usage("completion takes no arguments");
	fputs(completion_head, stdout);
	for (i = 0; i < COMMANDS; i++)
		if (is_first(i))
			completion_object(commands[i].object);
	printf("\t*) list=\"-j -p -h -V --json --pretty --help --version --root");
	for (i = 0; i < COMMANDS; i++)
		if (is_first(i))
			printf(" %s", commands[i].object);
	fputs(completion_tail, stdout);
	return EXIT_OK;
}
