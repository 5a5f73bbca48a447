/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small helpers of the kernel. A warning or a bug ends the running test. Printed lines are
 * counted (shim.h), since a user must not be able to flood the log.
 */
#ifndef SHIM_LINUX_KERNEL_H
#define SHIM_LINUX_KERNEL_H

#include <linux/types.h>
#include <linux/limits.h>
#include <linux/errno.h>

#define min(a, b)		({ __typeof__(a) _a = (a); __typeof__(b) _b = (b); \
				   (void)(&_a == &_b); _a < _b ? _a : _b; })
#define max(a, b)		({ __typeof__(a) _a = (a); __typeof__(b) _b = (b); \
				   (void)(&_a == &_b); _a > _b ? _a : _b; })
#define max3(a, b, c)		max(max(a, b), c)
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))
#define swap(a, b)		do { __typeof__(a) _t = (a); (a) = (b); (b) = _t; } while (0)

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

#define ALIGN(x, a)		(((x) + ((__typeof__(x))(a) - 1)) & ~((__typeof__(x))(a) - 1))
#define ALIGN_DOWN(x, a)	((x) & ~((__typeof__(x))(a) - 1))
#define IS_ALIGNED(x, a)	(((x) & ((__typeof__(x))(a) - 1)) == 0)
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define round_up(x, y)		ALIGN(x, y)
#define round_down(x, y)	ALIGN_DOWN(x, y)

#define upper_32_bits(n)	((u32)((u64)(n) >> 32))
#define lower_32_bits(n)	((u32)(n))

#define BUILD_BUG_ON(cond)	_Static_assert(!(cond), #cond)

/* Ends the running test; in another thread than the main one, it ends the program. */
void shim_bug(const char *file, int line, const char *what);

static inline bool shim_bug_if(bool cond, const char *file, int line, const char *what)
{
	if (cond)
		shim_bug(file, line, what);
	return cond;
}

#define WARN_ON(cond)		shim_bug_if(!!(cond), __FILE__, __LINE__, #cond)
#define BUG_ON(cond)		((void)WARN_ON(cond))
#define WARN_ON_ONCE(cond)	WARN_ON(cond)
#define WARN(cond, ...)		WARN_ON(cond)
#define WARN_ONCE(cond, ...)	WARN_ON(cond)

__printf(1, 2) void shim_printk(const char *fmt, ...);

#ifndef pr_fmt
#define pr_fmt(fmt)		fmt
#endif
#define pr_err(fmt, ...)	shim_printk(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...)	shim_printk(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice(fmt, ...)	shim_printk(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...)	shim_printk(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_debug(fmt, ...)	do { if (0) shim_printk(pr_fmt(fmt), ##__VA_ARGS__); } while (0)
#define pr_err_ratelimited	pr_err
#define pr_warn_ratelimited	pr_warn
#define pr_info_ratelimited	pr_info
#define pr_err_once		pr_err
#define pr_warn_once		pr_warn

#endif
