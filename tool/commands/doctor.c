// SPDX-License-Identifier: GPL-2.0-only
/*
 * doctor.c - "doctor": why can't this be assigned? It prints one finding a line; each problem
 * comes with the command that solves it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "command.h"
#include "commands/doctor_subject.h"
#include "commands/vfio_user.h"
#include "finding.h"
#include "json.h"
#include "message.h"
#include "system/debugfs.h"
#include "system/holder.h"
#include "system/pe.h"
#include "system/sysroot.h"

static void check_machine(void)
{
	if (sysroot_number("/sys/devices/system/cpu/svm"))
		finding(FAILURE, "machine", "a secure guest: no device can reach its "
			"memory, and the module declines",
			"start it without svm=on on the kernel's command line: then it is an "
			"ordinary partition");
	else if (dt_is_partition())
		finding(GOOD, "machine", "a logical partition", NULL);
	else
		finding(FAILURE, "machine",
			"not a logical partition: the kernel's own driver serves it",
			"modprobe vfio_iommu_spapr_tce");
}

/* Is the module built for this kernel? The files that depmod made tell. */
static bool module_is_built(const char *release)
{
	char *list = sysroot_read("/lib/modules/%s/modules.dep", release);
	bool built = list && strstr(list, "/vfio_pseries.ko");

	free(list);
	return built;
}

static void check_module(void)
{
	char *release = sysroot_read("/proc/sys/kernel/osrelease");
	char text[128];

	if (sysroot_exists("/sys/module/vfio_pseries")) {
		snprintf(text, sizeof(text), "vfio_pseries is loaded on %s",
			 release ? release : "?");
		finding(GOOD, "module", text, NULL);
	} else if (release && module_is_built(release)) {
		finding(FAILURE, "module", "vfio_pseries is not loaded", "modprobe vfio_pseries");
	} else {
		snprintf(text, sizeof(text), "there is no vfio_pseries for kernel %s",
			 release ? release : "?");
		finding(FAILURE, "module", text,
			"dkms autoinstall, or in its sources: make -C driver && make install");
	}
	free(release);
}

/*
 * Kernels with the code of Linux 6.4 to 6.10, RHEL 9.5's 5.14 included: there the first MAP by a
 * user of the kernel's own driver crashes the machine.
 */
static bool in_tree_is_fatal(const char *release)
{
	unsigned int major, minor;

	if (strstr(release, ".el9_5"))
		return true;
	return sscanf(release, "%u.%u", &major, &minor) == 2 && major == 6 && minor >= 4 &&
	       minor <= 10;
}

/* The kernel's own driver is loaded in place of ours, or will be when VFIO is. */
static void check_fatal(void)
{
	char *release = sysroot_read("/proc/sys/kernel/osrelease");

	if (release && in_tree_is_fatal(release) && !sysroot_exists("/sys/module/vfio_pseries") &&
	    (sysroot_exists("/sys/module/vfio_iommu_spapr_tce") || !module_is_built(release)))
		finding(FAILURE, "in-tree driver",
			"with vfio_iommu_spapr_tce, this kernel's own, any user of a group can "
			"panic the machine",
			"echo install vfio_iommu_spapr_tce /bin/false > "
			"/etc/modprobe.d/no-spapr-tce.conf, until vfio_pseries is there");
	free(release);
}

static void check_in_tree(void)
{
	check_fatal();
	if (!sysroot_exists("/sys/module/vfio_iommu_spapr_tce"))
		return;
	if (sysroot_exists("/sys/module/vfio_pseries"))
		finding(WARNING, "in-tree driver",
			"vfio_iommu_spapr_tce is loaded as well, and asked first if it came last",
			"modprobe -r vfio_iommu_spapr_tce");
	else
		finding(FAILURE, "in-tree driver", "vfio_iommu_spapr_tce is loaded instead",
			"modprobe -r vfio_iommu_spapr_tce && modprobe vfio_pseries");
}

static void check_vfio(void)
{
	if (!sysroot_exists("/sys/bus/pci/drivers/vfio-pci"))
		finding(FAILURE, "vfio-pci", "not loaded", "modprobe vfio-pci");
	else if (!sysroot_exists("/dev/vfio/vfio"))
		finding(FAILURE, "vfio-pci", "/dev/vfio/vfio is not there", "modprobe vfio");
	else
		finding(GOOD, "vfio-pci", "loaded", NULL);
}

/* Useful programs need at least this much locked memory. */
#define LOCKED_USEFUL	(64ULL << 20)

static void check_locked_memory(void)
{
	uint64_t limit = process_locked_max("self");
	char text[128];

	if (limit == UNKNOWN) {
		finding(GOOD, "locked memory", "no limit", NULL);
		return;
	}
	snprintf(text, sizeof(text), "the limit of this user is %s; all memory that a device is to "
		 "reach counts", size_text(limit));
	finding(limit < LOCKED_USEFUL ? WARNING : GOOD, "locked memory", text,
		limit < LOCKED_USEFUL ? "ulimit -l unlimited, for good in "
		"/etc/security/limits.d/vfio.conf: \"USER - memlock unlimited\"" : NULL);
}

