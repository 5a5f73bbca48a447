// SPDX-License-Identifier: GPL-2.0-only
/* fiber.c - coroutines, with the calls that ASan needs. */
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <sanitizer/common_interface_defs.h>
#include "fiber.h"

#define STACK	(256 * 1024)

/**
 * struct fiber - a coroutine
 * @at:     where it continues
 * @bottom: its stack; ASan tells the main fiber's
 * @size:   of the stack, in bytes
 * @fake:   ASan's pointer
 * @fn:     its first function
 */
struct fiber {
	ucontext_t at;
	const void *bottom;
	size_t size;
	void *fake;
	void (*fn)(void);
};

static struct fiber fibers[MOST_FIBERS + 1];
static u32 self = MAIN_FIBER, before;

u32 fiber_self(void)
{
	return self;
}

bool fiber_owns(const volatile void *p)
{
	u32 i;

	for (i = 0; i < MOST_FIBERS; i++)
		if ((unsigned long)p - (unsigned long)fibers[i].bottom < fibers[i].size)
			return true;
	return false;
}

/* Runs on the new stack, after the other fiber has left its own. */
static void arrive(void)
{
	struct fiber *from = &fibers[before];

	__sanitizer_finish_switch_fiber(fibers[self].fake, &from->bottom, &from->size);
}

static void begin(void)
{
	arrive();
	fibers[self].fn();
	abort();
}

void fiber_make(u32 i, void (*fn)(void))
{
	struct fiber *f = &fibers[i];

	if (!f->bottom)
		f->bottom = mmap(NULL, STACK, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	f->size = STACK;
	f->fake = NULL;
	f->fn = fn;
	getcontext(&f->at);
	f->at.uc_stack.ss_sp = (void *)f->bottom;
	f->at.uc_stack.ss_size = STACK;
	makecontext(&f->at, begin, 0);
}

static void leave(u32 to, void **fake)
{
	before = self;
	self = to;
	__sanitizer_start_switch_fiber(fake, fibers[to].bottom, fibers[to].size);
}

void fiber_switch(u32 to)
{
	u32 me = self;

	leave(to, &fibers[me].fake);
	swapcontext(&fibers[me].at, &fibers[to].at);
	arrive();
}

void fiber_end(u32 to)
{
	leave(to, NULL);
	setcontext(&fibers[to].at);
	abort();
}
