// SPDX-License-Identifier: GPL-2.0-only
/*
 * pe_show.c - "pe list" and "pe show": PEs for people and for programs.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "command.h"
#include "json.h"
#include "message.h"
#include "system/capacity.h"
#include "system/holder.h"
#include "system/pci_names.h"
#include "system/pe.h"

static void pci_function_json(const struct pci_function *f)
{
	json_object(NULL);
	json_string("bdf", f->bdf);
	json_string("class", pci_name_of_class(f->class));
	json_string("name", pci_name_of_device(f->vendor, f->device));
	json_string("driver", f->driver[0] ? f->driver : NULL);
	json_end();
}

/*
 * Should a window have a count of pages that the host's drivers have mapped? One that maps all of
 * memory has no table for that, and while a user owns the PE the host has none.
 */
static bool is_hosts(const struct pe *pe, const struct window *w)
{
	return w->counted || (w->present && !w->direct && !pe_is_users(pe));
}

/* Why the count of a host's window is not known */
static const char *uncounted_reason(const struct pe *pe)
{
	return pe->known ? "the module does not know the kernel's table"
			 : "the module counts them (is it loaded, and are you root?)";
}

static void window_json(const struct pe *pe, const struct window *w)
{
	json_object(NULL);
	json_string("kind", w->kind);
	json_hex("liobn", w->liobn);
	json_hex("start", w->start);
	json_number("size", w->size);
	json_number("page_size", 1ULL << w->page_shift);
	json_bool("present", w->present);
	json_bool("lent", w->lent);
	json_bool("direct", w->direct);
	if (w->counted)
		json_number("tces_in_use", w->used);
	else if (is_hosts(pe, w))
		json_string("tces_in_use", NULL);
	json_end();
}

static void page_sizes_json(uint64_t mask)
{
	unsigned int bit;

	json_array("page_sizes");
	for (bit = 0; bit < 64; bit++)
		if (mask >> bit & 1)
			json_number(NULL, 1ULL << bit);
	json_end();
}

/* How often the kernel recovered the PE, by any of its functions; -1 when not known. */
static int recoveries_of(const struct pe *pe)
{
	return pe->eeh && pe->functions ? eeh_recoveries(pe->function[0].bdf) : -1;
}

static const char *limited_text(const struct pe *pe)
{
	return pe_is_limited(pe) ? "in use" : pe->limited ? "possible" : "not possible";
}

static void capacity_json(const struct pe *pe, uint64_t size)
{
	static const char *const words[] = { "ok", "warning", "failure" };
	struct capacity c;

	if (!size || !capacity_judge(&c, pe, size))
		return;
	json_object("capacity");
	json_number("size", size);
	json_string("level", words[c.level]);
	if (c.shift)
		json_number("page_size", 1ULL << c.shift);
	else
		json_string("page_size", NULL);
	json_string("text", c.text);
	json_string("remedy", c.remedy[0] ? c.remedy : NULL);
	json_end();
}

static void ddw_json(const struct pe *pe, uint64_t size)
{
	json_object("ddw");
	json_bool("available", pe->ddw);
	json_bool("reset", pe->reset);
	json_string("limited_address_mode", limited_text(pe));
	json_string("reason", pe_ddw_reason(pe));
	if (pe->possible != UNKNOWN) {
		json_number("windows_possible", pe->possible);
		json_number("largest_tces", pe->max_tces);
	}
	capacity_json(pe, size);
	page_sizes_json(pe->pgsizes);
	json_end();
}

static bool holder_json(const struct holder *h, void *data)
{
	(void)data;
	json_object(NULL);
	json_number("pid", h->pid);
	json_string("command", h->command);
	json_string("unit", *h->unit ? h->unit : NULL);
	json_string("container", *h->container ? h->container : NULL);
	json_end();
	return true;
}

