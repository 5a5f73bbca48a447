// SPDX-License-Identifier: GPL-2.0-only
/*
 * kmsg.c - /dev/kmsg: a line "LEVEL,NUMBER,TIME,FLAGS;TEXT" for each message, then lines that
 * begin with a blank. Each read gives one message and does not wait.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "system/kmsg.h"
#include "system/sysroot.h"

#define LEVEL_ERROR	3

/* The message with which the kernel begins to recover a PE (EEH) */
#define RECOVERY	"EEH: Recovering PHB#"

/* Errors that name a PCI device or a PE, @n of them */
static struct errors {
	char **line;
	size_t n;
	bool read;
	bool readable;
} errors;

/* Does the text contain a name like 0000:00:00.0? */
static bool names_device(const char *text)
{
	const char *at = text;

	while ((at = strchr(at, ':'))) {
		if (at - text >= 4 && strlen(at) >= 8 && at[3] == ':' && at[6] == '.')
			return true;
		at++;
	}
	return false;
}

static void look_at(char *message)
{
	char *text = strchr(message, ';');

	if (!text++ || (strtoul(message, NULL, 10) & 7) > LEVEL_ERROR)
		return;
	if (!names_device(text) && strncmp(text, RECOVERY, strlen(RECOVERY)))
		return;
	text[strcspn(text, "\n")] = 0;
	errors.line = must(realloc(errors.line, (errors.n + 1) * sizeof(*errors.line)));
	errors.line[errors.n++] = must(strdup(text));
}

/* A recorded log is one file: one read gives all its lines. */
static void look_at_all(char *messages)
{
	char *line;

	while ((line = strsep(&messages, "\n")))
		if (*line && *line != ' ')
			look_at(line);
}

static void read_all(void)
{
	int fd = open(sysroot_path("/dev/kmsg"), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char message[8192];
	ssize_t n = 0;

	errors.read = true;
	errors.readable = fd >= 0;
	/* EPIPE: the kernel has overwritten messages; the next read continues behind them. */
	while (fd >= 0 && ((n = read(fd, message, sizeof(message) - 1)) > 0 ||
			   (n < 0 && errno == EPIPE))) {
		message[n > 0 ? n : 0] = 0;
		look_at_all(message);
	}
	if (fd >= 0)
		close(fd);
}

const char *kmsg_last_error(const char *bdf)
{
	size_t i;

	if (!errors.read)
		read_all();
	for (i = errors.n; i--;)
		if (strstr(errors.line[i], bdf))
			return errors.line[i];
	return NULL;
}

int kmsg_recoveries(unsigned int bridge, unsigned int address)
{
	char line[64];
	int found = 0;
	size_t i;

	if (!errors.read)
		read_all();
	snprintf(line, sizeof(line), RECOVERY "%x-PE#%x", bridge, address);
	for (i = 0; i < errors.n; i++)
		found += !strcmp(errors.line[i], line);
	return errors.readable ? found : -1;
}
