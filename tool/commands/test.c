// SPDX-License-Identifier: GPL-2.0-only
/*
 * test.c - "test": the tests of check_*.c on one device, as TAP or JSON, and a report on the
 * machine in lines "key: value".
 *
 * The tests leave nothing behind: each test takes the PE as a user and releases it, and in the
 * end the program compares the PE's windows with those of before.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../../driver/version.h"
#include "../../lib/tap.h"
#include "command.h"
#include "commands/vfio_user.h"
#include "json.h"
#include "message.h"
#include "selftest/check.h"
#include "selftest/facts.h"
#include "system/counters.h"
#include "system/pci_names.h"
#include "system/sysroot.h"

#define CLASS_NVME	0x0108
#define LOCKED		(6ULL << 20)	/* the most that a test locks, with what windows take */

/* What the command line says */
struct options {
	const char *bdf;
	const char *range;
	const char *report;
};

/* --- the PE before and after --- */

static struct pe *before;

static const struct window *window_of(const struct pe *pe, const char *kind)
{
	unsigned int i;

	for (i = 0; i < pe->windows; i++)
		if (!strcmp(pe->window[i].kind, kind))
			return &pe->window[i];
	return NULL;
}

/* Compares all but the LIOBN, which the hypervisor may change */
static bool same_window(const struct window *a, const struct window *b)
{
	return a && b && a->start == b->start && a->size == b->size &&
	       a->page_shift == b->page_shift && a->present == b->present &&
	       a->direct == b->direct;
}

/*
 * The host's own window may be missing: some kernels create it when a host driver binds. Then
 * firmware must have room for it.
 */
static void as_before(void)
{
	struct pci_function f;
	struct pe *now = pci_function_load(&f, check.bdf) ? pe_of(&f) : NULL;
	const struct window *host;

	if (!now)
		tap_fail("the device is gone");
	host = window_of(now, "host");
	tap_check(same_window(window_of(before, "default"), window_of(now, "default")),
		  "the default window is not as it was");
	tap_check(!host || same_window(window_of(before, "host"), host),
		  "the host's window is not as it was");
	tap_check(!window_of(now, "user"), "a user's window is left");
	tap_check(now->known == before->known &&
			  (!now->known || !strcmp(now->owner, before->owner)),
		  "the PE's owner is not as it was");
	if (now->possible != UNKNOWN)
		tap_check(now->possible + now->windows == before->possible + before->windows,
			  "there were %u windows and room for %" PRIu64 ", now %u and %" PRIu64,
			  before->windows, before->possible, now->windows, now->possible);
	free(now);
}

static const struct tap_test last_tests[] = {
	{ .name = "as-before", .run = as_before },
	{ }
};

static const struct tap_test *const suites[] = {
	api_tests, window_tests, dma_tests, last_tests, NULL
};

/* --- results --- */

static unsigned int number;
static unsigned int counts[3];

static unsigned int how_many(void)
{
	unsigned int n = 0;

	for (const struct tap_test *const *s = suites; *s; s++)
		for (const struct tap_test *t = *s; t->name; t++)
			n++;
	return n;
}

static void result_json(const char *name, enum tap_result how, const char *why)
{
	static const char *const words[] = { "ok", "failed", "skipped" };

	json_object(NULL);
	json_string("name", name);
	json_string("result", words[how]);
	json_string("why", *why ? why : NULL);
	json_end();
}

static void result(const struct tap_test *t, enum tap_result how, const char *why)
{
	number++;
	counts[how]++;
	if (json)
		result_json(t->name, how, why);
	else if (how == TAP_SKIPPED)
		printf("ok %u - %s # SKIP %s\n", number, t->name, why);
	else
		printf("%s %u - %s\n", how == TAP_OK ? "ok" : "not ok", number, t->name);
	if (!json && how == TAP_FAILED)
		printf("# %s\n", why);
	/* so that a child does not print these lines again */
	fflush(stdout);
}

static void facts_json(const char *key, const char *value, void *data)
{
	(void)data;
	json_string(key, value);
}

static void begin_output(void)
{
	if (json) {
		json_object(NULL);
		json_string("device", check.bdf);
		json_array("tests");
	} else {
		printf("TAP version 13\n1..%u\n", how_many());
	}
	fflush(stdout);
}

static void end_output(void)
{
	if (json) {
		json_end();
		json_number("passed", counts[TAP_OK]);
		json_number("failed", counts[TAP_FAILED]);
		json_number("skipped", counts[TAP_SKIPPED]);
		json_object("report");
		facts_each(facts_json, NULL);
		json_end();
		json_end();
	} else {
		printf("# %u passed, %u failed, %u skipped\n", counts[TAP_OK], counts[TAP_FAILED],
		       counts[TAP_SKIPPED]);
	}
}

