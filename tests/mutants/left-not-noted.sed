# SPDX-License-Identifier: GPL-2.0-only
# A window of the host's that there is no room to note is forgotten.
#
# file: driver/pe/pe.c
s/^\t\tpe->littered = true;/\t\tpe->littered = false;/
