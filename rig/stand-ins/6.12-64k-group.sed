# SPDX-License-Identifier: GPL-2.0-only
#
# Debian's 6.12 changed to what RHEL 9.5 has: take and release get only the table group, as in Linux 6.4 to 6.10, and
# xchg_no_kill gets a flag for real mode, as before 5.19. The kernel needs no change for this: a function may read one
# argument less than its caller passes, and may ignore an argument that no caller passes.
/(\*take_ownership)/ s/, struct device \*dev//
/(\*release_ownership)/ s/, struct device \*dev//
/(\*xchg_no_kill)/,/;/ s/\*direction);/*direction, bool realmode);/
