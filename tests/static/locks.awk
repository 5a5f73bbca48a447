# SPDX-License-Identifier: GPL-2.0-only
#
# Finds a lock of the whole module that is held while a user's mmap_lock may be taken, from the text of the sources
# alone: awk -f locks.awk driver/*.c driver/*/*.c. A function may take it if it calls one that may; calls through
# pointers are not followed.

BEGIN {
	split("account_locked_vm mm_iommu_new mm_iommu_put pin_user_pages_fast copy_from_user copy_to_user mmap_read_lock mmap_write_lock", roots, " ")
	for (i in roots)
		may[roots[i]] = 1
}

match($0, /DEFINE_(MUTEX|SPINLOCK|RWLOCK)\([a-z_]+\)/) {
	name = substr($0, RSTART, RLENGTH)
	gsub(/.*\(|\)/, "", name)
	shared[name] = 1
}

# A function's head, up to its brace in the first column
/^[a-z].*\(/ { head = $0 }
/^\{/ {
	sub(/\(.*/, "", head)
	sub(/.*[ *]/, "", head)
	inside = head
}
/^\}/ { inside = "" }

inside != "" {
	n++
	text[n] = $0
	owner[n] = inside
	place[n] = FILENAME ":" FNR
}

# The names of the functions that a line calls, in order
function calls(line, found,    k) {
	k = 0
	while (match(line, /[a-z_][a-z0-9_]*\(/)) {
		found[++k] = substr(line, RSTART, RLENGTH - 1)
		line = substr(line, RSTART + RLENGTH)
	}
	return k
}

function lock_of(line) {
	sub(/.*lock(_killable|_interruptible)?\(&/, "", line)
	sub(/\).*/, "", line)
	return line
}

END {
	do {
		grown = 0
		for (i = 1; i <= n; i++) {
			c = calls(text[i], f)
			for (k = 1; k <= c; k++)
				if (may[f[k]] && !may[owner[i]] && f[k] != owner[i]) {
					may[owner[i]] = 1
					grown = 1
				}
		}
	} while (grown)
	for (i = 1; i <= n; i++) {
		if (owner[i] != owner[i - 1])
			held = ""
		if (text[i] ~ /_lock(_killable|_interruptible)?\(&/ && shared[lock_of(text[i])])
			held = lock_of(text[i])
		if (text[i] ~ /_unlock\(&/ && lock_of(text[i]) == held)
			held = ""
		c = held == "" ? 0 : calls(text[i], f)
		for (k = 1; k <= c; k++)
			if (may[f[k]])
				print place[i] ": " f[k] "() may take an mmap_lock, with " held " held"
	}
}
