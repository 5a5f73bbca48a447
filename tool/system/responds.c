// SPDX-License-Identifier: GPL-2.0-only
/*
 * responds.c - does a function answer? Its configuration space tells, and a read of that waits, and
 * cannot be killed, while the kernel resets the function. So a child reads, for all functions at
 * once: a machine may have thousands. If it waits for one function, another child goes on with the
 * next.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "patience.h"
#include "system/pci_function.h"
#include "system/sysroot.h"

#define PCI	"/sys/bus/pci/devices"

/* A child for each function that is waited for, and no more than this */
#define CHILDREN	8

/**
 * struct answer - of a function, or PCI_BLOCKED when it is about to be asked
 * @bdf:      the function
 * @responds: its answer
 */
struct answer {
	char bdf[PCI_FUNCTION_BDF];
	enum pci_responds responds;
};

/**
 * struct answers - what children have read
 * @answer: @n of them; the last one of a function counts
 * @read:   all functions were asked
 */
static struct answers {
	struct answer *answer;
	size_t n;
	bool read;
} all;

/**
 * struct asking - a child's work
 * @out:   where answers go
 * @after: it begins behind this function; NULL for the first one
 * @rc:    why an answer could not be handed over
 */
struct asking {
	int out;
	const char *after;
	int rc;
};

static enum pci_responds ask(const char *bdf)
{
	unsigned char id[4];

	if (!sysroot_start(id, sizeof(id), PCI "/%s/config", bdf))
		return PCI_UNREADABLE;
	return (id[0] & id[1] & id[2] & id[3]) == 0xff ? PCI_SILENT : PCI_ANSWERS;
}

static bool hand_over(struct asking *a, const struct answer *answer)
{
	if (write(a->out, answer, sizeof(*answer)) != sizeof(*answer))
		a->rc = errno ? errno : EIO;
	return !a->rc;
}

static bool ask_one(const char *bdf, void *data)
{
	struct asking *a = data;
	struct answer answer = { .responds = PCI_BLOCKED };

	if (a->after) {
		if (!strcmp(a->after, bdf))
			a->after = NULL;
		return true;
	}
	snprintf(answer.bdf, sizeof(answer.bdf), "%s", bdf);
	if (!hand_over(a, &answer))
		return false;
	answer.responds = ask(bdf);
	return hand_over(a, &answer);
}

static int ask_all(int out, void *data)
{
	struct asking a = { .out = out, .after = data };

	sysroot_each(ask_one, &a, PCI);
	return a.rc;
}

/* Keeps what a child has handed over. */
static void keep(const char *text, size_t size)
{
	size_t n = size / sizeof(*all.answer);

	if (!n)
		return;
	all.answer = must(realloc(all.answer, (all.n + n) * sizeof(*all.answer)));
	memcpy(all.answer + all.n, text, n * sizeof(*all.answer));
	all.n += n;
}

static void read_all(void)
{
	char after[PCI_FUNCTION_BDF] = "";
	int rc = ETIMEDOUT;
	unsigned int i;

	for (i = 0; i < CHILDREN && rc == ETIMEDOUT; i++) {
		char *text = NULL;
		size_t size = 0;

		rc = patient(ask_all, *after ? after : NULL, &text, &size);
		if (!rc || rc == ETIMEDOUT)
			keep(text, size);
		free(text);
		if (all.n)
			memcpy(after, all.answer[all.n - 1].bdf, sizeof(after));
	}
	all.read = true;
}

enum pci_responds pci_function_responds(const struct pci_function *f)
{
	size_t i;

	if (!all.read)
		read_all();
	for (i = all.n; i--;)
		if (!strcmp(all.answer[i].bdf, f->bdf))
			return all.answer[i].responds;
	return PCI_UNREADABLE;
}
