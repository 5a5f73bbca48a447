# SPDX-License-Identifier: GPL-2.0-only
#
# Debian's 6.12 changed to what RHEL 9.6 has: take and release get the device, as from Linux 6.11 on, but xchg_no_kill
# gets a flag for real mode, as before 5.19. A function may ignore an argument that no caller passes.
/(\*xchg_no_kill)/,/;/ s/\*direction);/*direction, bool realmode);/
