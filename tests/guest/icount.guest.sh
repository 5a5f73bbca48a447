# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034 # label is measure's
. /lib.sh
. /common.sh

echo 192 >/proc/sys/vm/nr_hugepages
export BENCH_HUGE=1
label=0
must load-ours load_driver
must hand-over bind "$EDU" vfio-pci
rounds 3 vfio_pseries
finish
