# SPDX-License-Identifier: GPL-2.0-only
#
# Finds loops over TCEs or pages that never let others run: awk -f loops.awk driver/*/*.c. In each round such a loop
# does work that is done once for a page, a batch or a region (a hypercall, a lock, an allocation, a pin), and it
# holds no spinlock meanwhile. A loop that is always short is marked in its function or before it: "Bounded: WHY".

function work(line) {
	return line ~ /(batch_submit|batch_try|table_call_one|hcall_put[a-z_]*|hcall_stuff|kvm_table_put_one|spin_lock|k[vzmc]*alloc|kv?free|unpin_user_page|pin_user_pages_fast|kvm_mapped_down|region_covers|regions_let_go|account_locked_vm)\(/
}

function rests(line) {
	return line ~ /(cond_resched|msleep|hcall_wait|hcall_patiently|batch_patiently|batch_submit)\(/
}

function depth(line) {
	match(line, /^\t*/)
	return RLENGTH
}

function judge(    i, j, d, held, busy, idle) {
	held = 0
	for (i = 1; i <= n; i++) {
		if (text[i] ~ /lockdep_assert_held\(|[^a-z_]spin_lock\(/)
			held = 1
		if (text[i] ~ /spin_unlock\(/)
			held = 0
		if (text[i] !~ /^\t+(for|while|do)[ \t({]/ || held)
			continue
		d = depth(text[i])
		busy = work(text[i])
		idle = rests(text[i])
		for (j = i + 1; j <= n && (depth(text[j]) > d || text[j] == ""); j++) {
			busy = busy || work(text[j])
			idle = idle || rests(text[j])
		}
		if (busy && !idle && !bounded)
			print FILENAME ":" first + i ": a loop without a schedule point"
	}
}

/^\{/ { inside = 1; n = 0; first = FNR; bounded = near; near = 0; next }
/^\}/ && inside { judge(); inside = 0 }
!inside && /Bounded: / { near = 1 }
inside { text[++n] = $0; if (/Bounded: /) bounded = 1 }
