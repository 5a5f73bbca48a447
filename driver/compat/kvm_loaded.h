/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kvm_loaded.h - whether the kernel's KVM is there at all.
 */
#ifndef VFIO_PSERIES_COMPAT_KVM_LOADED_H
#define VFIO_PSERIES_COMPAT_KVM_LOADED_H

#include <linux/module.h>
#include <linux/types.h>
#ifdef __KERNEL__
#include "config.h"
#endif

/**
 * kvm_is_loaded() - can a task be in KVM's code now?
 *
 * Asks for a function that KVM's module exports. A kernel that does not export it cannot tell.
 *
 * Context: may sleep. Return: true also when the kernel cannot tell.
 */
#ifdef HAVE_EXPORT_KVM_PUT_KVM
static inline bool kvm_is_loaded(void)
{
	const char function[] = "kvm_put_kvm";

	if (!__symbol_get(function))
		return false;
	__symbol_put(function);
	return true;
}
#else
static inline bool kvm_is_loaded(void)
{
	return true;
}
#endif

#endif