/* Between tests the PE is as it was before: the program can stop here. */
static void between(void)
{
	if (!vfio_user_interrupted())
		return;
	error("interrupted; the PE is as it was");
	exit(EXIT_FAILED);
}

/* --- the machine, as the device tree has it --- */

/* A property of numbers, as one line */
static void cells_fact(const char *key, const char *node)
{
	char text[200] = "not there";
	unsigned char *b;
	size_t size, i, n = 0;

	b = sysroot_bytes(&size, DEVICE_TREE "%s/ibm,%s", node, key);
	for (i = 0; b && i + 4 <= size && n < sizeof(text); i += 4)
		n += snprintf(text + n, sizeof(text) - n, "%s0x%x", n ? " " : "",
			      (unsigned int)b[i] << 24 | b[i + 1] << 16 | b[i + 2] << 8 | b[i + 3]);
	facts_add(key, "%s", text);
	free(b);
}

#define PCIE_CAPABILITIES	0x100
#define PCIE_ATS		0x0f
#define ATS_CONTROL		7	/* its high byte */

/* The offset of address translation services among a function's capabilities; 0: it has none */
static size_t ats_offset(const unsigned char *config, size_t size)
{
	size_t at = PCIE_CAPABILITIES, seen;

	for (seen = 0; seen < size; seen += 4) {
		if (at < PCIE_CAPABILITIES || at + ATS_CONTROL >= size)
			break;
		if ((config[at] | config[at + 1] << 8) == PCIE_ATS)
			return at;
		at = (config[at + 2] >> 4) | config[at + 3] << 4;
	}
	return 0;
}

/* Only root sees more than the first 64 bytes */
static void ats_fact(const char *bdf)
{
	size_t size = 0, at;
	unsigned char *config = sysroot_bytes(&size, "/sys/bus/pci/devices/%s/config", bdf);

	at = config ? ats_offset(config, size) : 0;
	if (size <= PCIE_CAPABILITIES)
		facts_add("ats", size < PCIE_CAPABILITIES ? "not visible" : "no");
	else if (!at)
		facts_add("ats", "no");
	else
		facts_add("ats", config[at + ATS_CONTROL] & 0x80 ? "enabled"
			  : "there, not enabled");
	free(config);
}

/* A property of strings, each ended by a 0, as one line */
static void property_fact(const char *key, const char *path)
{
	char text[1000];
	size_t size, i;
	unsigned char *bytes = sysroot_bytes(&size, DEVICE_TREE "%s", path);

	if (!bytes) {
		facts_add(key, "not there");
		return;
	}
	if (size && !bytes[size - 1])
		size--;
	for (i = 0; i < size && i < sizeof(text) - 1; i++)
		text[i] = bytes[i] < ' ' || bytes[i] >= 0x7f ? ' ' : bytes[i];
	text[i] = 0;
	facts_add(key, "%s", text);
	free(bytes);
}

static void machine_facts(void)
{
	struct utsname name;

	uname(&name);
	facts_add("tcectl", "%s", VFIO_PSERIES_VERSION);
	facts_add("kernel", "%s, pages of %s", name.release, size_text(sysconf(_SC_PAGESIZE)));
	property_fact("machine", "/model");
	property_fact("compatible", "/compatible");
	property_fact("firmware", "/openprom/model");
	property_fact("firmware-version", "/openprom/ibm,fw-vernum_encoded");
	property_fact("hypertas", "/rtas/ibm,hypertas-functions");
	facts_add("user", "%s", geteuid() ? "ordinary" : "root");
}

static void window_fact(const struct window *w)
{
	char key[32];

	snprintf(key, sizeof(key), "%s-window", w->kind);
	facts_add(key, "%s at 0x%" PRIx64 " in pages of %s, LIOBN 0x%x%s%s", size_text(w->size),
		  w->start, size_text(1ULL << w->page_shift), w->liobn,
		  w->direct ? ", direct" : "", w->present ? "" : ", absent");
}

static void pe_facts(const struct pci_function *f, const struct pe *pe)
{
	unsigned int i;

	facts_add("device", "%s %04x:%04x, %s", f->bdf, f->vendor, f->device,
		  pci_name_of_class(f->class));
	facts_add("devices-in-group", "%u", pe->functions);
	facts_add("dynamic-windows", "%s", pe->ddw ? "yes" : "no");
	facts_add("reset", "%s", pe->reset ? "yes" : "no");
	cells_fact("ddw-applicable", pe->node);
	cells_fact("ddw-extensions", pe->node);
	ats_fact(f->bdf);
	for (i = 0; i < pe->windows; i++)
		window_fact(&pe->window[i]);
	if (pe->possible == UNKNOWN)
		facts_add("query", "not visible (for root alone)");
	else
		facts_add("query", "%" PRIu64 " windows, %" PRIu64 " TCEs, pages of %s",
			  pe->possible, pe->max_tces, sizes_text(pe->pgsizes));
}

