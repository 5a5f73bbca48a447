// SPDX-License-Identifier: GPL-2.0-only
/*
 * workload.c - a program that uses an accelerator
 *
 * workload BDF TENSORS MAPS FILE [GO]
 *
 * Registers and maps TENSORS tensors, says "ready", and unmaps and maps them again until there
 * were MAPS maps and FILE does not exist, while the card reads into other tensors. Each piece
 * that the card reads is checked. At the end no memory is locked. Messages go to standard output;
 * the status is 3 when the platform has stopped the card's PE after an error.
 *
 * For measurements: it waits until the file GO exists before it unmaps anything, says how long the
 * maps took and how many batches of TCEs there were until then, and waits until GO has gone.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "buffer.h"
#include "card.h"
#include "kstat.h"
#include "tap.h"
#include "tensor.h"

#define STOPPED		3
#define NEWS		1024U	/* maps between two messages on its progress */
#define ANEW		8U	/* of this many unmapped tensors one is also unregistered */
#define LAST_READS	64U	/* into tensors that have swapped bus addresses */
#define BATCH		512U	/* TCEs that one hypercall may write or clear */

static struct card card;
static struct tensors all;
static unsigned int maps, reads;
static unsigned long long batches;
static bool over;

/* Handles a failed read: the platform has stopped the PE, or the test fails. */
static void read_failed(int ret)
{
	if (!card_stopped(&card))
		tap_fail("read %u: %d", reads, ret);
	tap_note("stopped after %u maps and %u reads", maps, reads);
	_exit(STOPPED);
}

static void read_into(const struct tensor *t)
{
	int ret;

	memset(t->memory, 0, CARD_BYTES);
	ret = card_read(&card, reads, t->iova);
	if (ret)
		read_failed(ret);
	if (!card_has_read(reads, t->memory))
		tap_fail("read %u is not in memory", reads);
	reads++;
}

/* The card reads into tensors with even numbers, which keep their bus addresses. */
static void *work(void *unused)
{
	(void)unused;
	while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE))
		read_into(&all.of[random() % (all.n / 2) * 2]);
	return NULL;
}

static void count_batches(uint64_t size)
{
	batches += (size / page_size() + BATCH - 1) / BATCH;
}

static void give_all(void)
{
	for (unsigned int i = 0; i < all.n; i++) {
		tensor_give(&card.v, &all.of[i]);
		count_batches(all.of[i].size);
	}
	tap_note("ready with %u tensors", all.n);
}

static void take_all(void)
{
	for (unsigned int i = 0; i < all.n; i++)
		tensor_take(&card.v, &all.of[i]);
}

static void take_one(const struct tensor *t)
{
	vfio_unmap(&card.v, t->iova, t->size);
	count_batches(t->size);
	if (maps % ANEW)
		return;
	vfio_unregister(&card.v, t->memory, t->size);
	vfio_register(&card.v, t->memory, t->size);
}

static void give_one(const struct tensor *t)
{
	vfio_map(&card.v, t->iova, t->memory, t->size, VFIO_DIR_BOTH);
	count_batches(t->size);
	if (!(++maps % NEWS))
		tap_note("%u maps, %u reads", maps, reads);
}

/* Unmaps two tensors, and maps them with each other's bus address. */
static void exchange(struct tensor *a, struct tensor *b)
{
	uint64_t iova = a->iova;

	take_one(a);
	take_one(b);
	a->iova = b->iova;
	b->iova = iova;
	give_one(a);
	give_one(b);
}

static unsigned int some_odd(void)
{
	return random() % (all.n / 2) * 2 + 1;
}

static void exchange_some(void)
{
	unsigned int i = some_odd();

	exchange(&all.of[i], &all.of[tensor_alike(&all, i)]);
}

static void wait_until(const char *file, bool exists)
{
	while (file && !access(file, F_OK) != exists)
		usleep(1000);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void run(unsigned int wanted, const char *file)
{
	double begin = now();
	pthread_t thread;

	if (pthread_create(&thread, NULL, work, NULL))
		tap_fail("no thread");
	while (maps < wanted || !access(file, F_OK))
		exchange_some();
	tap_note("worked for %.3f s: %u maps, %u reads, %llu batches", now() - begin, maps, reads,
		 batches);
	__atomic_store_n(&over, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	for (unsigned int i = 0; i < LAST_READS; i++)
		read_into(&all.of[some_odd()]);
}

static void expect_nothing_locked(void)
{
	uint64_t locked = kstat_locked(0);

	if (locked)
		tap_fail("%llu KiB are locked in the end", (unsigned long long)locked);
}

int main(int argc, char **argv)
{
	unsigned int n;

	if (argc != 5 && argc != 6) {
		fprintf(stderr, "usage: workload BDF TENSORS MAPS FILE [GO]\n");
		return 2;
	}
	n = atoi(argv[2]);
	card_open(&card, argv[1], tensors_bytes(n));
	tensors_make(&all, n, card.free);
	count_batches(NVME_MEMORY);
	give_all();
	wait_until(argv[5], true);
	run(atoi(argv[3]), argv[4]);
	wait_until(argv[5], false);
	take_all();
	card_close(&card);
	expect_nothing_locked();
	tap_note("done after %u maps and %u reads", maps, reads);
	return 0;
}
