// SPDX-License-Identifier: GPL-2.0-only
/*
 * device.c - "device bind" and "device unbind": a PE's functions between the
 * host's drivers and vfio-pci.
 *
 * VFIO hands out whole groups, so all functions of the PE move, except bridges. To move a
 * function, the program writes the new driver's name to driver_override, unbinds the function,
 * and asks the kernel to probe it. If one function cannot be moved, those already moved get back
 * the driver that they had.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "args.h"
#include "command.h"
#include "commands/persist.h"
#include "json.h"
#include "message.h"
#include "patience.h"
#include "system/debugfs.h"
#include "system/holder.h"
#include "system/module.h"
#include "system/pe.h"
#include "system/sysroot.h"

#define VFIO	"vfio-pci"

/* Loads a module on the running system; below another root it does nothing. */
static void load_module(const char *name)
{
	pid_t child;

	if (!sysroot_is_live())
		return;
	child = fork();
	if (!child) {
		execlp("modprobe", "modprobe", "-q", name, (char *)NULL);
		_exit(127);
	}
	if (child > 0)
		waitpid(child, NULL, 0);
}

static bool write_or_say(const struct pci_function *f, const char *what, const char *text,
			 const char *path)
{
	int rc = sysroot_write(text, "%s", path);

	if (rc)
		error("%s: %s: %s%s", f->bdf, what, strerror(rc),
		      rc == EACCES ? "; this takes root" : "");
	return !rc;
}

/* Sets which driver may bind to the function: "" for any */
static bool set_override(const struct pci_function *f, const char *driver)
{
	char path[128], line[64];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver_override", f->bdf);
	snprintf(line, sizeof(line), "%s\n", driver);
	return write_or_say(f, "driver_override", line, path);
}

static bool unbind(const struct pci_function *f)
{
	char path[128];

	if (!f->driver[0])
		return true;
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver/unbind", f->bdf);
	return write_or_say(f, "unbind", f->bdf, path);
}

/* Asks the kernel for a driver. Errors are ignored: the caller looks at the result. */
static void probe(const struct pci_function *f)
{
	sysroot_write(f->bdf, "/sys/bus/pci/drivers_probe");
}

static const char *driver_now(const struct pci_function *f)
{
	static char driver[32];
	char *link = sysroot_link("/sys/bus/pci/devices/%s/driver", f->bdf);

	snprintf(driver, sizeof(driver), "%s", link ? link : "");
	free(link);
	return driver;
}

static void load_drivers_of(const struct pci_function *f)
{
	char *alias = sysroot_read("/sys/bus/pci/devices/%s/modalias", f->bdf);

	if (alias)
		load_module(alias);
	free(alias);
}

static bool move_to_vfio(const struct pci_function *f)
{
	if (!strcmp(f->driver, VFIO))
		return true;
	if (!set_override(f, VFIO) || !unbind(f))
		return false;
	probe(f);
	if (!strcmp(driver_now(f), VFIO))
		return true;
	error("%s: %s did not take it; the kernel's log says why (\"dmesg\"), and "
	      "\"tcectl doctor %s\" what may be missing", f->bdf, VFIO, f->bdf);
	return false;
}

static bool move_to_host(const struct pci_function *f)
{
	if (!set_override(f, "") || (!strcmp(f->driver, VFIO) && !unbind(f)))
		return false;
	load_drivers_of(f);
	probe(f);
	return true;
}

/* Gives a function back the driver that it had before, or none. */
static void put_back(const struct pci_function *f)
{
	struct pci_function now = *f;

	snprintf(now.driver, sizeof(now.driver), "%s", driver_now(f));
	if (!strcmp(now.driver, f->driver)) {
		if (strcmp(f->driver, VFIO))
			set_override(f, "");
		return;
	}
	unbind(&now);
	set_override(f, strcmp(f->driver, VFIO) ? "" : VFIO);
	if (f->driver[0])
		sysroot_write(f->bdf, "/sys/bus/pci/drivers/%s/bind", f->driver);
}

static void result_text(const struct pe *pe, const char *verb)
{
	unsigned int i;

	printf("%s (group %d):\n", verb, pe->group);
	for (i = 0; i < pe->functions; i++) {
		const struct pci_function *f = &pe->function[i];
		const char *driver = driver_now(f);

		printf("  %s  %s -> %s%s\n", f->bdf, f->driver[0] ? f->driver : "none",
		       driver[0] ? driver : "none",
		       pci_function_is_bridge(f) ? " (a bridge, left alone)" : "");
	}
}

