/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * persist.h - files in /etc that bind a device to vfio-pci at each boot. Each file names the
 * command that wrote it and the command that removes it.
 */
#ifndef TCECTL_PERSIST_H
#define TCECTL_PERSIST_H

#include "system/pe.h"

/**
 * struct persist - a binding for all boots
 * @selector:   a device's BDF, or VENDOR:DEVICE for all of a kind
 * @pe:         the device's PE; NULL for a kind
 * @group:      who may open /dev/vfio/GROUP besides root; NULL for nobody
 * @mode:       that file's mode, octal; NULL for the usual one
 * @no_idle_d3: vfio-pci must not put idle devices to sleep
 */
struct persist {
	const char *selector;
	const struct pe *pe;
	const char *group;
	const char *mode;
	bool no_idle_d3;
};

#define PERSIST_FILES	16

/**
 * struct plan - files to be written
 * @file: @files of them: its path, its new text, and its text of before (NULL for none)
 */
struct plan {
	struct plan_file {
		char path[128];
		char *text;
		char *before;
	} file[PERSIST_FILES];
	unsigned int files;
};

/* Are group and mode valid? If not, prints an error. */
bool persist_valid(const struct persist *p);

/* Fills in the plan, and writes nothing. */
void persist_plan(const struct persist *p, struct plan *plan);
void persist_free(struct plan *plan);

/* Shows the files and their contents, and which commands to run. */
void persist_show(const struct plan *plan);

/* Writes all files. If one cannot be written, restores those of before, and returns false. */
bool persist_write(const struct plan *plan);

/* Restores the files of before */
void persist_take_back(const struct plan *plan);

/* Removes the files of a device or a kind. Return: how many, -1 on an error. */
int persist_forget(const char *selector);

/* Gives the group's file now the owner and mode that it gets at each boot. */
void persist_apply(const struct persist *p, const struct pe *pe);

/* Is it VENDOR:DEVICE? */
bool persist_is_kind(const char *selector, uint16_t *vendor, uint16_t *device);

#endif