/* Adds a size of huge pages that are there to the mask @data */
static bool add_huge(const char *name, void *data)
{
	uint64_t *sizes = data;
	uint64_t kilobytes;

	if (sscanf(name, "hugepages-%" SCNu64 "kB", &kilobytes) == 1 &&
	    sysroot_number("/sys/kernel/mm/hugepages/%s/nr_hugepages", name))
		*sizes |= kilobytes << 10;
	return true;
}

/* Adds a size of huge pages that the kernel can have to the mask @data */
static bool add_possible_huge(const char *name, void *data)
{
	uint64_t kilobytes;

	if (sscanf(name, "hugepages-%" SCNu64 "kB", &kilobytes) == 1)
		*(uint64_t *)data |= kilobytes << 10;
	return true;
}

/* There are huge pages, but none of a size that the PE has as IOMMU pages. */
static void odd_huge_pages(uint64_t sizes, uint64_t pgsizes)
{
	char here[128], remedy[192];
	uint64_t possible = 0;

	sysroot_each(add_possible_huge, &possible, "/sys/kernel/mm/hugepages");
	possible &= pgsizes;
	if (possible)
		snprintf(remedy, sizeof(remedy), "echo 64 >/sys/kernel/mm/hugepages/hugepages-%"
			 PRIu64 "kB/nr_hugepages", (possible & -possible) >> 10);
	else
		snprintf(remedy, sizeof(remedy), "none is needed: a window of smaller pages "
			 "reaches huge pages as well, with more TCEs");
	snprintf(here, sizeof(here), "%s", sizes_text(sizes));
	found(WARNING, "huge pages", remedy, "%s, but this PE has IOMMU pages of %s alone", here,
	      sizes_text(pgsizes));
}

static void check_huge_pages(const struct pe *pe)
{
	uint64_t sizes = 0;

	sysroot_each(add_huge, &sizes, "/sys/kernel/mm/hugepages");
	if (!sizes)
		finding(WARNING, "huge pages", "none; DPDK needs them, and large IOMMU pages do",
			"echo 64 > /proc/sys/vm/nr_hugepages");
	else if (pe && pe->pgsizes && !(sizes & pe->pgsizes))
		odd_huge_pages(sizes, pe->pgsizes);
	else
		found(GOOD, "huge pages", NULL, "there are some of %s", sizes_text(sizes));
}

static void check_debugfs(void)
{
	if (sysroot_exists("/sys/module/vfio_pseries") && !sysroot_exists("%s", DEBUGFS_FOLDER))
		finding(WARNING, "debugfs", "not mounted, or not for this user: owners and "
			"windows cannot be shown",
			"mount -t debugfs debugfs /sys/kernel/debug, and run this as root");
}

static void check_function(const struct pci_function *f)
{
	char text[640], why[512], remedy[64];
	bool used = !pci_function_is_assigned(f) && pci_function_use(f, why, sizeof(why));

	snprintf(remedy, sizeof(remedy), "tcectl device bind %s%s", used ? "--force " : "", f->bdf);
	if (pci_function_is_assigned(f)) {
		snprintf(text, sizeof(text), "bound to %s", f->driver);
		finding(GOOD, f->bdf, text, NULL);
	} else if (pci_function_is_bridge(f)) {
		finding(GOOD, f->bdf, "a bridge: VFIO lets it be", NULL);
	} else {
		snprintf(text, sizeof(text), "%s%s%s%s", f->driver[0] ? "the host's driver has it: "
			 : "no driver has it", f->driver, used ? "; " : "", used ? why : "");
		finding(used || f->driver[0] ? FAILURE : WARNING, f->bdf, text, remedy);
	}
}

/* A group is viable if each of its functions is bound to VFIO, to no driver, or is a bridge. */
static void check_group(const struct pe *pe)
{
	unsigned int i, n = 0;
	bool alone = false;
	char remedy[64] = "";

	for (i = 0; i < pe->functions; i++) {
		const struct pci_function *f = &pe->function[i];

		if (f->driver[0] && !pci_function_is_assigned(f) && !pci_function_is_bridge(f) &&
		    !n++)
			snprintf(remedy, sizeof(remedy), "tcectl device bind %s gives all of it to "
				 "vfio-pci", f->bdf);
		alone |= f->group < 0;
		check_function(f);
	}
	if (alone)
		finding(FAILURE, "group", "a device of the PE is in no IOMMU group",
			"modprobe vfio_pseries");
	else if (n)
		found(FAILURE, "group", remedy,
		      "group %d is not viable: %u of its %u devices %s the host's", pe->group, n,
		      pe->functions, n == 1 ? "is" : "are");
	else
		found(GOOD, "group", NULL, "group %d is viable", pe->group);
}

static void check_access(const struct pe *pe)
{
	char path[32], remedy[64];

	snprintf(path, sizeof(path), "/dev/vfio/%d", pe->group);
	snprintf(remedy, sizeof(remedy), "chown USER %s", path);
	if (!sysroot_exists("%s", path))
		return;
	if (!access(sysroot_path("%s", path), R_OK | W_OK))
		finding(GOOD, path, "this user may open it", NULL);
	else
		finding(FAILURE, path, "this user may not open it", remedy);
}

