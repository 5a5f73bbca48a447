# SPDX-License-Identifier: GPL-2.0-only
"""What sos collects of a partition's PEs: a plugin for sos 4 and later."""

from sos.report.plugins import (Plugin, IndependentPlugin, RedHatPlugin, DebianPlugin,
                                 UbuntuPlugin)


class VfioPseries(Plugin, RedHatPlugin, DebianPlugin, UbuntuPlugin, IndependentPlugin):
    """PEs of a POWER partition and who uses them, by tcectl. Host physical addresses stay out."""

    short_desc = 'VFIO in POWER partitions'
    plugin_name = 'vfio_pseries'
    profiles = ('hardware', 'virt')
    packages = ('vfio-pseries-tools', 'vfio-pseries')
    commands = ('tcectl',)

    def setup(self):
        self.add_cmd_output([
            'tcectl --version',
            'tcectl -p pe list',
            'tcectl -p health',
            'tcectl doctor',
            'tcectl stat',
            'modinfo vfio_pseries',
        ])
        self.add_copy_spec([
            '/etc/modprobe.d/*vfio*',
            '/etc/modules-load.d/*vfio*',
            '/etc/udev/rules.d/*vfio*',
            '/etc/driverctl.d',
            '/etc/security/limits.d/*vfio*',
            '/sys/kernel/debug/vfio_pseries/pes',
            '/sys/kernel/debug/vfio_pseries/windows',
        ])
