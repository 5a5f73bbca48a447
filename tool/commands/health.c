// SPDX-License-Identifier: GPL-2.0-only
/*
 * health.c - "health": the state of every PE, for device plugins and monitors. docs/health.md has
 * the schema. Its version grows when something is removed or changes its meaning.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "json.h"
#include "message.h"
#include "system/holder.h"
#include "system/kmsg.h"
#include "system/module.h"
#include "system/pe.h"
#include "system/sysroot.h"

#define SCHEMA	"tcectl-health/1"

/* From good to bad */
enum state { STATE_OK, STATE_WARNING, STATE_UNKNOWN, STATE_FAILED };

#define REASONS	8

/**
 * struct health - what was found out about a PE
 * @state:  the worst of all reasons
 * @reason: the reasons for that state, @reasons of them
 * @module: what the module says of it, NULL for nothing
 */
struct health {
	enum state state;
	char reason[REASONS][128];
	unsigned int reasons;
	const struct module_pe *module;
};

static enum state worst;

static const char *state_text(enum state state)
{
	static const char *const texts[] = { "ok", "warning", "unknown", "failed" };

	return texts[state];
}

static void reason(struct health *h, enum state state, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void reason(struct health *h, enum state state, const char *format, ...)
{
	va_list args;

	if (state > h->state)
		h->state = state;
	if (h->reasons == REASONS)
		return;
	va_start(args, format);
	vsnprintf(h->reason[h->reasons++], sizeof(h->reason[0]), format, args);
	va_end(args);
}

static void judge_module(struct health *h)
{
	const struct module_pe *m = h->module;

	if (!m) {
		reason(h, STATE_UNKNOWN, "the module says nothing of it");
		return;
	}
	if (m->raw)
		reason(h, STATE_FAILED, "%u windows could not be cleared", m->raw);
	if (m->unknown)
		reason(h, STATE_FAILED, "%" PRIu64 " TCEs are in quarantine",
		       m->unknown);
	if (m->failed)
		reason(h, STATE_WARNING, "the hypervisor refused %" PRIu64 " batches",
		       m->failed);
}

static void judge_function(struct health *h, const struct pci_function *f)
{
	enum pci_responds responds = pci_function_responds(f);

	if (responds == PCI_SILENT)
		reason(h, STATE_FAILED, "%s does not answer (ff)", f->bdf);
	else if (responds == PCI_BLOCKED)
		reason(h, STATE_WARNING, "%s cannot be asked now: it is being reset, or the "
		       "machine is busy", f->bdf);
}

static void judge(struct health *h, const struct pe *pe)
{
	unsigned int i;

	memset(h, 0, sizeof(*h));
	/* The owner alone does not help: the state needs what the user's windows hold */
	h->module = module_silent() ? NULL : module_find(pe->node);
	judge_module(h);
	if (pe->eeh == EEH_STOPPED || pe->eeh == EEH_REMOVED)
		reason(h, STATE_FAILED, "EEH: %s", eeh_text(pe->eeh));
	else if (pe->eeh == EEH_RECOVERING)
		reason(h, STATE_WARNING, "EEH: recovering");
	for (i = 0; i < pe->functions; i++)
		judge_function(h, &pe->function[i]);
	if (h->state > worst)
		worst = h->state;
}

static const char *last_error(const struct pe *pe)
{
	const char *line = NULL;
	unsigned int i;

	for (i = 0; i < pe->functions && !line; i++)
		line = kmsg_last_error(pe->function[i].bdf);
	return line;
}

static bool pid_json(const struct holder *holder, void *data)
{
	(void)data;
	json_number(NULL, holder->pid);
	return true;
}

static void devices_json(const struct pe *pe)
{
	unsigned int i;

	json_array("devices");
	for (i = 0; i < pe->functions; i++) {
		const struct pci_function *f = &pe->function[i];
		enum pci_responds responds = pci_function_responds(f);

		json_object(NULL);
		json_string("bdf", f->bdf);
		json_string("driver", f->driver[0] ? f->driver : NULL);
		if (responds < PCI_SILENT)
			json_string("responds", NULL);
		else
			json_bool("responds", responds == PCI_ANSWERS);
		json_end();
	}
	json_end();
}

static void module_pe_json(const struct module_pe *m)
{
	if (!m) {
		json_string("quarantined", NULL);
		json_string("mapped_tces", NULL);
		json_string("refused_batches", NULL);
		return;
	}
	json_object("quarantined");
	json_number("tces", m->unknown);
	json_number("windows", m->raw);
	json_end();
	json_number("mapped_tces", m->mapped);
	json_number("refused_batches", m->failed);
}

static void pe_json(struct pe *pe)
{
	struct health h;
	unsigned int i;

	judge(&h, pe);
	json_object(NULL);
	json_string("node", pe->node);
	if (pe->group >= 0)
		json_number("group", pe->group);
	else
		json_string("group", NULL);
	json_string("state", state_text(h.state));
	json_array("reasons");
	for (i = 0; i < h.reasons; i++)
		json_string(NULL, h.reason[i]);
	json_end();
	json_string("owner", pe->owner);
	json_array("holders");
	holder_each(pe, pid_json, NULL);
	json_end();
	module_pe_json(h.module);
	json_string("eeh", eeh_text(pe->eeh));
	json_string("last_error", last_error(pe));
	devices_json(pe);
	json_end();
}

static void pe_text(struct pe *pe)
{
	const char *line = last_error(pe);
	struct health h;
	unsigned int i;

	judge(&h, pe);
	printf("%-8s %s group %d, owner %s\n", state_text(h.state), pe->node, pe->group,
	       pe->owner ? pe->owner : "not known");
	for (i = 0; i < h.reasons; i++)
		printf("         %s\n", h.reason[i]);
	if (line)
		printf("         last error in the log: %s\n", line);
}

static void head_json(void)
{
	char *version = sysroot_read("/sys/module/vfio_pseries/version");

	json_object(NULL);
	json_string("schema", SCHEMA);
	json_string("module", version);
	json_bool("module_answers", !module_silent());
	json_array("pes");
	free(version);
}

static int status_of(unsigned int pes)
{
	if (!pes || worst == STATE_UNKNOWN)
		return EXIT_NOT_KNOWN;
	return worst == STATE_FAILED ? EXIT_FAILED : EXIT_OK;
}

int health(int argc, char **argv)
{
	unsigned int n;

	(void)argv;
	if (argc)
		return command_usage("health takes no arguments");
	module_ask_windows();
	if (json)
		head_json();
	n = pe_each(json ? pe_json : pe_text);
	if (json) {
		json_end();
		json_string("state", state_text(n ? worst : STATE_UNKNOWN));
		json_end();
	} else if (!n) {
		printf("unknown  no PE\n");
	}
	return status_of(n);
}
