/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sysroot.h - the files that the kernel offers, below a root that can be moved.
 *
 * tcectl names everything that it reads or writes as on a running system. With another root than
 * "/" the names mean files of a recorded system, and tcectl neither starts nor changes anything
 * outside of that root.
 */
#ifndef TCECTL_SYSROOT_H
#define TCECTL_SYSROOT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SYSROOT_FORMAT __attribute__((format(printf, 1, 2)))

/* "" for the running system; set once, at the start */
extern const char *sysroot;

/* Is it the running system? */
bool sysroot_is_live(void);

/* All of these take the name as printf() does. */

/* Keeps two names: the name of the call before is still valid. */
const char *sysroot_path(const char *format, ...) SYSROOT_FORMAT;

bool sysroot_exists(const char *format, ...) SYSROOT_FORMAT;

/* A file's content without white space at its end, to be freed; NULL and errno */
char *sysroot_read(const char *format, ...) SYSROOT_FORMAT;

/* A number in a file, decimal or 0x...; 0 when there is none */
uint64_t sysroot_number(const char *format, ...) SYSROOT_FORMAT;

/* The last part of a symbolic link's target, to be freed; NULL if it is no link */
char *sysroot_link(const char *format, ...) SYSROOT_FORMAT;

/* A symbolic link's target as it is; false when it is no link */
bool sysroot_target(char *target, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The name's path with all links followed, to be freed; NULL and errno */
char *sysroot_real(const char *format, ...) SYSROOT_FORMAT;

/**
 * sysroot_bytes() - a file's content as it is
 * @size: its length
 *
 * Return: the bytes, to be freed; NULL and errno.
 */
unsigned char *sysroot_bytes(size_t *size, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The first @size bytes of a file; false if it has fewer */
bool sysroot_start(unsigned char *bytes, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Writes @text to a file that exists. Return: 0 or an errno value. */
int sysroot_write(const char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Makes a file and the folders for it, or replaces an existing file. Return: 0 or an errno value.
 */
int sysroot_create(const char *text, unsigned int mode, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Return: 0 or an errno value. */
int sysroot_remove(const char *format, ...) SYSROOT_FORMAT;

/**
 * sysroot_each() - calls @fn for every name in a folder, in version order
 * @fn:   returns false to stop
 * @data: for @fn
 *
 * Return: false when @fn stopped it; a missing folder has no names.
 */
bool sysroot_each(bool (*fn)(const char *name, void *data), void *data, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
