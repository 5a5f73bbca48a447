// SPDX-License-Identifier: GPL-2.0-only
/*
 * rbtree.c - binary search trees as treaps: by key a search tree, by random priority a heap. So
 * their depth is logarithmic in any order of insertions.
 */
#include <linux/atomic.h>
#include <linux/rbtree.h>
#include "internal.h"
#include "shim.h"

static u32 seed;
static u64 steps;

void shim_rbtree_reset(void)
{
	seed = 0;
	steps = 0;
}

void shim_tree_step(void)
{
	__atomic_add_fetch(&steps, 1, __ATOMIC_RELAXED);
}

u64 shim_tree_steps(void)
{
	return __atomic_load_n(&steps, __ATOMIC_RELAXED);
}

/* The pointer that points to a node. */
static struct rb_node **link_of(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *parent = node->parent;

	if (!parent)
		return &root->rb_node;
	return parent->rb_left == node ? &parent->rb_left : &parent->rb_right;
}

static void adopt(struct rb_node *parent, struct rb_node *child)
{
	if (child)
		child->parent = parent;
}

/* A node and its parent swap places; keys stay in order. */
static void rotate_up(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *parent = node->parent;
	struct rb_node **link = link_of(parent, root);

	if (parent->rb_left == node) {
		parent->rb_left = node->rb_right;
		adopt(parent, node->rb_right);
		node->rb_right = parent;
	} else {
		parent->rb_right = node->rb_left;
		adopt(parent, node->rb_left);
		node->rb_left = parent;
	}
	*link = node;
	node->parent = parent->parent;
	parent->parent = node;
}

void rb_link_node(struct rb_node *node, struct rb_node *parent, struct rb_node **link)
{
	/* The same sequence in each run of a test. */
	u32 n = __atomic_add_fetch(&seed, 1, __ATOMIC_RELAXED) * 0x9e3779b1U;

	node->parent = parent;
	node->rb_left = NULL;
	node->rb_right = NULL;
	node->priority = (n ^ n >> 15) * 0x85ebca6bU;
	*link = node;
}

void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	while (node->parent && node->parent->priority < node->priority)
		rotate_up(node, root);
}

/* The child with the higher priority. */
static struct rb_node *upper(const struct rb_node *node)
{
	struct rb_node *left = node->rb_left, *right = node->rb_right;

	if (!left || !right)
		return left ? left : right;
	return left->priority > right->priority ? left : right;
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	BUG_ON(RB_EMPTY_NODE(node));
	while (upper(node))
		rotate_up(upper(node), root);
	*link_of(node, root) = NULL;
}

static struct rb_node *leftmost(struct rb_node *node)
{
	while (node && node->rb_left)
		node = node->rb_left;
	return node;
}

struct rb_node *rb_first(const struct rb_root *root)
{
	return leftmost(root->rb_node);
}

struct rb_node *rb_next(const struct rb_node *node)
{
	if (node->rb_right)
		return leftmost(node->rb_right);
	while (node->parent && node->parent->rb_right == node)
		node = node->parent;
	return node->parent;
}