static void check_owner(const struct pe *pe)
{
	const char *holder = holder_first(pe);

	if (!pe->known)
		return;
	if (pe_is_users(pe))
		found(WARNING, "owner", holder ? "end it" : "end it: fuser -v /dev/vfio/*",
		      "a program uses this PE now%s%s", holder ? ": " : "", holder ? holder : "");
	else
		finding(GOOD, "owner", "the host; free to be taken", NULL);
}

static void check_eeh(const struct pe *pe)
{
	if (pe->eeh == EEH_STOPPED || pe->eeh == EEH_REMOVED)
		found(FAILURE, "EEH", "end the program, tcectl device unbind and bind again; the "
		      "kernel's log has the error", "after an error the PE is %s",
		      eeh_text(pe->eeh));
	else if (pe->eeh == EEH_RECOVERING)
		finding(WARNING, "EEH", eeh_text(pe->eeh), "wait until the kernel has reset it, "
			"some seconds; the kernel's log has the error, and how it ends");
	else if (pe->eeh != EEH_UNKNOWN)
		finding(GOOD, "EEH", eeh_text(pe->eeh), NULL);
}

/* Windows live on in firmware as long as the partition is active, whichever kernel made them. */
static const char *ddw_remedy(const struct pe *pe)
{
	if (!pe->ddw)
		return "allow them for this slot in the partition's profile; in QEMU: ddw=on for "
		       "the host bridge";
	if (!pe->reset)
		return "none is needed where one window beside the default one will do; newer "
		       "firmware has the reset (ibm,ddw-extensions)";
	return "\"tcectl pe list\" shows the windows that there are; what none of these PEs has "
	       "goes when the partition is shut down and activated again";
}

static void check_ddw(const struct pe *pe)
{
	const char *reason = pe_ddw_reason(pe);

	if (reason)
		finding(WARNING, "dynamic windows", reason, ddw_remedy(pe));
	else
		finding(GOOD, "dynamic windows", "firmware offers them", NULL);
}

/**
 * struct patient - what "doctor" is to look at
 * @pid, @unit, @user: who shall use the device: one of these, or none
 * @size_text:         how much memory it will register, as the user wrote it
 * @size:              the same in bytes, 0 if not given
 * @subject:           what is known of that one
 * @pe:                the device's PE, NULL for none
 */
struct patient {
	const char *pid;
	const char *unit;
	const char *user;
	const char *size_text;
	uint64_t size;
	struct subject subject;
	struct pe *pe;
};

static bool has_subject(const struct patient *p)
{
	return p->pid || p->unit || p->user;
}

static void check_device(const struct patient *p)
{
	check_group(p->pe);
	if (!has_subject(p))
		check_access(p->pe);
	check_owner(p->pe);
	check_eeh(p->pe);
	check_ddw(p->pe);
}

static void check_all(const struct patient *p)
{
	check_machine();
	check_module();
	check_in_tree();
	check_vfio();
	if (!has_subject(p))
		check_locked_memory();
	check_huge_pages(p->pe);
	check_debugfs();
	if (p->pe)
		check_device(p);
	if (has_subject(p))
		doctor_subject(&p->subject, p->pe, p->size);
}

static int arguments(struct patient *p, int *argc, char **argv)
{
	const struct arg args[] = {
		{ "--pid", &p->pid, NULL }, { "--unit", &p->unit, NULL },
		{ "--user", &p->user, NULL }, { "--size", &p->size_text, NULL }, { 0 },
	};

	if (!args_parse(args, argc, argv))
		return EXIT_USAGE;
	if (*argc > 1)
		return command_usage("doctor takes one device, or none");
	if (!!p->pid + !!p->unit + !!p->user > 1)
		return command_usage("doctor takes one of --pid, --unit and --user");
	if (p->size_text && !has_subject(p))
		return command_usage("--size is for --pid, --unit or --user");
	if (p->size_text && (!size_parse(p->size_text, &p->size) || !p->size))
		return command_usage("'%s' is no size; 512M and 100G are", p->size_text);
	return EXIT_OK;
}

static bool find_subject(struct patient *p)
{
	if (p->pid)
		return subject_of_pid(&p->subject, p->pid);
	if (p->unit)
		return subject_of_unit(&p->subject, p->unit);
	return !p->user || subject_of_user(&p->subject, p->user);
}

int doctor(int argc, char **argv)
{
	struct patient p = { 0 };
	struct pci_function f;
	int rc = arguments(&p, &argc, argv);

	if (rc)
		return rc;
	if (!find_subject(&p) || (argc && (!pci_function_find(&f, argv[0]) || !(p.pe = pe_of(&f)))))
		return EXIT_FAILED;
	if (json)
		json_array(NULL);
	check_all(&p);
	if (json)
		json_end();
	free(p.pe);
	return finding_failures() ? EXIT_FAILED : EXIT_OK;
}
