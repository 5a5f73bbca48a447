# SPDX-License-Identifier: GPL-2.0-only
"""PEs, who owns them, windows and mappings, from a kernel's memory: a script for drgn.

    drgn -k -s vfio_pseries.ko vfio_pseries.py                          the running kernel
    drgn -c VMCORE -s vfio_pseries.ko vfio_pseries.py --kallsyms FILE   a crash dump
    drgn -c VMCORE -s VMLINUX -s vfio_pseries.ko vfio_pseries.py        the same

The lines are those of the module's files in debugfs: pes, windows, translations. The module's debug
information is enough for a running kernel, and with FILE, which is /proc/kallsyms as it was before
the crash, for a dump of one with a radix tree of pages. A line that begins with "#" says what cannot
be read.
"""

import argparse
import sys

from drgn import FaultError, Object, ProgramFlags, container_of
from drgn.helpers.linux.list import list_for_each_entry

# Of macros there is no debug information: driver/hv/papr.h, shadow.h and runs.h have these
TCE_READ = 1
TCE_WRITE = 2
UNKNOWN = 1 << 2
ERASED = 1 << 3
LEAF_TCES = 512
BLOCK_SHIFT = 22
BLOCK_MASK = (1 << BLOCK_SHIFT) - 1
HPA_MASK = ~0xfff

# A node of an xarray: the module's debug information has none
XA_SHIFT = 0
XA_SLOTS = 40
XA_CHUNK = 64
XA_NODES = 4096


# A radix tree of pages, as the architecture has it, all of it big endian; and what Linux makes of it
PTE_VALID = 1 << 63
PTE_LEAF = 1 << 62
PTE_PAGE = 0x01fffffffffff000
PTE_TABLE = 0x0fffffffffffff00
PTE_TABLE_BITS = 0x1f
TREE_BITS = 52
ROOT_BITS = 13
DIRECT_MAP = 0xc000000000000000
VMALLOC = 0xc008000000000000
VMALLOC_SIZE = 1 << 49


def arguments():
    """What the caller asks for."""
    parser = argparse.ArgumentParser()
    parser.add_argument('--kallsyms', metavar='FILE',
                        default='/proc/kallsyms' if prog.flags & ProgramFlags.IS_LIVE else None)
    return parser.parse_args()


def address_of(*name):
    """Of a variable, by the kernel's own word: its name and, if it is a module's, the module."""
    with open(ARGS.kallsyms, encoding='ascii') as symbols:
        for line in symbols:
            words = line.split()
            if words[2:] == list(name):
                return int(words[0], 16)
    raise LookupError(f'{name[0]}: the module is not loaded, or this user may not ask')


def variable(name, file):
    """A variable of the module's. Without the kernel's debug information drgn finds no modules."""
    found = prog.variable(name, file)
    if ARGS.kallsyms:
        return Object(prog, found.type_, address=address_of(name, '[vfio_pseries]'))
    return found


# --- a dump's memory beyond the direct map, which drgn does not find without the kernel's debug information ---

def page_of(root, address):
    """Where a byte lies, by physical address, and how many are left of its page."""
    table, shift, bits = root, TREE_BITS, ROOT_BITS
    while True:
        shift -= bits
        index = address >> shift & ((1 << bits) - 1)
        entry = int.from_bytes(prog.read(table + 8 * index, 8), 'big')
        if not entry & PTE_VALID:
            raise FaultError('not in the radix tree', address)
        if entry & PTE_LEAF:
            inside = address & ((1 << shift) - 1)
            return entry & PTE_PAGE | inside, (1 << shift) - inside
        table, bits = DIRECT_MAP | entry & PTE_TABLE, entry & PTE_TABLE_BITS


def reader(root):
    """Reads what the kernel has mapped by this tree."""
    def read(address, count, _offset, _physical):
        data = b''
        while len(data) < count:
            physical, left = page_of(root, address + len(data))
            data += prog.read(DIRECT_MAP | physical, min(left, count - len(data)))
        return data
    return read


