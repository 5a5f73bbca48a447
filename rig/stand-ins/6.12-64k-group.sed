# SPDX-License-Identifier: GPL-2.0-only
#
# Debian's 6.12 as RHEL 9.5 would have it: take and release only get the table group, as in Linux 6.4 to 6.10,
# and xchg_no_kill gets a flag for real mode, as before 5.19. A function that reads one argument less than it
# is called with works in the kernel as it is; so does one that ignores an argument that nobody passes.
/(\*take_ownership)/ s/, struct device \*dev//
/(\*release_ownership)/ s/, struct device \*dev//
/(\*xchg_no_kill)/,/;/ s/\*direction);/*direction, bool realmode);/
