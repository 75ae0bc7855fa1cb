# SPDX-License-Identifier: GPL-3.0-or-later
"""nrpe -- the daemon of NRPE with mutual TLS, and check_nrpe to ask it."""

import os
import pwd
import subprocess
from pathlib import Path

from testenv.ports import free_udp_port, wait_bound
from testenv.proc import Process

CHECK_NRPE = Path("/usr/lib/nagios/plugins/check_nrpe")
PATIENCE = 30

CONFIGURATION = """\
pid_file={run}/nrpe.pid
log_file={run}/nrpe.log
server_address=127.0.0.1
server_port={port}
nrpe_user={user}
nrpe_group={group}
allowed_hosts=127.0.0.1
dont_blame_nrpe=1
ssl_version=TLSv1.2+
ssl_client_certs=2
ssl_cacert_file={ca}
ssl_cert_file={cert}
ssl_privatekey_file={key}
command_prefix={prefix}
"""

# The shipped commands name Debian's folder of plugins.
PREFIX = """\
#!/bin/sh
plugin={plugins}/${{1##*/}}
shift
exec "$plugin" "$@"
"""


class Nrpe:
    """Runs the command files in a folder of the site.

    It refuses to be root: then it is nobody.
    """

    def __init__(self, site, *commands):
        self.run = site.directory / "nrpe"
        self.run.mkdir(mode=0o755)
        user = pwd.getpwnam("nobody") if os.getuid() == 0 else \
            pwd.getpwuid(os.getuid())
        os.chown(self.run, user.pw_uid, user.pw_gid)
        self.ca = site.ca_file
        server = site.pki.leaf(cn=["nrpe.contoso.test"])
        client = site.pki.client
        self.identity = [
            "-A", self.ca,
            "-C", site.open_file("nrpe/client.pem", chain(client)),
            "-K", client.key.path]
        self.port = free_udp_port()
        config = site.open_file("nrpe/nrpe.cfg", CONFIGURATION.format(
            run=self.run, port=self.port, user=user.pw_uid,
            group=user.pw_gid, ca=self.ca,
            cert=site.open_file("nrpe/server.pem", chain(server)),
            key=site.open_file("nrpe/server.key",
                               server.key.path.read_text()),
            prefix=site.open_file("nrpe/prefix", PREFIX.format(
                plugins=site.plugins), 0o755)) + "".join(
            "include=%s\n" % site.open_file(
                "nrpe/" + each.name, each.read_text()) for each in commands))
        self.process = Process("nrpe", "-c", config, "-f")
        wait_bound("tcp", self.port, self.process)

    def ask(self, command, *args, identity=True, packets=()):
        """(exit status, output)"""
        who = self.identity if identity else []
        words = ["-a", *args] if args else []
        done = subprocess.run(
            [CHECK_NRPE, *packets, "-H", "127.0.0.1", "-p", str(self.port),
             "-t", "15", *who, "-c", command, *words],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)
        return done.returncode, done.stdout.decode()

    def log(self):
        return (self.run / "nrpe.log").read_text()

    def stop(self):
        self.process.stop()


def chain(cert):
    """The certificate and what leads to its root."""
    return "".join(each.pem for each in cert.path)
