/* SPDX-License-Identifier: GPL-2.0-only */
/* inject.h - the effect of armed faults on a call. For the model's own files. */
#ifndef MODEL_INJECT_H
#define MODEL_INJECT_H

#include "model.h"

/**
 * struct verdict - the effect of armed faults on a call
 * @refuse: return @code, after the part of the work that @when says
 */
struct verdict {
	bool refuse;
	enum model_when when;
	long code;
};

void inject_reset(void);
struct verdict inject_verdict(enum model_call call);

#endif
