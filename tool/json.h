/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * json.h - a writer of JSON: the caller gives values in order, the writer adds commas and quotes.
 *
 * Addresses and other names that are numbers are strings ("0x80000000"), since a reader's
 * numbers may not have 64 bits; counts and sizes are numbers.
 */
#ifndef TCECTL_JSON_H
#define TCECTL_JSON_H

#include <stdbool.h>
#include <stdint.h>

/* True if the output is JSON; with @pretty in lines. Set once, from the options. */
extern bool json;
extern bool json_pretty;

/* @name is NULL in an array and at the top. */
void json_object(const char *name);
void json_array(const char *name);
/* Ends the object or array that was begun last. */
void json_end(void);
/* @value may be NULL: null. */
void json_string(const char *name, const char *value);
void json_number(const char *name, uint64_t value);
void json_seconds(const char *name, double value);
void json_hex(const char *name, uint64_t value);
void json_bool(const char *name, bool value);

#endif
