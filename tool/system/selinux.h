/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * selinux.h - the state of SELinux, and the types of contexts and files.
 */
#ifndef TCECTL_SELINUX_H
#define TCECTL_SELINUX_H

#include <stdbool.h>
#include <stddef.h>

/* Does it enforce its policy? */
bool selinux_enforcing(void);

/* A boolean of the policy: 1, 0, or -1 when there is none of that name */
int selinux_boolean(const char *name);

/* The third part of a context; "" when it has none */
void selinux_type(const char *context, char *type, size_t size);

/* A file's type; "" when it has none */
void selinux_type_of(const char *path, char *type, size_t size);

#endif
