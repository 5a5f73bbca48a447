// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_eeh.c - eeh.h: which PEs an operation reaches, the result of their answers, and what
 * happens meanwhile. This file has a kernel EEH of its own, below.
 */
#include <string.h>
#include <linux/errno.h>
#include <linux/vfio.h>
#include "vfio/eeh.h"
#include "world.h"

/**
 * struct eeh_pe - a PE in the kernel's EEH
 * @pe:     the PE
 * @known:  EEH knows it
 * @answer: what it says to the next operation
 * @held:   how often it is held
 * @last:   the last operation
 * @done:   number of operations
 */
struct eeh_pe {
	struct pe *pe;
	bool known;
	int answer;
	u32 held;
	struct vfio_eeh_pe_op last;
	u32 done;
};

static struct eeh_pe eeh[2];
static void (*meanwhile)(void);

struct eeh_pe *eeh_hold(struct pe *pe)
{
	struct eeh_pe *e = pe == eeh[1].pe ? &eeh[1] : &eeh[0];

	assert_ptr_equal(e->pe, pe);
	assert_int_not_equal(shim_mutexes(), 0);
	e->held += e->known;
	return e->known ? e : NULL;
}

void eeh_drop(struct eeh_pe *e)
{
	assert_int_not_equal(e->held, 0);
	e->held--;
}

int eeh_operate(struct eeh_pe *e, const struct vfio_eeh_pe_op *op)
{
	assert_int_equal(shim_mutexes(), 0);
	assert_int_equal(e->held, 1);
	e->last = *op;
	e->done++;
	if (meanwhile)
		meanwhile();
	return e->answer;
}

static long operate(u32 op)
{
	struct vfio_eeh_pe_op arg = { .argsz = sizeof(arg), .op = op };
	long rc = eeh_ioctl(&world.ioas, (unsigned long)&arg);

	assert_int_equal(eeh[0].held + eeh[1].held, 0);
	return rc;
}

/* Two PEs in a container, both known to EEH, which answers 0 */
static int setup(void **state)
{
	struct endpoint *e;

	world_setup(state);
	meanwhile = NULL;
	world_begin();
	e = world_add(DFLT_START, DFLT_SIZE, HIGH);
	assert_int_equal(pe_take(&e->pe), 0);
	assert_int_equal(ioas_attach(&world.ioas, &e->pe), 0);
	eeh[0] = (struct eeh_pe){ .pe = &world.one.pe, .known = true };
	eeh[1] = (struct eeh_pe){ .pe = &e->pe, .known = true };
	return 0;
}

static void all_pes_are_reached(void **state)
{
	u32 op;

	for (op = VFIO_EEH_PE_DISABLE; op <= VFIO_EEH_PE_INJECT_ERR; op++) {
		assert_int_equal(operate(op), 0);
		assert_int_equal(eeh[0].last.op, op);
		assert_int_equal(eeh[1].last.op, op);
	}
	assert_int_equal(eeh[0].done, op);
	assert_int_equal(eeh[1].done, op);
	world_end();
}

/* Sets the answers of both PEs; the caller must get @want */
static void answers(int first, int second, long want)
{
	u32 done = eeh[1].done;

	eeh[0].answer = first;
	eeh[1].answer = second;
	assert_int_equal(operate(VFIO_EEH_PE_GET_STATE), want);
	assert_int_equal(eeh[1].done, done + 1);
}

static void the_first_that_is_not_normal_is_told(void **state)
{
	answers(VFIO_EEH_PE_STATE_NORMAL, VFIO_EEH_PE_STATE_NORMAL, VFIO_EEH_PE_STATE_NORMAL);
	answers(VFIO_EEH_PE_STATE_NORMAL, VFIO_EEH_PE_STATE_STOPPED, VFIO_EEH_PE_STATE_STOPPED);
	answers(VFIO_EEH_PE_STATE_RESET, VFIO_EEH_PE_STATE_NORMAL, VFIO_EEH_PE_STATE_RESET);
	answers(VFIO_EEH_PE_STATE_RESET, VFIO_EEH_PE_STATE_STOPPED, VFIO_EEH_PE_STATE_RESET);
	world_end();
}

static void an_error_is_told_before_a_state(void **state)
{
	answers(-EIO, VFIO_EEH_PE_STATE_NORMAL, -EIO);
	answers(VFIO_EEH_PE_STATE_STOPPED, -EIO, -EIO);
	answers(-EIO, VFIO_EEH_PE_STATE_STOPPED, -EIO);
	answers(-ENOENT, -EIO, -ENOENT);
	world_end();
}