static void result_json(const struct pe *pe)
{
	unsigned int i;

	json_object(NULL);
	json_number("group", pe->group);
	json_array("devices");
	for (i = 0; i < pe->functions; i++) {
		const struct pci_function *f = &pe->function[i];
		const char *driver = driver_now(f);

		json_object(NULL);
		json_string("bdf", f->bdf);
		json_string("before", f->driver[0] ? f->driver : NULL);
		json_string("driver", driver[0] ? driver : NULL);
		json_end();
	}
	json_end();
	json_end();
}

static int move_all(struct pe *pe, bool (*move)(const struct pci_function *f), const char *verb)
{
	unsigned int i;

	for (i = 0; i < pe->functions; i++) {
		if (pci_function_is_bridge(&pe->function[i]) || move(&pe->function[i]))
			continue;
		do {
			if (!pci_function_is_bridge(&pe->function[i]))
				put_back(&pe->function[i]);
		} while (i--);
		error("the group's devices have the drivers that they had before");
		return EXIT_FAILED;
	}
	if (json)
		result_json(pe);
	else
		result_text(pe, verb);
	return EXIT_OK;
}

/* vfio-pci also binds to each free function whose id it was told (new_id, ids=). */
static bool host_has_all(const struct pe *pe)
{
	bool all = true;
	unsigned int i;

	for (i = 0; i < pe->functions; i++) {
		const struct pci_function *f = &pe->function[i];

		if (pci_function_is_bridge(f) || strcmp(driver_now(f), VFIO))
			continue;
		error("%s: " VFIO " took it again, by its id; \"echo %04x %04x "
		      ">/sys/bus/pci/drivers/" VFIO "/remove_id\" ends that, until " VFIO
		      " is loaded with these ids again (modprobe.d, kernel command line)",
		      f->bdf, f->vendor, f->device);
		all = false;
	}
	return all;
}

/* True if nothing of the PE is in use, or if the user says --force. */
static bool may_move(const struct pe *pe, const char *named, bool force)
{
	bool free_to_go = true;
	char why[512];
	unsigned int i;

	for (i = 0; i < pe->functions; i++) {
		const struct pci_function *f = &pe->function[i];

		if (pci_function_is_assigned(f) || !pci_function_use(f, why, sizeof(why)))
			continue;
		if (strcmp(f->bdf, named))
			error("%s: %s; it is in the group of %s", f->bdf, why, named);
		else
			error("%s: %s", f->bdf, why);
		free_to_go = false;
	}
	if (!free_to_go && !force)
		error("nothing was changed; end its use first, or say --force");
	return free_to_go || force;
}

/*
 * Says who uses the PE, or why nobody can tell. The module knows best. Without it, the files that
 * processes have open show most users, but not one that is just ending. So a module that is loaded
 * and says nothing counts as a user.
 *
 * Return: false if nobody uses it.
 */
static bool say_user(const struct pe *pe, const char *bdf)
{
	const char *holder;
	int silent;

	if (pe->owner && !pe_is_users(pe))
		return false;
	holder = holder_first(pe);
	silent = sysroot_exists("/sys/module/vfio_pseries") ? module_silent() : 0;
	if (!pe_is_users(pe) && !holder && !silent)
		return false;
	if (pe_is_users(pe) || holder) {
		error("%s: a program uses this PE%s%s; end it first, or say --force to wait for it",
		      bdf, holder ? ": " : "", holder ? holder : "");
		return true;
	}
	/* Of a wait that was too long, the module's reader has told already. */
	if (silent != ETIMEDOUT)
		debugfs_explain(silent);
	error("%s: whether a program uses this PE is not known; mend that first, or say --force "
	      "to wait for such a program", bdf);
	return true;
}

/* Runs in a child: the kernel holds the lock for this read, too, while it waits for a user. */
static int read_override(int out, void *data)
{
	const struct pci_function *f = data;
	char *override = sysroot_read("/sys/bus/pci/devices/%s/driver_override", f->bdf);

	return override && write(out, override, strlen(override)) < 0 ? errno : 0;
}

/*
 * A function that the kernel removes or unbinds while a user has it open has no driver any more.
 * It is locked until that user closes it: a write to its files would wait as long, and could not
 * be killed. A function that was added meanwhile has no driver either, but was not meant for
 * vfio-pci.
 */
static bool is_leaving(const struct pci_function *f)
{
	char *override = NULL;
	bool leaving;
	size_t size;
	int rc;

	if (f->driver[0])
		return false;
	rc = patient(read_override, (void *)f, &override, &size);
	leaving = rc == ETIMEDOUT || (!rc && !strncmp(override, VFIO, strlen(VFIO)));
	free(override);
	return leaving;
}

