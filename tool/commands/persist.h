/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * persist.h - what lets a device come to vfio-pci at each boot: files in /etc, all of which name
 * the command that has written them and the one that removes them.
 */
#ifndef TCECTL_PERSIST_H
#define TCECTL_PERSIST_H

#include "system/pe.h"

/**
 * struct persist - what is to be kept
 * @selector:   a device's BDF, or VENDOR:DEVICE for all of a kind
 * @pe:         the device's PE; NULL for a kind
 * @group:      who may open /dev/vfio/GROUP besides root; NULL for nobody
 * @mode:       that file's mode, octal; NULL for the usual one
 * @no_idle_d3: vfio-pci is not to put idle devices to sleep
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
 * @file: @files of them: where, what, and what was there before (NULL for nothing)
 */
struct plan {
	struct plan_file {
		char path[128];
		char *text;
		char *before;
	} file[PERSIST_FILES];
	unsigned int files;
};

/* Group and mode make sense; says so if not. */
bool persist_valid(const struct persist *p);

/* Fills in the plan; nothing is written. */
void persist_plan(const struct persist *p, struct plan *plan);
void persist_free(struct plan *plan);

/* Shows the files and their contents, and what else is to be run. */
void persist_show(const struct plan *plan);

/* Writes all of it; false, with the state of before, when one cannot be written. */
bool persist_write(const struct plan *plan);

/* What was before it was written */
void persist_take_back(const struct plan *plan);

/* The files that are there for a device or a kind are removed. Return: how many, -1 on an error. */
int persist_forget(const char *selector);

/* The group's file now gets what it will get at each boot. */
void persist_apply(const struct persist *p, const struct pe *pe);

/* Is it VENDOR:DEVICE? */
bool persist_is_kind(const char *selector, uint16_t *vendor, uint16_t *device);

#endif
