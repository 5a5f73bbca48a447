# SPDX-License-Identifier: GPL-2.0-only
#
# What a person types; "make" alone lists it. The work is in rig/, demo/ and tests/.

KERNEL ?= 6.1
SECONDS ?= 60

# A kernel tree of the tester's own, in place of KERNEL=
export TREE
ON = $(if $(TREE),tree,$(KERNEL))

# KERNEL= is ours, not a variable for the builds below
MAKEOVERRIDES =

help:
	@echo "make demo [KERNEL=6.1|6.12-4k|6.12-64k]  a device in user space on an emulated LPAR (6.1)"
	@echo "make test            all tests: static checks, unit tests, fuzzing, guests on all kernels"
	@echo "make test TREE=/path/to/linux  the module and the guests on a built kernel tree; also demo, nested, bench, faults"
	@echo "make test-long       these and the guests that take long: what a release needs"
	@echo "make test-kernels    guests on trixie's, sid's and experimental's kernels, built in trees of these suites"
	@echo "make test-debug [SERIES=6.12|6.1|7.2|6.12-races]  guests on kernels that check memory and locks, built from Debian's sources (an hour each)"
	@echo "make coverage-guest  lines of the driver that no guest of make test-debug has run"
	@echo "make faults [KERNEL=6.12-64k] [FAULT=B4]  the known faults on the kernel's own driver: docs/upstream.md"
	@echo "make unit            the unit tests alone"
	@echo "make fuzz [SECONDS=n] the module against a naive reference (60)"
	@echo "make interleave      threads in each other's way: every order of what they do, an hour or more"
	@echo "make scale           time and memory for many PEs, windows and mappings, in the model"
	@echo "make mutants         plant faults one at a time: which test catches each?"
	@echo "make coverage        lines of the driver that the unit tests run"
	@echo "make lint            the static checks alone"
	@echo "make bench [KERNEL=6.1|6.12-4k|6.12-64k] [RUNS=n]  time and hypercalls beside the in-tree driver (6.12-64k); ranges of n boots (1)"
	@echo "make bench-chart     the chart of what make bench measured last of 6.12-64k, into docs/bench.svg"
	@echo "make bench-icount    instructions for a TCE on the three kernels, beside those that are noted in bench/instructions"
	@echo "make bench-nested [KERNEL=...]  a guest in the guest and its disk, beside the in-tree driver (6.12-64k)"
	@echo "make tool            tcectl for partitions, in build/tool/ppc64el/"
	@echo "make nested [KERNEL=6.1|6.12-4k|6.12-64k]  a KVM guest in the guest, with the disk (6.12-64k)"
	@echo "make test-clients [KERNEL=...]  programs that others wrote, from Debian's archive (6.12-64k)"
	@echo "make modules         vfio_pseries.ko for all kernels, in build/NAME/"
	@echo "make deb             the Debian packages, in build/"
	@echo "make rpm             the RPMs for RHEL, SLES and Fedora, and their source, in build/"
	@echo "make test-package    installs them on a Debian 12 in an emulated LPAR, uses, upgrades, purges them (half an hour)"
	@echo "make install [DESTDIR=] [KDIR=]  the module for the running kernel, its modprobe rule and initramfs hook"
	@echo "make uninstall       take them away again"
	@echo "make kernels         fetch and unpack the kernels, into build/"
	@echo "make update-kernels  the same, taking the archive's newest"
	@echo "make setup           install the host packages that are missing"
	@echo "make clean           remove what was built; downloads stay"
	@echo "make distclean       remove build/ altogether"

setup:
	@rig/setup

kernels: setup
	@rig/kernels

update-kernels: setup
	@rig/kernels --update

modules: kernels
	@rig/modules

deb:
	@rig/setup package/host-packages
	@rig/tools libpci-dev
	@package/deb

rpm:
	@rig/setup package/host-packages
	@rig/tools libpci-dev
	@package/rpm

test-package:
	@rig/setup package/host-packages
	@rig/tools libpci-dev
	@rig/kernels 6.1
	@tests/package/system/run

install uninstall:
	@package/install $@

tool: setup
	@rig/tools libpci-dev
	@$(MAKE) --no-print-directory -s -C tool

demo:
	@rig/setup --only demo/host-packages
	@rig/kernels $(ON)
	@rig/modules $(ON)
	@demo/run $(ON)

nested: KERNEL = 6.12-64k
nested: setup
	@rig/kernels $(ON)
	@rig/tools
	@rig/modules $(ON)
	@KERNELS=$(ON) SCENARIOS=nested tests/run guest

bench: KERNEL = 6.12-64k
bench:
	@rig/setup bench/host-packages
	@rig/kernels $(ON)
	@rig/modules $(ON)
	@bench/run $(ON)

bench-chart: KERNEL = 6.12-64k
bench-chart:
	@rig/setup bench/host-packages
	@bench/chart build/$(KERNEL)/bench.json docs/bench.svg

bench-icount: kernels
	@rig/tools
	@rig/modules
	@SCENARIOS="icount icount-kvm" tests/run guest

bench-nested: KERNEL = 6.12-64k
bench-nested: setup
	@rig/kernels $(ON)
	@rig/tools
	@rig/modules $(ON)
	@bench/nested $(ON)

test: setup
	@rig/setup package/host-packages
	@tests/run

test-kernels: setup
	@rig/tools
	@MORE=1 tests/run kernels guest

test-long: setup
	@rig/setup package/host-packages
	@LONG=1 tests/run

test-debug:
	@rig/setup rig/host-packages rig/debug/host-packages
	@rig/kernels 6.12-64k
	@tests/debug/run $(SERIES)

coverage-guest:
	@tests/debug/coverage $(SERIES)

test-clients: KERNEL = 6.12-64k
test-clients: setup
	@rig/kernels $(ON)
	@rig/modules $(ON)
	@KERNELS=$(ON) JOBS=$(or $(JOBS),1) tests/run clients

faults: KERNEL = 6.12-64k
faults: setup
	@rig/kernels $(ON)
	@rig/modules $(ON)
	@KERNEL=$(ON) tests/upstream/run $(FAULT)

unit: setup
	@tests/run unit

fuzz: setup
	@tests/fuzz/run $(SECONDS)

interleave: setup
	@tests/interleave/run --all

scale: setup
	@$(MAKE) --no-print-directory -C tests/scale run

mutants: kernels
	@rig/tools
	@tests/mutants/run

coverage: setup
	@tests/unit/coverage

lint: kernels
	@tests/run static

clean:
	find build -mindepth 1 -maxdepth 1 ! -name cache -exec rm -rf {} + 2>/dev/null || true

distclean:
	rm -rf build

.PHONY: help tool setup kernels update-kernels modules deb rpm test-package install uninstall demo nested bench bench-chart bench-icount bench-nested test test-long test-kernels test-debug test-clients coverage-guest faults unit fuzz interleave scale mutants coverage lint clean distclean
