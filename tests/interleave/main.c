// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - a program that tries every schedule of scenarios, and prints how to repeat a wrong
 * one.
 *
 *   explore [--bound N] [--fault-bound N] [--all-of-two] [SCENARIO...]
 *   explore --replay SCENARIO[+before@NTH|+after@NTH|+preemptible] SCHEDULE
 *   explore --list
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sanitizer/common_interface_defs.h>
#include <linux/kernel.h>
#include "kernel.h"
#include "law.h"
#include "rcu.h"
#include "scenario.h"
#include "schedule.h"
#include "search.h"
#include "world.h"

/**
 * struct variant - a scenario, and the call that fails in it
 * @s:    the scenario
 * @nth:  the call, 0 for none
 * @when: before or after it has done its work
 * @preemptible: the kernel preempts itself
 */
struct variant {
	const struct scenario *s;
	u64 nth;
	enum model_when when;
	bool preemptible;
};

/* Statistics: number of runs, of states, and the start time. */
static struct {
	u64 schedules;
	u64 states;
	double since;
} tried;

static struct variant now;

/* Any number of preemptions in scenarios with two threads. */
#define ANY	MOST_STEPS
static bool all_of_two;
static u32 usual_bound = 3;

static void name_of(const struct variant *v, char *to, size_t room)
{
	if (v->nth)
		snprintf(to, room, "%s+%s@%llu", v->s->name,
			 v->when == MODEL_AFTER ? "after" : "before", (unsigned long long)v->nth);
	else
		snprintf(to, room, "%s%s", v->s->name, v->preemptible ? "+preemptible" : "");
}

/* Prints how to repeat the schedule in which the program found something. */
static void tell(void)
{
	static bool told;
	char schedule[4096], name[128];

	if (told)
		return;
	told = true;
	name_of(&now, name, sizeof(name));
	schedule_print(schedule, sizeof(schedule));
	printf("\nnot ok interleave/%s - after %llu schedules: --replay %s %s\n", now.s->name,
	       (unsigned long long)tried.schedules, name, schedule);
	fflush(stdout);
}

static void aborted(int sig)
{
	tell();
	_exit(1);
}

static u32 count_threads(const struct scenario *s)
{
	u32 n = 0;

	while (s->thread[n])
		n++;
	return n;
}

static void check_end(void)
{
	model_fail(NULL);
	model_forgive(RULE_REMOVE_INVALID);
	model_forgive(RULE_RESET_INVALID);
	if (!now.nth) {
		world_end();
		assert_int_equal(world.back ? world.valid_at_back : 0, 0);
	} else {
		world_give_back();
	}
	if (world.isolated)
		return;
	world_check_end();
	law_check_dirty();
}

/* Return: true when the run made the call that shall fail. */
static bool run(void)
{
	bool met;

	scenario_faulty = now.nth;
	rcu_preemptible = now.preemptible;
	law_begin(false);
	kernel_load();
	now.s->prepare();
	law_begin(now.nth);
	if (now.nth)
		model_fail(&(struct model_fault){ .nth = now.nth, .when = now.when });
	schedule_run(count_threads(now.s), now.s->thread);
	met = model_failed();
	model_fail(NULL);
	if (now.nth)
		model_forgive(RULE_REMOVE_INVALID);
	world_check();
	if (now.s->after)
		now.s->after();
	scenario_end();
	check_end();
	tried.schedules++;
	return met;
}

/*
 * Tries every schedule of one variant, with @bound preemptions or ANY number. A thread that starts
 * others polls until they are done, as often as a schedule lets it, so there is no end to ANY then.
 */
static bool explore(const struct variant *v, u32 bound)
{
	bool met = false;

	now = *v;
	search_begin(bound);
	do {
		met |= run();
		if (bound == ANY && schedule_threads() > 2)
			return explore(v, usual_bound);
	} while (search_next());
	tried.states += search_states();
	return met;
}