/* @size: how much memory is to be mapped, 0 if nobody has asked that */
static void pe_json(const struct pe *pe, uint64_t size)
{
	unsigned int i;

	json_object(NULL);
	json_string("node", pe->node);
	json_string("phb", strrchr(pe->node, '/') + 1);
	if (pe->group >= 0)
		json_number("group", pe->group);
	else
		json_string("group", NULL);
	json_string("owner", pe->owner);
	json_array("holders");
	holder_each(pe, holder_json, NULL);
	json_end();
	json_string("eeh", eeh_text(pe->eeh));
	if (recoveries_of(pe) >= 0)
		json_number("eeh_recoveries_logged", recoveries_of(pe));
	if (pe->known)
		json_hex("buid", pe->buid);
	ddw_json(pe, size);
	json_array("windows");
	for (i = 0; i < pe->windows; i++)
		window_json(pe, &pe->window[i]);
	json_end();
	json_array("devices");
	for (i = 0; i < pe->functions; i++)
		pci_function_json(&pe->function[i]);
	json_end();
	json_end();
}

static const char *group_text(const struct pe *pe)
{
	static char text[16];

	if (pe->group < 0)
		return "-";
	snprintf(text, sizeof(text), "%d", pe->group);
	return text;
}

/* The LIOBNs of existing windows */
static const char *liobns_text(const struct pe *pe)
{
	static char text[128];
	size_t n = 0;
	unsigned int i;

	text[0] = 0;
	for (i = 0; i < pe->windows; i++)
		if (pe->window[i].present && n < sizeof(text))
			n += snprintf(text + n, sizeof(text) - n, "%s%x", n ? "," : "",
				      pe->window[i].liobn);
	return n ? text : "-";
}

/* @data: not NULL to indent the line */
static bool holder_line(const struct holder *h, void *data)
{
	printf("%s  held by: %s\n", data ? "  " : "", holder_text(h));
	return true;
}

static void list_text(struct pe *pe)
{
	unsigned int i;

	printf("%-28s %-5s %-5s %-4s %s\n", pe->node, group_text(pe),
	       pe->owner ? pe->owner : "-", pe->ddw ? "yes" : "no", liobns_text(pe));
	for (i = 0; i < pe->functions; i++) {
		const struct pci_function *f = &pe->function[i];

		printf("    %s  %-10s %s\n", f->bdf, f->driver[0] ? f->driver : "-",
		       pci_name_of_device(f->vendor, f->device));
	}
	holder_each(pe, holder_line, pe);
}

static void list_json(struct pe *pe)
{
	pe_json(pe, 0);
}

int pe_list(int argc, char **argv)
{
	unsigned int n;

	(void)argv;
	if (argc)
		return command_usage("pe list takes no arguments");
	if (json)
		json_array(NULL);
	else
		printf("%-28s %-5s %-5s %-4s %s\n", "PE", "GROUP", "OWNER", "DDW", "LIOBNS");
	n = pe_each(json ? list_json : list_text);
	if (json)
		json_end();
	if (n)
		return EXIT_OK;
	error(dt_is_partition() ? "no PE: this partition has no PCI device with a DMA window"
				  : "no PE: this machine is not a logical partition");
	return EXIT_FAILED;
}

static void window_text(const struct pe *pe, const struct window *w)
{
	printf("    %-8s %08x  bus address 0x%" PRIx64 ", %s in pages of %s%s%s%s", w->kind,
	       w->liobn, w->start, size_text(w->size), size_text(1ULL << w->page_shift),
	       w->present ? "" : ", absent", w->lent ? ", a user has it" : "",
	       w->direct ? ", all of memory" : "");
	if (w->counted)
		printf(", %" PRIu64 " pages in use", w->used);
	printf("\n");
	if (!w->counted && is_hosts(pe, w))
		printf("%*spages in use: not known: %s\n", 14, "", uncounted_reason(pe));
}

static void size_line(const struct pe *pe, uint64_t size)
{
	struct capacity c;

	if (!capacity_judge(&c, pe, size)) {
		printf("  capacity: not known, so whether %s can be mapped is not\n",
		       size_text(size));
		return;
	}
	printf("  capacity: %s\n", c.text);
	if (c.remedy[0])
		printf("    -> %s\n", c.remedy);
}

