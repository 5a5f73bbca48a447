# SPDX-License-Identifier: GPL-2.0-only
#
# The four cards of a scenario's with_four_cards, after ". /lib.sh". A program with a card prints to /tmp/said.NUMBER,
# and the process that this shell started for it is in /tmp/pid.NUMBER.

card() {
	echo "000$1:00:00.0"
}

# each_card COMMAND...  runs the command for each card's number, until it fails
each_card() {
	for number in 0 1 2 3; do
		"$@" "$number" || return 1
	done
}

# other_cards COMMAND...  the same without card 2, to which something happens
other_cards() {
	for number in 0 1 3; do
		"$@" "$number" || return 1
	done
}

card_is_ready() {
	grep -q '^# ready' "/tmp/said.$1"
}

# card_ends NUMBER [STATUS]  the program ends by itself, with this status
card_ends() {
	card_status=0
	wait "$(cat "/tmp/pid.$1")" || card_status=$?
	sed "s/^/card $1: /" "/tmp/said.$1"
	echo "card $1: status $card_status"
	[ "$card_status" -eq "${2:-0}" ]
}
