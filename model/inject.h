/* SPDX-License-Identifier: GPL-2.0-only */
/* inject.h - what becomes of a call that is to fail. For the model's own files. */
#ifndef MODEL_INJECT_H
#define MODEL_INJECT_H

#include "model.h"

/**
 * struct verdict - what the armed faults make of a call
 * @refuse: return @code, having done the work as far as @when says
 */
struct verdict {
	bool refuse;
	enum model_when when;
	long code;
};

void inject_reset(void);
struct verdict inject_verdict(enum model_call call);

#endif
