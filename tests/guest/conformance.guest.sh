# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh # empty_bridge

for seed in 1 2 3 4; do
	try "calls-$seed" insmod /tce_conformance.ko "node=$(empty_bridge)" "seed=$seed" \
		"steps=$STEPS"
	sed "s/^/# seed-$seed /" /dev/tce_conformance >"$VERDICT"
	rmmod tce_conformance
done
finish
