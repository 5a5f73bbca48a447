/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Binary search trees with the kernel's prototypes. Nodes have priorities in place of colours:
 * rb_link_node() puts a node at the bottom, and rb_insert_color() moves it up to its place.
 */
#ifndef SHIM_LINUX_RBTREE_H
#define SHIM_LINUX_RBTREE_H

#include <linux/kernel.h>

struct rb_node {
	struct rb_node *parent;
	struct rb_node *rb_left;
	struct rb_node *rb_right;
	u32 priority;
};

struct rb_root {
	struct rb_node *rb_node;
};

#define RB_ROOT			((struct rb_root){ NULL })
/* Counts a look at a node as a step. */
void shim_tree_step(void);
#define rb_entry(ptr, type, member)	(shim_tree_step(), container_of(ptr, type, member))

/* A node that is in no tree is its own parent. */
#define RB_CLEAR_NODE(node)	((node)->parent = (node))
#define RB_EMPTY_NODE(node)	((node)->parent == (node))

void rb_link_node(struct rb_node *node, struct rb_node *parent, struct rb_node **link);
void rb_insert_color(struct rb_node *node, struct rb_root *root);
void rb_erase(struct rb_node *node, struct rb_root *root);
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);

#endif