/* vfio-pci keeps what it has; another driver of VFIO's would have to give it up. */
static bool none_leaves(const struct pe *pe, bool force)
{
	unsigned int i;

	for (i = 0; i < pe->functions && !force; i++) {
		const struct pci_function *f = &pe->function[i];
		bool moves = pci_function_is_assigned(f) && strcmp(f->driver, VFIO);

		if ((!moves && !is_leaving(f)) || !say_user(pe, f->bdf))
			continue;
		error("%s: %s", f->bdf, moves ? "nothing was changed" :
		      "it is being removed or unbound, and the kernel waits for that program");
		return false;
	}
	return true;
}

/* True if no unbind would wait for a user, who could not be told to hurry. */
static bool may_leave(const struct pe *pe, const char *named, bool force)
{
	bool waits = pe_is_users(pe);
	unsigned int i;

	for (i = 0; i < pe->functions && !waits && !force; i++)
		waits = !strcmp(pe->function[i].driver, VFIO) || is_leaving(&pe->function[i]);
	return force || !waits || !say_user(pe, named);
}

/**
 * struct request - what "bind" and "unbind" were told
 * @name:    the device, or VENDOR:DEVICE
 * @force:   even if something is in use
 * @keep:    bind at all future boots, too (bind)
 * @forget:  do not bind at future boots any more (unbind)
 * @dry_run: only show what would be written
 * @persist: what is kept for future boots
 */
struct request {
	const char *name;
	bool force;
	bool keep;
	bool forget;
	bool dry_run;
	struct persist persist;
};

static struct pe *device_pe(const char *name, struct pci_function *f)
{
	if (!pci_function_find(f, name))
		return NULL;
	if (f->group < 0) {
		error("%s: it is in no IOMMU group; \"modprobe vfio_pseries\" makes one", f->bdf);
		return NULL;
	}
	return pe_of(f);
}

static bool vfio_is_there(void)
{
	if (!sysroot_exists("/sys/module/vfio_pseries"))
		load_module("vfio_pseries");
	if (!sysroot_exists("/sys/bus/pci/drivers/" VFIO))
		load_module(VFIO);
	if (sysroot_exists("/sys/bus/pci/drivers/" VFIO))
		return true;
	error(VFIO " is not loaded; \"modprobe " VFIO "\" loads it");
	return false;
}

static bool may_bind(const struct pe *pe, const struct pci_function *f, bool force)
{
	if (pci_function_is_bridge(f))
		error("%s: a bridge cannot be assigned; name a device behind it", f->bdf);
	else if (vfio_is_there() && none_leaves(pe, force) && may_move(pe, f->bdf, force))
		return true;
	return false;
}

/* Shows what is kept for future boots, and writes it. Return: false when it cannot be written. */
static bool keep(const struct request *r, struct plan *plan)
{
	persist_plan(&r->persist, plan);
	persist_show(plan);
	return r->dry_run || persist_write(plan);
}

/* Names functions that host drivers will have after a boot, when the group is not viable. */
static void warn_of_others(const struct request *r, const struct pe *pe)
{
	uint16_t vendor, device;
	unsigned int i;

	if (!r->persist.selector || !persist_is_kind(r->persist.selector, &vendor, &device))
		return;
	for (i = 0; i < pe->functions; i++) {
		const struct pci_function *f = &pe->function[i];

		if (!pci_function_is_bridge(f) && (f->vendor != vendor || f->device != device))
			error("%s is in the group, too, and no %s: keep %04x:%04x as well", f->bdf,
			      r->persist.selector, f->vendor, f->device);
	}
}

static int bind_pe(const struct request *r, struct pe *pe)
{
	int rc = move_all(pe, move_to_vfio, "given to " VFIO);

	if (!rc)
		persist_apply(&r->persist, pe);
	return rc;
}

static int bind_device(struct request *r)
{
	struct plan plan = { 0 };
	struct pci_function f;
	struct pe *pe = device_pe(r->name, &f);
	int rc = EXIT_FAILED;

	if (!pe)
		return EXIT_FAILED;
	warn_of_others(r, pe);
	r->persist.pe = pe;
	r->persist.selector = f.bdf;
	if (may_bind(pe, &f, r->force) && (!r->keep || keep(r, &plan)))
		rc = r->dry_run ? EXIT_OK : bind_pe(r, pe);
	else
		r->keep = false;
	if (rc && r->keep) {
		persist_take_back(&plan);
		error("what was written is taken back");
	}
	persist_free(&plan);
	free(pe);
	return rc;
}

/**
 * struct kind - all devices of a kind
 * @vendor, @device: which
 * @bdf:             one device of each group that has some, @n of them
 * @group:           these groups
 */
