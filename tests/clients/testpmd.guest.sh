# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh
. /clients.sh
. /doc.sh

export DOCS=/docs
FIRST=0001:00:00.0
OTHER=0001:00:01.0

# Mounts what systemd mounts, and makes the folder in which DPDK keeps its state
prepare_dpdk() {
	mkdir -p /dev/hugepages /run /var && ln -sfn /run /var/run && mount -t hugetlbfs hugetlbfs /dev/hugepages
}

interface_of() {
	ls "/sys/bus/pci/devices/$1/net"
}

have_interfaces() {
	load e1000 && wait_for 10 interface_of "$FIRST" && wait_for 10 interface_of "$OTHER"
}

is_elsewhere() {
	[ "$(readlink "/proc/$elsewhere/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

# up CARD ADDRESS COMMAND...  sets the card up with that address; COMMAND runs a program in the card's network
up() {
	card=$1
	address=$2
	shift 2
	"$@" ip link set "$card" up && "$@" ip addr add "$address/24" dev "$card"
}

# The host's drivers have the cards, the second card in a network of its own, and frames go from each card to the other.
# After that no card is up: tcectl refuses to take a card that is up.
talk() {
	have_interfaces || return 1
	first=$(interface_of "$FIRST")
	other=$(interface_of "$OTHER")
	unshare -n sleep 600 &
	elsewhere=$!
	wait_for 10 is_elsewhere && ip link set "$other" netns "$elsewhere" && up "$first" 10.1.0.1 &&
		up "$other" 10.1.0.2 nsenter -t "$elsewhere" -n && wait_for 60 ping -c 1 -W 1 -q 10.1.0.2
	talked=$?
	kill "$elsewhere"
	wait "$elsewhere"
	ip addr flush dev "$first" && ip link set "$first" down && wait_for 10 have_interfaces || return 1
	return "$talked"
}

start_testpmd() {
	doc testpmd >/dev/null &
	testpmd=$!
	wait_for 120 has_said '^io packet forwarding' && return
	cat /tmp/doc.out
	return 1
}

# Only testpmd has a window, at the default window's place, with pages as large as those of its memory
window_is_at_0() {
	tcectl pe show "$FIRST" >/tmp/shown
	cat /tmp/shown
	grep -q "held by: process $(pidof dpdk-testpmd) (dpdk-testpmd)" /tmp/shown &&
		grep -q 'default .*, absent$' /tmp/shown &&
		grep -q 'user .* bus address 0x0, .* in pages of 2M, a user has it' /tmp/shown
}

# received PORT  how many frames the port has received, from the last table that testpmd printed
received() {
	{ echo 0 && sed -n "/NIC statistics for port $1 /,/RX-packets/s/.*RX-packets: *\([0-9]*\).*/\1/p" /tmp/doc.out; } | tail -n 1
}

both_have() {
	[ "$(received 0)" -gt "$1" ] && [ "$(received 1)" -gt "$1" ]
}

# Each port receives more frames than the first burst that the other sends by itself
both_receive() {
	wait_for 60 both_have 1000
	both_received=$?
	note "frames received: $(received 0) and $(received 1)"
	return "$both_received"
}

no_failures() {
	tcectl stat >/tmp/stat
	cat /tmp/stat
	grep -q ' failures  *0$' /tmp/stat && ! grep ' failures  *[1-9]' /tmp/stat
}

# testpmd puts everything in order before it ends
end_testpmd() {
	kill "$(pidof dpdk-testpmd)" && wait_for 30 refused pidof dpdk-testpmd
	ended=$?
	wait "$testpmd"
	cat /tmp/doc.out
	return "$ended"
}

# has_said WORDS  testpmd has printed these words
has_said() {
	grep -q "$1" /tmp/doc.out
}

# Both cards are in one PE, so one command gives both back
cards_are_back() {
	tcectl device unbind "$FIRST" && [ "$(driver_of "$FIRST")" = e1000 ] && [ "$(driver_of "$OTHER")" = e1000 ] && talk
}

works() {
	try start start_testpmd
	try window window_is_at_0
	try both-receive both_receive
	try no-failures no_failures
	try ends end_testpmd
	try closed-first has_said 'Port 0 is closed'
	try closed-other has_said 'Port 1 is closed'
}

# testpmd goes on without the cards
is_refused() {
	try start start_testpmd
	try refused has_said 'Received unsupported start address 0x800000000000000'
	try no-cards has_said 'No probed ethernet devices'
	try no-window no_windows
	try ends end_testpmd
}

try host-disk use_disk
try load load_driver
try prepare prepare_dpdk
try host-cards talk
pins_are_now
if [ "${PERSONALITY:-}" ]; then
	is_refused
else
	works
fi
try cards-are-back cards_are_back
in_order testpmd
finish
