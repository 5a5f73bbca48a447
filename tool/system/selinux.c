// SPDX-License-Identifier: GPL-2.0-only
/*
 * selinux.c - readers for selinuxfs and for labels. Contexts are USER:ROLE:TYPE:LEVEL.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

#include "system/selinux.h"
#include "system/sysroot.h"

bool selinux_enforcing(void)
{
	return sysroot_number("/sys/fs/selinux/enforce");
}

int selinux_boolean(const char *name)
{
	char *text = sysroot_read("/sys/fs/selinux/booleans/%s", name);
	int value = text ? *text == '1' : -1;

	free(text);
	return value;
}

void selinux_type(const char *context, char *type, size_t size)
{
	const char *at = strchr(context, ':');

	at = at ? strchr(at + 1, ':') : NULL;
	snprintf(type, size, "%.*s", at ? (int)strcspn(at + 1, ":") : 0, at ? at + 1 : "");
}

void selinux_type_of(const char *path, char *type, size_t size)
{
	char context[256];
	ssize_t n = getxattr(sysroot_path("%s", path), "security.selinux", context,
			     sizeof(context) - 1);

	context[n > 0 ? n : 0] = 0;
	selinux_type(context, type, size);
}