struct kind {
	uint16_t vendor;
	uint16_t device;
	char bdf[PE_FUNCTIONS][PCI_FUNCTION_BDF];
	int group[PE_FUNCTIONS];
	unsigned int n;
};

static bool add_of_kind(const struct pci_function *f, void *data)
{
	struct kind *k = data;
	unsigned int i;

	if (f->vendor != k->vendor || f->device != k->device || k->n == PE_FUNCTIONS)
		return true;
	for (i = 0; i < k->n; i++)
		if (k->group[i] == f->group)
			return true;
	k->group[k->n] = f->group;
	snprintf(k->bdf[k->n++], PCI_FUNCTION_BDF, "%s", f->bdf);
	return true;
}

/* Calls @fn for one device of each group that has devices of the kind. */
static int each_of_kind(struct request *r, int (*fn)(struct request *r))
{
	struct kind k = { 0 };
	unsigned int i;
	int rc = EXIT_OK;

	persist_is_kind(r->name, &k.vendor, &k.device);
	pci_function_each(add_of_kind, &k);
	if (json)
		json_array(NULL);
	for (i = 0; i < k.n; i++) {
		struct request one = *r;

		one.name = k.bdf[i];
		if (fn(&one))
			rc = EXIT_FAILED;
	}
	if (json)
		json_end();
	else if (!k.n)
		printf("there is no %s now\n", r->name);
	return rc;
}

static int bind_of_kind(struct request *r)
{
	r->keep = false;
	return r->dry_run ? EXIT_OK : bind_device(r);
}

static int bind_kind(struct request *r)
{
	struct plan plan;
	int rc = EXIT_FAILED;

	r->persist.selector = r->name;
	if (keep(r, &plan))
		rc = each_of_kind(r, bind_of_kind);
	if (rc)
		error("%s: what was written stays, and is for the next boot", r->name);
	persist_free(&plan);
	return rc;
}

int device_bind(int argc, char **argv)
{
	struct request r = { 0 };
	const struct arg args[] = {
		{ "--force", NULL, &r.force }, { "--persist", NULL, &r.keep },
		{ "--dry-run", NULL, &r.dry_run }, { "--group", &r.persist.group, NULL },
		{ "--mode", &r.persist.mode, NULL },
		{ "--disable-idle-d3", NULL, &r.persist.no_idle_d3 }, { 0 },
	};
	uint16_t vendor, device;

	if (!args_parse(args, &argc, argv))
		return EXIT_USAGE;
	if (argc != 1)
		return command_usage("device bind takes a device");
	if (!r.keep && (r.dry_run || r.persist.group || r.persist.mode || r.persist.no_idle_d3))
		return command_usage("these options are for --persist");
	r.name = argv[0];
	if (!persist_valid(&r.persist))
		return EXIT_FAILED;
	if (!persist_is_kind(r.name, &vendor, &device))
		return bind_device(&r);
	if (!r.keep)
		return command_usage("VENDOR:DEVICE is for --persist; name a device");
	return bind_kind(&r);
}

static int unbind_device(struct request *r)
{
	struct pci_function f;
	struct pe *pe = device_pe(r->name, &f);
	int rc = EXIT_FAILED;

	if (!pe)
		return EXIT_FAILED;
	if (may_leave(pe, f.bdf, r->force))
		rc = move_all(pe, move_to_host, "given back to the host");
	if (!rc && !host_has_all(pe))
		rc = EXIT_FAILED;
	free(pe);
	return rc;
}

/* Removes what is kept for a device. The device itself may be gone. */
static int forget(struct request *r, bool kind)
{
	struct pci_function f;
	bool there = !kind && pci_function_load(&f, r->name);
	int n = persist_forget(there ? f.bdf : r->name);

	if (n < 0)
		return EXIT_FAILED;
	if (!n)
		error("%s: nothing is kept for it", r->name);
	if (kind)
		return each_of_kind(r, unbind_device) || !n ? EXIT_FAILED : EXIT_OK;
	return (there && unbind_device(r)) || !n ? EXIT_FAILED : EXIT_OK;
}

int device_unbind(int argc, char **argv)
{
	struct request r = { 0 };
	const struct arg args[] = {
		{ "--force", NULL, &r.force }, { "--forget", NULL, &r.forget }, { 0 },
	};
	uint16_t vendor, device;
	bool kind;

	if (!args_parse(args, &argc, argv))
		return EXIT_USAGE;
	if (argc != 1)
		return command_usage("device unbind takes a device");
	r.name = argv[0];
	kind = persist_is_kind(r.name, &vendor, &device);
	if (r.forget)
		return forget(&r, kind);
	if (kind)
		return command_usage("VENDOR:DEVICE is for --forget; name a device");
	return unbind_device(&r);
}
