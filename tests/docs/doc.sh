# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# tests/docs/doc.sh - "doc NAME" runs a block of the documentation, as tests/docs/extract has written it to $DOCS. The
# lines that the page shows after it must be among the lines that it prints, in this order; "..." stands for anything.

doc() {
	doc_out=${DOC_OUT:-/tmp/doc.out}
	{
		doc_status=0
		sh -e "${DOCS:?}/$1.sh" 2>&1 </dev/null || doc_status=$?
		echo "$doc_status" >"$doc_out.status"
	} | tee "$doc_out"
	doc_status=$(cat "$doc_out.status")
	[ "$doc_status" -eq 0 ] || return "$doc_status"
	[ ! -e "$DOCS/$1.expected" ] || doc_shows "$DOCS/$1.expected"
}

# Several blanks count as one, and blanks at a line's end do not count
doc_plain() {
	tr '\t' ' ' <"$1" | sed 's/   */ /g; s/ *$//; s/^ *//'
}

doc_shows() {
	doc_plain "$doc_out" >"$doc_out.plain"
	doc_plain "$1" | awk -v out="$doc_out.plain" '
	function pattern(l) {
		gsub(/[][\\.^$*+?(){}|]/, "\\\\&", l)
		gsub(/\\\.\\\.\\\./, ".*", l)
		return "^" l "$"
	}
	$0 != "" {
		wanted = pattern($0)
		while ((more = (getline l <out)) > 0 && l !~ wanted)
			;
		if (more <= 0) {
			print "the page shows this, the command did not: " $0
			exit 1
		}
	}'
}
