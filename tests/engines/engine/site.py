# SPDX-License-Identifier: GPL-3.0-or-later
"""site -- the servers of contrib/nagios/um-example.cfg, on loopback.

Their names and ports stand in files that are shipped as they are, so the
names lead to addresses of 127.0.0.0/8 that are this process's own, where
every port is free.  What leads there is the ini file of --extra-opts, which
a script in the place of each plugin names: wrappers pass on no environment.
"""

import os
import shutil
import tempfile
from pathlib import Path

from testenv.dns import DnsServer, host
from testenv.plugin import build_directory
from testenv.proc import Process
from testenv.sipp import Sipp

SERVERS = ("um1", "sfbpool", "sbc1", "sbc2")
PLUGINS = ("check_um_cert", "check_sip_options", "check_mwi_path")


def own_addresses(count):
    """Addresses of 127.128.0.0/9: no two processes have the same."""
    pid = os.getpid()
    return ["127.%d.%d.%d" % (128 + (pid >> 8 & 127), pid & 255, number + 1)
            for number in range(count)]


class Site:
    """SIP servers by TLS, whose certificates come and go.

    `directory` is open to every user, since an engine may run as another;
    `plugins` in it is what an engine takes for the folder of plugins.
    """

    def __init__(self, pki):
        self.pki = pki
        self.addresses = dict(zip(SERVERS, own_addresses(len(SERVERS))))
        self.sipp = Sipp("ok", "tcp")
        self.fronts = {}
        self.dns = DnsServer(*(host(name + ".contoso.test", address)
                               for name, address in self.addresses.items()))
        self.directory = Path(tempfile.mkdtemp(prefix="um-site.", dir="/tmp"))
        self.directory.chmod(0o755)
        self.ca_file = self.open_file("ca.pem", pki.root.pem)
        dns = "dns = %s\n" % self.dns.address
        judge = "ca-file = %s\n" % self.ca_file
        self.ini = self.open_file(
            "plugins.ini", "[check_um_cert]\n" + dns + judge +
            "[check_sip_options]\n" + dns +
            "[check_mwi_path]\n" + dns + judge)
        self.plugins = self.directory / "plugins"
        self._install(self.directory / "built")

    def _install(self, built):
        for folder in (built, self.plugins):
            folder.mkdir(mode=0o755)
        for name in (*PLUGINS, "um_openssl.so"):
            shutil.copy(build_directory() / "plugins" / name, built)
        for name in PLUGINS:
            self.open_file("plugins/" + name, (
                '#!/bin/sh\nMP_CONFIG_FILE=%s exec %s "$@"\n' % (
                    self.ini, built / name)), 0o755)

    def open_file(self, name, text, mode=0o644):
        path = self.directory / name
        path.write_text(text)
        path.chmod(mode)
        return path

    def server(self, name):
        """The certificate that is right for it."""
        return self.pki.leaf(cn=[name + ".contoso.test"])

    def _front(self, name, port, listener):
        self.leave(name, port)
        front = Process(
            "socat", "-d", "-d", "%s:%d,bind=%s,reuseaddr,fork" % (
                listener[0], port, self.addresses[name]) + listener[1],
            "TCP:127.0.0.1:%d" % self.sipp.port)
        self.fronts[name, port] = front
        front.wait_for(r"listening on ")

    def show(self, name, cert, *ports):
        """From now on the server has this certificate on these ports."""
        for port in ports:
            self._front(name, port, ("OPENSSL-LISTEN", ",verify=0,cert=%s" % (
                self.pki.pem(*cert.path, key=cert.key))))

    def show_plain(self, name, port):
        """From now on it answers without TLS, too."""
        self._front(name, port, ("TCP-LISTEN", ""))

    def leave(self, name, *ports):
        """From now on nothing listens there."""
        for port in ports:
            if (name, port) in self.fronts:
                self.fronts.pop((name, port)).stop()

    def stop(self):
        for front in self.fronts.values():
            front.stop()
        self.dns.stop()
        self.sipp.stop()
        shutil.rmtree(self.directory)