def add_vmalloc():
    """The module and whatever is vmalloc()ed."""
    prog.add_memory_segment(VMALLOC, VMALLOC_SIZE, reader(address_of('swapper_pg_dir')))


def node_path(node):
    """A node of the device tree, from its root on."""
    names = []
    while node.parent:
        names.insert(0, node.full_name.string_().decode())
        node = node.parent.read_()
    return '/' + '/'.join(names)


def group_pe_of(pe):
    """What the kernel has of a PE."""
    return container_of(pe, prog.type('struct group_pe', 'group.h'), 'pe')


# --- PEs ---

def group_pes():
    """Every PE that the module has met."""
    pes = variable('group_pes', 'group_list.c')
    yield from list_for_each_entry(prog.type('struct group_pe', 'group.h'), pes.address_of_(), 'link')


def pe_line(host):
    """The PE and its owner."""
    pe = host.pe
    print(f'pe node={node_path(host.node)} buid={hex(pe.addr.buid)}'
          f' config={hex(pe.addr.config_addr)} owner={"user" if pe.owned else "host"}'
          f' ddw={int(pe.addr.token_query != 0)} reset={int(pe.addr.token_reset != 0)}'
          f' pgsizes={hex(pe.pgsizes)} max={int(pe.max)}')


def pe_window_line(host, kind, window):
    """A window that firmware has for it."""
    w = window.w
    print(f'window node={node_path(host.node)} kind={kind} liobn={hex(w.liobn)}'
          f' start={hex(w.start)} size={hex(w.size)} shift={int(w.page_shift)}'
          f' present={int(window.present)} lent={int(window.lent)} raw={int(window.raw)}')


def show_pe(host):
    """The PE and its windows."""
    pe_line(host)
    pe_window_line(host, 'default', host.pe.dflt)
    for window in host.pe.ddw:
        if window.present:
            pe_window_line(host, 'dynamic', window)


# --- windows ---

def array_entries(entry, index):
    """Of an xarray, from one of its entries on: the number and the address of each thing."""
    if entry & 3 != 2:
        if entry:
            yield index, entry
    elif entry > XA_NODES:
        shift = prog.read_u8(entry - 2 + XA_SHIFT)
        for i in range(XA_CHUNK):
            slot = prog.read_u64(entry - 2 + XA_SLOTS + 8 * i)
            yield from array_entries(slot, index + (i << shift))


def containers():
    """Every container of a user's: its number and what it is about."""
    kind = prog.variable('recent', 'container.c').type_.type
    head = variable('containers', 'container.c').xa_head.value_()
    for number, address in array_entries(head, 0):
        yield number, Object(prog, kind, value=address).ioas


def tables():
    """Every window of a user's: its name, and the address space that it is in."""
    for number, ioas in containers():
        for slot, table in enumerate(ioas.windows.table):
            if table:
                yield f'{number}.{slot}', ioas, table


def counted(counter):
    """An atomic number."""
    return int(counter.counter)


def members(ioas, table):
    """The hypervisor's tables, and the PEs that they are of."""
    liobns = ','.join(hex(table.liobn[i]) for i in range(table.pes))
    nodes = ','.join(node_path(group_pe_of(ioas.windows.pe[i]).node)
                     for i in range(ioas.windows.pes))
    return f'liobns={liobns} nodes={nodes}'


def counts(table):
    """What was asked of the hypervisor."""
    c, shadow = table.counters, table.shadow
    one = counted(c.one)
    return (f'mapped={counted(shadow.live)} unknown={counted(shadow.unknown)}'
            f' shadow={int(shadow.bytes)} put={one + counted(c.put)}'
            f' indirect={counted(c.indirect)} stuff={counted(c.stuff)}'
            f' batches={one + counted(c.batches)} tces={one + counted(c.tces)}'
            f' busy={counted(c.busy)} failed={counted(c.failed)}')