static void ddw_text(const struct pe *pe, uint64_t size)
{
	const char *reason = pe_ddw_reason(pe);

	printf("  dynamic windows (DDW): %s%s%s\n", pe->ddw ? "yes" : "no", reason ? ": " : "",
	       reason ? reason : "");
	if (pe->possible != UNKNOWN)
		printf("  possible now: %" PRIu64 " more, of up to %" PRIu64 " TCEs\n",
		       pe->possible, pe->max_tces);
	if (size)
		size_line(pe, size);
	else if (capacity_text(pe))
		printf("  capacity: %s\n", capacity_text(pe));
	if (pe->limited || pe_is_limited(pe))
		printf("  limited-address mode: %s\n", limited_text(pe));
	if (pe->pgsizes)
		printf("  page sizes: %s\n", sizes_text(pe->pgsizes));
}

static void eeh_line(const struct pe *pe)
{
	int n = recoveries_of(pe);

	if (!eeh_text(pe->eeh))
		return;
	printf("  EEH: %s", eeh_text(pe->eeh));
	if (n >= 0)
		printf("; recovered by the kernel %d times since the boot or the log's begin", n);
	printf("\n");
}

static void show_text(const struct pe *pe, uint64_t size)
{
	unsigned int i;

	printf("PE %s\n", pe->node);
	printf("  PHB: %s\n", strrchr(pe->node, '/') + 1);
	printf("  IOMMU group: %s\n", group_text(pe));
	printf("  owner: %s\n", pe->owner ? pe->owner : "not known (is the module loaded?)");
	holder_each(pe, holder_line, NULL);
	eeh_line(pe);
	ddw_text(pe, size);
	printf("  windows:\n");
	for (i = 0; i < pe->windows; i++)
		window_text(pe, &pe->window[i]);
	printf("  devices:\n");
	for (i = 0; i < pe->functions; i++) {
		const struct pci_function *f = &pe->function[i];

		printf("    %s  driver %s, %s: ", f->bdf, f->driver[0] ? f->driver : "none",
		       pci_name_of_class(f->class));
		printf("%s\n", pci_name_of_device(f->vendor, f->device));
	}
}

/* Finds a PE by any of its functions, or by its group's number. */
struct by_group {
	int group;
	struct pci_function found;
};

static bool is_in_group(const struct pci_function *f, void *data)
{
	struct by_group *by = data;

	if (f->group != by->group)
		return true;
	by->found = *f;
	return false;
}

static bool find_pe(const char *name, struct pci_function *f)
{
	struct by_group by = { 0 };

	if (strspn(name, "0123456789") != strlen(name))
		return pci_function_find(f, name);
	by.group = atoi(name);
	pci_function_each(is_in_group, &by);
	if (!by.found.bdf[0]) {
		error("%s: there is no such group; \"tcectl pe list\" shows those that there are",
		      name);
		return false;
	}
	*f = by.found;
	return true;
}

static int show_arguments(int *argc, char **argv, uint64_t *size)
{
	const char *text = NULL;
	const struct arg args[] = { { "--size", &text, NULL }, { 0 } };

	if (!args_parse(args, argc, argv))
		return EXIT_USAGE;
	if (*argc != 1)
		return command_usage("pe show takes a device or a group");
	if (text && (!size_parse(text, size) || !*size))
		return command_usage("'%s' is no size; 512M and 100G are", text);
	return EXIT_OK;
}

int pe_show(int argc, char **argv)
{
	struct pci_function f;
	uint64_t size = 0;
	struct pe *pe;
	int rc = show_arguments(&argc, argv, &size);

	if (rc)
		return rc;
	if (!find_pe(argv[0], &f))
		return EXIT_FAILED;
	pe = pe_of(&f);
	if (!pe)
		return EXIT_FAILED;
	if (json)
		pe_json(pe, size);
	else
		show_text(pe, size);
	free(pe);
	return EXIT_OK;
}
