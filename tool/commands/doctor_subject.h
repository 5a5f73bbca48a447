/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * doctor_subject.h - can this process, unit or user open the group and register so much memory?
 */
#ifndef TCECTL_DOCTOR_SUBJECT_H
#define TCECTL_DOCTOR_SUBJECT_H

#include "system/pe.h"
#include "system/subject.h"

/* Checks @s for @size bytes (0 if not given) and for a device of @pe (NULL if not given) */
void doctor_subject(const struct subject *s, const struct pe *pe, uint64_t size);

#endif
