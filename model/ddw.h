/* SPDX-License-Identifier: GPL-2.0-only */
/* ddw.h - the RTAS calls. For the model's own files. */
#ifndef MODEL_DDW_H
#define MODEL_DDW_H

void ddw_reset_waits(void);

#endif
