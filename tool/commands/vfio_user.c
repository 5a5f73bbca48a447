// SPDX-License-Identifier: GPL-2.0-only
/*
 * vfio_user.c - the conditions for opening a container, each with the command that fulfils it.
 * VFIO's own errors say less.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/vfio_user.h"
#include "message.h"
#include "system/subject.h"
#include "system/sysroot.h"

static volatile sig_atomic_t interrupted;

static bool is_assigned(const struct pci_function *f)
{
	if (pci_function_is_bridge(f))
		error("%s: a bridge cannot be used; name a device behind it", f->bdf);
	else if (f->group < 0)
		error("%s: it is in no IOMMU group; \"modprobe vfio_pseries\" makes one", f->bdf);
	else if (f->driver[0] && !pci_function_is_assigned(f))
		error("%s: the host's driver %s has it; \"tcectl device bind %s\" gives it to "
		      "vfio-pci", f->bdf, f->driver, f->bdf);
	else if (!f->driver[0])
		error("%s: no driver has it; \"tcectl device bind %s\" gives it to vfio-pci",
		      f->bdf, f->bdf);
	else
		return true;
	return false;
}

/* Is each function of the group bound to VFIO, to no driver, or a bridge? */
static bool is_viable(const struct pe *pe, const char *named)
{
	unsigned int i;

	for (i = 0; i < pe->functions; i++) {
		const struct pci_function *f = &pe->function[i];

		if (!f->driver[0] || pci_function_is_assigned(f) || pci_function_is_bridge(f))
			continue;
		error("%s: the host's driver %s has it, and it is in the group of %s; "
		      "\"tcectl device bind %s\" gives all of the group to vfio-pci", f->bdf,
		      f->driver, named, named);
		return false;
	}
	return true;
}

static bool may_open(const char *path)
{
	if (!sysroot_exists("%s", path))
		error("%s is not there; \"tcectl doctor\" says why", path);
	else if (!access(sysroot_path("%s", path), R_OK | W_OK))
		return true;
	else if (errno == EPERM)
		error("%s: a program of this process's control group refuses it: \"podman run "
		      "--device %s\", or DeviceAllow= in the unit", path, path);
	else
		error("%s: this user may not open it; \"chown USER %s\"", path, path);
	return false;
}

/* Root of a container is limited like anybody, and cannot raise the limit from there. */
static bool may_lock(uint64_t bytes)
{
	struct subject self;

	subject_of_self(&self);
	if (!subject_is_limited(&self) || self.locked_max >= bytes)
		return true;
	if (self.own_users)
		error("the limit of locked memory is %s, and this takes %s; \"podman run --ulimit "
		      "memlock=%" PRIu64 ":%" PRIu64 "\", by a user who may lock as much",
		      size_text(self.locked_max), size_text(bytes), bytes, bytes);
	else
		error("the limit of locked memory is %s, and this takes %s; \"ulimit -l "
		      "unlimited\" as root", size_text(self.locked_max), size_text(bytes));
	return false;
}

static bool is_free(const struct pe *pe, const struct pci_function *f)
{
	char group[32];

	snprintf(group, sizeof(group), "/dev/vfio/%d", f->group);
	if (pe_is_users(pe)) {
		error("%s: a program uses this PE now; \"fuser -v %s\" says which", f->bdf, group);
		return false;
	}
	return may_open("/dev/vfio/vfio") && may_open(group);
}

struct pe *vfio_user_find(const char *name, struct pci_function *f, uint64_t locked)
{
	struct pe *pe;

	if (!pci_function_find(f, name) || !is_assigned(f))
		return NULL;
	pe = pe_of(f);
	if (pe && is_viable(pe, f->bdf) && is_free(pe, f) && may_lock(locked))
		return pe;
	free(pe);
	return NULL;
}

bool vfio_user_can_start(const struct pci_function *f)
{
	if (!sysroot_is_live())
		error("%s: a device of a recorded system can be looked at, not used", f->bdf);
	return sysroot_is_live();
}

const char *vfio_user_driver(void)
{
	bool ours = sysroot_exists("/sys/module/vfio_pseries");
	bool theirs = sysroot_exists("/sys/module/vfio_iommu_spapr_tce");

	return ours == theirs ? "unknown" : ours ? "vfio_pseries" : "in-tree";
}

static void note_interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

void vfio_user_hold_interrupts(void)
{
	struct sigaction act = { .sa_handler = note_interrupt, .sa_flags = SA_RESTART };

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGHUP, &act, NULL);
}

bool vfio_user_interrupted(void)
{
	return interrupted;
}
