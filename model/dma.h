/* SPDX-License-Identifier: GPL-2.0-only */
/* dma.h - the partition's memory. For the model's own files. */
#ifndef MODEL_DMA_H
#define MODEL_DMA_H

/* Makes all memory unwritten. */
void dma_reset(void);

#endif
