// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci_names.c - names from libpci.
 *
 * libpci only gives names. The program finds functions in sysfs, which can be below another root;
 * libpci's own methods cannot.
 */
#include <stdio.h>
#include <stdlib.h>

#include <pci/pci.h>

#include "message.h"
#include "system/pci_names.h"

static void quiet(char *format, ...)
{
	(void)format;
}

static __attribute__((noreturn)) void fatal(char *format, ...)
{
	(void)format;
	error("libpci gave up");
	exit(EXIT_FAILED);
}

static struct pci_access *names(void)
{
	static struct pci_access *access;
	const char *ids = getenv("TCECTL_PCI_IDS");

	if (access)
		return access;
	access = pci_alloc();
	/* Only pci_init() would set these, but it also looks for a bus to scan. */
	access->error = fatal;
	access->warning = access->debug = quiet;
	if (ids)
		pci_set_name_list_path(access, (char *)ids, 0);
	return access;
}

const char *pci_name_of_device(uint16_t vendor, uint16_t device)
{
	static char text[128];

	return pci_lookup_name(names(), text, sizeof(text),
			       PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE | PCI_LOOKUP_NO_HWDB, vendor,
			       device);
}

const char *pci_name_of_class(uint16_t class)
{
	static char text[128];

	return pci_lookup_name(names(), text, sizeof(text), PCI_LOOKUP_CLASS | PCI_LOOKUP_NO_HWDB,
			       class);
}