static void explore_faults(const struct scenario *s, u32 bound)
{
	struct variant v = { .s = s, .nth = 1 };
	bool met = true;

	for (; met; v.nth++)
		for (v.when = MODEL_BEFORE, met = false; v.when <= MODEL_AFTER; v.when++)
			met |= explore(&v, bound);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void begin_part(void)
{
	memset(&tried, 0, sizeof(tried));
	tried.since = seconds();
}

static void report(const char *what, u32 bound)
{
	char most[40] = "all";

	if (search_was_bounded())
		snprintf(most, sizeof(most), "up to %u preemptions", bound);
	printf("# %-18s %s%s: %llu schedules, %llu states, %.1f s\n", now.s->name, what, most,
	       (unsigned long long)tried.schedules, (unsigned long long)tried.states,
	       seconds() - tried.since);
	begin_part();
}

static void explore_all_of(const struct scenario *s, int fault_bound)
{
	u32 most = all_of_two && count_threads(s) == 2 ? ANY : usual_bound;

	begin_part();
	explore(&(struct variant){ .s = s }, most);
	report("", usual_bound);
	if (!strncmp(s->name, "kvm_", 4)) {
		explore(&(struct variant){ .s = s, .preemptible = true }, most);
		report("kernel preempts: ", usual_bound);
	}
	/* One preemption less with more than two threads. */
	if (fault_bound > 0 && count_threads(s) > 2)
		fault_bound--;
	if (fault_bound >= 0) {
		explore_faults(s, fault_bound);
		report("a call fails: ", fault_bound);
	}
	printf("ok interleave/%s\n", s->name);
}

static const struct scenario *find(const char *name, size_t length)
{
	const struct scenario *s = scenarios;

	while (s->name && (strncmp(s->name, name, length) || s->name[length]))
		s++;
	if (s->name)
		return s;
	fprintf(stderr, "there is no scenario '%.*s'\n", (int)length, name);
	exit(2);
}

static int replay(const char *name, const char *schedule)
{
	const char *plus = strchr(name, '+');

	now.s = find(name, plus ? (size_t)(plus - name) : strlen(name));
	now.preemptible = plus && !strcmp(plus, "+preemptible");
	if (plus && !now.preemptible) {
		now.when = strncmp(plus + 1, "after", 5) ? MODEL_BEFORE : MODEL_AFTER;
		now.nth = strtoull(strchr(plus, '@') ? strchr(plus, '@') + 1 : "1", NULL, 10);
	}
	if (!search_only(schedule)) {
		fprintf(stderr, "this is no schedule: %s\n", schedule);
		return 2;
	}
	schedule_traced = true;
	run();
	printf("ok interleave/%s\n", now.s->name);
	return 0;
}

static int usage(void)
{
	fprintf(stderr, "explore [--bound N] [--fault-bound N] [--all-of-two] "
		"[SCENARIO...]\n"
		"explore --replay SCENARIO[+before@NTH|+after@NTH|+preemptible] SCHEDULE\n"
		"explore --list\n");
	return 2;
}

static int list(void)
{
	const struct scenario *s;

	for (s = scenarios; s->name; s++)
		puts(s->name);
	return 0;
}

static void begin(void)
{
	/* The walker uses cmocka's assertions, which must crash here. */
	setenv("CMOCKA_TEST_ABORT", "1", 1);
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGABRT, aborted);
	__sanitizer_set_death_callback(tell);
}

int main(int argc, char **argv)
{
	int fault_bound = -1;
	const struct scenario *s;
	int i;

	begin();
	for (i = 1; i < argc && !strncmp(argv[i], "--", 2); i++) {
		if (!strcmp(argv[i], "--list"))
			return list();
		if (!strcmp(argv[i], "--all-of-two"))
			all_of_two = true;
		else if (!strcmp(argv[i], "--bound") && i + 1 < argc)
			usual_bound = strtoul(argv[++i], NULL, 10);
		else if (!strcmp(argv[i], "--fault-bound") && i + 1 < argc)
			fault_bound = atoi(argv[++i]);
		else if (!strcmp(argv[i], "--replay") && i + 3 == argc)
			return replay(argv[i + 1], argv[i + 2]);
		else
			return usage();
	}
	for (s = scenarios; i == argc && s->name; s++)
		explore_all_of(s, fault_bound);
	for (; i < argc; i++)
		explore_all_of(find(argv[i], strlen(argv[i])), fault_bound);
	return 0;
}
