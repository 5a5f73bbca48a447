// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz_system.c - moves of the system as a whole, as an administrator makes them
 *
 * Users are at work meanwhile. Each move ends with the system as it was before. A device's driver
 * does not give up the device before its user does; a block of memory waits for the user, too,
 * where it cannot come back while a user has a PE.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fuzz.h"
#include "tap.h"

#define MODULE		"vfio_pseries"
#define MODULE_FILE	"/vfio_pseries.ko"
#define MEMORY_BLOCKS	"/sys/devices/system/memory"
#define TRY_MS		1500	/* for a move to find a moment without users */
#define ALONE_MS	15000	/* for delays by RCU, when there are no users */
#define UNDO_MS		(20000 * tap_slowness())	/* longer than until all users have ended */

static unsigned int patience_ms;

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret = fd < 0 || write(fd, text, strlen(text)) < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return ret;
}

static bool reads(const char *path, const char *text)
{
	char buffer[64] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	if (read(fd, buffer, sizeof(buffer) - 1) < 0)
		buffer[0] = '\0';
	close(fd);
	return !strncmp(buffer, text, strlen(text));
}

/* Calls @try until it works, or for @ms milliseconds. Returns 0 or the last -errno. */
static int retry(int (*try)(void), unsigned int ms)
{
	uint64_t end = now_ms() + ms;
	int ret;

	while ((ret = try()) && now_ms() < end)
		usleep(5000);
	return ret;
}

/* --- the module --- */

/* On 6.1 the module cannot be unloaded: the kernel cannot undo what the module sets up. */
bool fuzz_module_can_go(void)
{
	const char *ownership = getenv("OWNERSHIP");

	return ownership && strcmp(ownership, "none");
}

static int unload(void)
{
	int ret = syscall(SYS_delete_module, MODULE, O_NONBLOCK) ? -errno : 0;

	tap_check(!ret || ret == -EBUSY || ret == -EAGAIN, "unloading: %s", strerror(-ret));
	return ret;
}

static int unload_sometime(void)
{
	return retry(unload, fuzz_module_can_go() ? patience_ms : 0);
}

static int load(void)
{
	int fd = open(MODULE_FILE, O_RDONLY | O_CLOEXEC);
	int ret = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;

	close(fd);
	return ret == -EEXIST ? 0 : ret;
}

/* --- a device --- */

static const char *device;

static const char *device_file(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", device, name);
	return path;
}

static bool has_driver(const char *name)
{
	char target[PATH_MAX] = "";
	char *base;

	if (readlink(device_file("driver"), target, sizeof(target) - 1) < 0)
		return false;
	base = strrchr(target, '/');
	return base && !strcmp(base + 1, name);
}

/* Binds the device to a driver, with an override if needed. Return: the driver's answer. */
static int give_to(const char *override, const char *driver)
{
	char path[PATH_MAX];
	int ret;

	if (has_driver(driver))
		return 0;
	put(device_file("driver/unbind"), device);
	put(device_file("driver_override"), override);
	snprintf(path, sizeof(path), "/sys/bus/pci/drivers/%s/bind", driver);
	ret = put(path, device);
	if (has_driver(driver))
		return 0;
	return ret ? ret : -EBUSY;
}

/* Only one try: the kernel refuses the host's driver while the group is open. */
static int to_host(void)
{
	return give_to("\n", "nvme");
}

static int to_user(void)
{
	return give_to("vfio-pci", "vfio-pci");
}

int fuzz_unbind(void)
{
	device = fuzz_bdf[0];
	return put(device_file("driver/unbind"), device);
}

int fuzz_bind(const char *bdf)
{
	device = bdf;
	return retry(to_user, UNDO_MS);
}

static int reset(void)
{
	return put(device_file("reset"), "1");
}

static int nothing(void)
{
	return 0;
}

/* --- memory --- */

static char block[PATH_MAX];

static bool is_block(unsigned int i, const char *file, const char *text)
{
	snprintf(block, sizeof(block), MEMORY_BLOCKS "/memory%u/%s", i, file);
	return reads(block, text);
}

/* Finds the highest block of movable memory. */
static bool find_block(void)
{
	unsigned int i = 64;

	while (i && !(is_block(i, "state", "online") && is_block(i, "valid_zones", "Movable")))
		i--;
	snprintf(block, sizeof(block), MEMORY_BLOCKS "/memory%u/state", i);
	return i;
}

static int offline(void)
{
	return put(block, "offline");
}

static int offline_sometime(void)
{
	tap_check(find_block(), "there is no movable memory");
	return retry(offline, patience_ms);
}

static int online(void)
{
	return reads(block, "online") ? 0 : put(block, "online_movable");
}

/* --- moves --- */

static const struct {
	enum fuzz_kind kind;
	const char *name;
	int (*make)(void);
	int (*undo)(void);
} moves[] = {
	{ UNLOAD, "the module goes", unload_sometime, load },
	{ HOST, "a device goes to the host", to_host, to_user },
	{ RESET, "a reset", reset, nothing },
	{ OFFLINE, "memory goes offline", offline_sometime, online },
};

/* Interrupts a call that would wait for ever. */
static void wake(int sig)
{
	alarm(1);
	(void)sig;
}

static void limit(unsigned int s)
{
	const struct sigaction action = { .sa_handler = wake };

	sigaction(SIGALRM, &action, NULL);
	alarm(s);
}

/*
 * Must the move succeed? A disk that was reset during its start may refuse the next start: the
 * host had its PE.
 */
static bool must_work(enum fuzz_kind kind, int ret, bool alone)
{
	return alone && (kind != UNLOAD || fuzz_module_can_go()) &&
	       (kind != HOST || ret != -ENODEV);
}

void fuzz_move(unsigned int number, bool alone)
{
	unsigned int i = number % (sizeof(moves) / sizeof(moves[0]));
	int ret;

	device = fuzz_bdf[dice(2) && fuzz_bdf[1]];
	patience_ms = (alone ? ALONE_MS : TRY_MS) * tap_slowness();
	limit(8 + patience_ms / 1000);
	fuzz_count->moving++;
	ret = note(moves[i].kind, moves[i].make());
	limit(0);
	tap_check(!ret || !must_work(moves[i].kind, ret, alone), "%s, with nobody there: %s",
		  moves[i].name, strerror(-ret));
	ret = retry(moves[i].undo, UNDO_MS);
	tap_check(!ret, "taken back, %s: %s", moves[i].name, strerror(-ret));
	fuzz_count->moving++;
}