def show_window(name, ioas, table):
    """A window of a user's."""
    w = table.w
    print(f'window id={name} api={1 if ioas.v1 else 2} start={hex(w.start)} size={hex(w.size)}'
          f' shift={int(w.page_shift)} {members(ioas, table)} {counts(table)}')


# --- mappings ---

def leaves(shadow):
    """What was ever mapped, 512 TCEs at a time: the first one's index and the leaf."""
    for top in range(shadow.tops):
        middle = shadow.top[top]
        for i in range(1 << shadow.mid_shift.value_()) if middle else ():
            if middle[i]:
                yield (top << shadow.mid_shift.value_()) + i, middle[i]


def run_of(runs, page):
    """The frame of a page of registered memory, counted from user address 0."""
    number = (page >> BLOCK_SHIFT) - (runs.first.value_() >> BLOCK_SHIFT)
    block = runs.block[number]
    begun = [r for r in (block.run[i].value_() for i in range(block.n))
             if r & BLOCK_MASK <= page & BLOCK_MASK]
    return (begun[-1] >> BLOCK_SHIFT) + (page & BLOCK_MASK) - (begun[-1] & BLOCK_MASK)


def page_address(runs, address):
    """Where a byte of registered memory lies, by host physical address."""
    shift = prog['PAGE_SHIFT'].value_()
    return run_of(runs, address >> shift) << shift | address & ((1 << shift) - 1)


def run_tces(regions, run):
    """The TCEs of a leaf that says all of them in a few words."""
    pages = run.pages
    first, address = run.member_('from').value_(), pages.ua.value_()
    shift = pages.page_shift.value_()
    for i in range(pages.n):
        runs = regions.by_id[run.region - 1].pin.runs
        yield first + i, page_address(runs, address + (i << shift)) | pages.perm.value_()


def leaf_tces(regions, leaf):
    """Places and TCEs that may be valid, in either form of a leaf."""
    if not leaf.flat:
        yield from run_tces(regions, leaf.run)
        return
    for place, tce in enumerate(leaf.cells.tce.value_()):
        if tce & (TCE_READ | TCE_WRITE) and not tce & ERASED:
            yield place, tce


def tces(table):
    """All of a window's: index and TCE."""
    for number, leaf in leaves(table.shadow):
        for place, tce in leaf_tces(table.regions, leaf) if leaf.live else ():
            yield number * LEAF_TCES + place, tce


def stretches(table):
    """Those that follow each other, in the table and in memory: index, TCE, how many."""
    step = 1 << table.w.page_shift.value_()
    stretch = None
    for index, tce in tces(table):
        if stretch and index == stretch[0] + stretch[2] and tce == stretch[1] + stretch[2] * step:
            stretch[2] += 1
            continue
        if stretch:
            yield stretch
        stretch = [index, tce, 1]
    if stretch:
        yield stretch


def show_mappings(name, ioas, table):
    """What a device can reach."""
    start, shift = table.w.start.value_(), table.w.page_shift.value_()
    for index, tce, n in stretches(table):
        perm = ('r' if tce & TCE_READ else '') + ('w' if tce & TCE_WRITE else '')
        print(f'run window={name} ioba={hex(start + (index << shift))} size={hex(n << shift)}'
              f' hpa={hex(tce & HPA_MASK)} perm={perm} unknown={int(bool(tce & UNKNOWN))}')


def each(show, things):
    """Whatever one of them is: in a kernel that runs it may go, in a dump a page may be missing."""
    for thing in things:
        try:
            show(*thing) if isinstance(thing, tuple) else show(thing)
        except FaultError as error:
            print(f'# cannot be read: {error}')
            sys.stdout.flush()


ARGS = arguments()
if ARGS.kallsyms and not prog.flags & ProgramFlags.IS_LIVE:
    add_vmalloc()
each(show_pe, group_pes())
each(show_window, tables())
each(show_mappings, tables())