static void without_eeh_nothing_is_done(void **state)
{
	eeh[1].known = false;
	assert_int_equal(operate(VFIO_EEH_PE_RESET_HOT), -ENODEV);
	assert_int_equal(eeh[0].done + eeh[1].done, 0);
	world_end();
}

static void without_a_pe_nothing_is_done(void **state)
{
	ioas_detach(&world.ioas, eeh[1].pe);
	ioas_detach(&world.ioas, eeh[0].pe);
	assert_int_equal(operate(VFIO_EEH_PE_RESET_HOT), 0);
	assert_int_equal(eeh[0].done + eeh[1].done, 0);
	world_end();
}

static void map_one(void)
{
	assert_int_equal(ioas_map(&world.ioas, 0, UA, 64 * KiB, RW), 0);
	assert_int_equal(ioas_unmap(&world.ioas, 0, 64 * KiB), 0);
}

static void others_go_on_during_a_reset(void **state)
{
	meanwhile = map_one;
	assert_int_equal(operate(VFIO_EEH_PE_RESET_HOT), 0);
	assert_int_equal(eeh[1].done, 1);
	world_end();
}

static void end(void)
{
	meanwhile = NULL;
	ioas_kill(&world.ioas);
}

/* The reset still works on the PEs that were held at its beginning, and then drops them. */
static void the_space_ends_during_a_reset(void **state)
{
	meanwhile = end;
	assert_int_equal(operate(VFIO_EEH_PE_RESET_HOT), 0);
	assert_int_equal(eeh[0].done + eeh[1].done, 2);
	assert_int_equal(operate(VFIO_EEH_PE_GET_STATE), -ENODEV);
	assert_int_equal(eeh[0].done + eeh[1].done, 2);
	world_give_back();
	world_check_end();
}

static void an_error_is_injected_where_it_is_told(void **state)
{
	struct vfio_eeh_pe_op arg = { .argsz = sizeof(arg), .op = VFIO_EEH_PE_INJECT_ERR };

	arg.err.type = 1;
	arg.err.func = 2;
	arg.err.addr = 0x1234;
	arg.err.mask = ~0xfffULL;
	assert_int_equal(eeh_ioctl(&world.ioas, (unsigned long)&arg), 0);
	assert_memory_equal(&eeh[0].last, &arg, sizeof(arg));
	assert_memory_equal(&eeh[1].last, &arg, sizeof(arg));
	world_end();
}

static void arguments_are_checked(void **state)
{
	struct vfio_eeh_pe_op arg = { .argsz = sizeof(arg), .op = VFIO_EEH_PE_INJECT_ERR };

	assert_int_equal(eeh_ioctl(&world.ioas, 0), -EFAULT);
	shim_fail_copy(2);
	assert_int_equal(eeh_ioctl(&world.ioas, (unsigned long)&arg), -EFAULT);
	arg.argsz = offsetof(struct vfio_eeh_pe_op, err.mask);
	assert_int_equal(eeh_ioctl(&world.ioas, (unsigned long)&arg), -EINVAL);
	arg.op = VFIO_EEH_PE_ENABLE;
	assert_int_equal(eeh_ioctl(&world.ioas, (unsigned long)&arg), 0);
	arg.argsz = offsetof(struct vfio_eeh_pe_op, op);
	assert_int_equal(eeh_ioctl(&world.ioas, (unsigned long)&arg), -EINVAL);
	arg.argsz = sizeof(arg);
	arg.flags = 1;
	assert_int_equal(eeh_ioctl(&world.ioas, (unsigned long)&arg), -EINVAL);
	assert_int_equal(eeh[0].done + eeh[1].done, 2);
	world_end();
}

#define EEH_TEST(name)	cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EEH_TEST(all_pes_are_reached),
		EEH_TEST(the_first_that_is_not_normal_is_told),
		EEH_TEST(an_error_is_told_before_a_state),
		EEH_TEST(without_eeh_nothing_is_done),
		EEH_TEST(without_a_pe_nothing_is_done),
		EEH_TEST(others_go_on_during_a_reset),
		EEH_TEST(the_space_ends_during_a_reset),
		EEH_TEST(an_error_is_injected_where_it_is_told),
		EEH_TEST(arguments_are_checked),
	};

	return cmocka_run_group_tests_name("eeh", tests, NULL, NULL);
}