/* --- the command --- */

static bool parse_range(const char *text)
{
	char *end;

	errno = 0;
	check.first = strtoull(text, &end, 0);
	if (end == text || *end != ':' || strchr(text, '-'))
		return false;
	text = end + 1;
	check.count = strtoull(text, &end, 0);
	return end != text && !*end && check.count && !errno;
}

static bool parse(int argc, char **argv, struct options *o)
{
	int i;

	for (i = 0; i < argc; i++) {
		const char **value = !strcmp(argv[i], "--write") ? &o->range
				   : !strcmp(argv[i], "--report") ? &o->report : NULL;

		if (value && !*value && i + 1 < argc)
			*value = argv[++i];
		else if (value || *argv[i] == '-' || o->bdf)
			return false;
		else
			o->bdf = argv[i];
	}
	return o->bdf;
}

static bool set_check(const struct pci_function *f, const struct pe *pe)
{
	const struct window *w = window_of(pe, "default");

	if (!w || !w->size) {
		error("%s: the device tree does not describe its default window", f->bdf);
		return false;
	}
	snprintf(check.bdf, sizeof(check.bdf), "%s", f->bdf);
	snprintf(check.node, sizeof(check.node), "%s", pe->node);
	check.default_start = w->start;
	check.default_size = w->size;
	check.ddw = pe->ddw;
	check.reset = pe->reset;
	check.nvme = f->class == CLASS_NVME;
	return true;
}

/* Calls that the kernel's own driver refuses cause warnings and crashes: docs/upstream.md. */
static bool is_safe(void)
{
	if (!sysroot_exists("/sys/module/vfio_pseries"))
		error("vfio_pseries is not loaded; \"modprobe vfio_pseries\" loads it");
	else if (sysroot_exists("/sys/module/vfio_iommu_spapr_tce"))
		error("the kernel's own driver is loaded as well, and calls of this test bring out "
		      "faults of it; \"modprobe -r vfio_iommu_spapr_tce\" takes it away");
	else
		return true;
	return false;
}

static void facts_line(const char *key, const char *value, void *data)
{
	fprintf(data, "%s: %s\n", key, value);
}

static bool write_report(FILE *report, const char *name)
{
	facts_each(facts_line, report);
	fprintf(report, "tests: %u passed, %u failed, %u skipped\n", counts[TAP_OK],
		counts[TAP_FAILED], counts[TAP_SKIPPED]);
	if (!fflush(report) && !ferror(report))
		return true;
	error("%s: it could not be written", name);
	return false;
}

static int run(const struct pci_function *f, struct pe *pe, const struct options *o, FILE *report)
{
	static const struct tap_hooks hooks = { .before = between, .result = result };
	static char *const all[] = { NULL };
	int rc = EXIT_OK;

	facts_init();
	machine_facts();
	pe_facts(f, pe);
	before = pe;
	vfio_user_hold_interrupts();
	begin_output();
	if (tap_run(suites, &hooks, all))
		rc = EXIT_FAILED;
	end_output();
	if (report && !write_report(report, o->report))
		rc = EXIT_FAILED;
	return rc;
}

/* Opens the report's file first, so that an error there ends the program before the tests. */
static int run_and_report(const struct pci_function *f, struct pe *pe, const struct options *o)
{
	FILE *report = o->report ? fopen(o->report, "we") : NULL;
	int rc;

	if (o->report && !report) {
		error("%s: %s", o->report, strerror(errno));
		return EXIT_FAILED;
	}
	rc = run(f, pe, o, report);
	if (report)
		fclose(report);
	return rc;
}

int self_test(int argc, char **argv)
{
	struct options o = { 0 };
	struct pci_function f;
	struct pe *pe;
	int rc = EXIT_FAILED;

	if (!parse(argc, argv, &o))
		return command_usage("test takes a device, --write FIRST:COUNT and --report FILE");
	if (o.range && !parse_range(o.range))
		return command_usage("--write takes the first block and how many: FIRST:COUNT");
	pe = vfio_user_find(o.bdf, &f, LOCKED);
	if (pe && set_check(&f, pe) && is_safe() && vfio_user_can_start(&f))
		rc = run_and_report(&f, pe, &o);
	free(pe);
	return rc;
}
