# SPDX-License-Identifier: GPL-3.0-or-later
"""um-repair through a real sshd, and a TLS server that is repaired so."""

import re
import socket
import ssl
import threading

import pytest

from engine.repair import (HOST, Desk, executable, quoted, shipped_actions)
from engine.sshd import Sshd, keygen

VALUES = 'server = "um1"\nfqdn = %s\nthumbprint = "%s"' % (
    quoted(HOST), "0123456789abcdefABCDEF0123456789ABCDEF01")


class UmService(threading.Thread):
    """A TLS server whose certificate is what stood in a file at its start.

    "Started" is what is in `loaded`; a restart copies `assigned` there.
    """

    def __init__(self, folder, pki):
        super().__init__(daemon=True)
        self.assigned, self.loaded = folder / "assigned", folder / "loaded"
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self._put(self.assigned, pki.right)
        self._put(self.loaded, pki.wildcard)

    @staticmethod
    def _put(path, cert):
        path.write_text("".join(each.pem for each in cert.path) +
                        cert.key.path.read_text())

    def run(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.loaded)
            try:
                client.settimeout(10)
                context.wrap_socket(client, server_side=True).close()
            except OSError:
                client.close()

    def restart(self):
        """The command that is Restart-Service here."""
        return ["/bin/sh", "-c", 'cp "$0" "$1.new" && mv "$1.new" "$1"',
                self.assigned, self.loaded]

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.join()


class Site(Desk):
    """The shipped table, a UM service, and the way to its Windows."""

    def __init__(self, folder, pki, um, sshd):
        super().__init__(folder, pki)
        self.um, self.sshd = um, sshd
        self.known_hosts = sshd.known_hosts

    def check(self):
        return [self.plugin, "-H", "127.0.0.1", "-p", str(self.um.port),
                "--expect", HOST, "--ca-file", self.pki.ca_file,
                "--same-as", self.right]

    @staticmethod
    def actions(**changed):
        """The actions as they are shipped, but for these settings."""
        text = shipped_actions()
        for name, value in changed.items():
            text = re.sub(r"(?m)^%s = .*" % name, "%s = %s" % (name, value),
                          text)
        return text

    def ready(self, repairs, values=VALUES, actions=None, **how):
        ssh = "[ssh]\nkey = %s\nknown_hosts = %s\n" % (
            quoted(self.sshd.key), quoted(self.known_hosts))
        target = "[host.%s.ssh]\nhost = \"127.0.0.1\"\nuser = %s\nport = %d\n" \
            % (quoted(HOST), quoted(self.sshd.user), self.sshd.port)
        return self.write(ssh, actions or self.actions(), target, self.allow(
            {finding: (action, True) for finding, action in repairs.items()},
            values=values, **how))


@pytest.fixture
def um(tmp_path, pki):
    with UmService(tmp_path, pki) as service:
        yield service


@pytest.fixture
def windows(tmp_path):
    """Starts sshd; what it runs for a script is the test's to say."""
    started = []

    def start(*does):
        folder = tmp_path / "ssh"
        folder.mkdir()
        started.append(Sshd(folder, *does))
        return started[0]
    yield start
    for each in started:
        each.stop()


@pytest.fixture
def site(tmp_path, pki, um, windows):
    return Site(tmp_path, pki, um, windows(*um.restart()))


def test_restart_through_ssh_makes_the_check_ok_and_is_told(site):
    """The forgotten restart, with the shipped action, from alarm to OK."""
    told = site.folder / "told"
    hook = executable(site.folder / "tell", "#!/bin/sh\ncat >%s\n" % told)
    site.ready({"served.differs": "restart-um"})
    site.config.write_text("tell.command = %s\n%s" % (
        quoted([hook]), site.config.read_text()))
    assert site.run(*site.check())[0] == 2
    status, said = site.alarm()
    assert status == 0 and "served.differs is gone" in said, said
    assert site.run(*site.check())[0] == 0
    script, = site.sshd.scripts()
    assert script.splitlines()[-1] == "Restart-Service MSExchangeUM"
    assert '"decision": "acted"' in told.read_text()


def test_values_arrive_as_literals_in_quotes(site):
    site.ready({"name.cn-wildcard": "assign-um-certificate"})
    assert site.alarm()[0] == 0
    script, = site.sshd.scripts()
    assert "-Thumbprint '0123456789abcdefABCDEF0123456789ABCDEF01'" in script
    assert "('CN=' + '%s')" % HOST in script
    assert "{" not in script.replace("{ throw", "")
    assert script.startswith("$ErrorActionPreference = 'Stop'\n")


def test_dry_run_calls_nobody(site):
    site.ready({"served.differs": "restart-um"})
    assert site.alarm("--dry-run")[0] == 0
    assert site.sshd.scripts() == []
    assert not any("Accepted" in line for line in site.sshd.process.log)


def test_server_with_another_key_is_not_talked_to(site):
    """Its host key is not the one that the operator has written down."""
    other = keygen(site.folder / "other")
    site.known_hosts = site.folder / "known"
    site.known_hosts.write_text("[127.0.0.1]:%d %s" % (
        site.sshd.port, (site.folder / "other.pub").read_text()))
    site.known_hosts.chmod(0o644)
    site.ready({"served.differs": "restart-um"}, actions=site.actions(settle=0))
    assert site.alarm()[0] == 1
    assert site.sshd.scripts() == [] and other.exists()
    assert "verification failed" in site.records("end")[0]["output"].lower()


def test_server_that_nobody_has_written_down_is_not_talked_to(site):
    site.known_hosts.write_text("")
    site.ready({"served.differs": "restart-um"}, actions=site.actions(settle=0))
    assert site.alarm()[0] == 1 and site.sshd.scripts() == []


def test_failing_script_ends_with_1(tmp_path, pki, um, windows):
    site = Site(tmp_path, pki, um, windows("/bin/sh", "-c",
                                           "echo 'Access denied' >&2; exit 1"))
    site.ready({"served.differs": "restart-um"})
    status, said = site.alarm()
    assert status == 1 and "exit status 1" in said
    assert site.records("end")[0]["output"].endswith("Access denied\n")


def test_script_that_hangs_is_left_at_its_deadline(tmp_path, pki, um,
                                                   windows):
    site = Site(tmp_path, pki, um, windows("/bin/sleep", "600"))
    site.ready({"served.differs": "restart-um"}, actions=site.actions(
        settle="0\ntimeout = 2"))
    status, said = site.alarm()
    assert status == 1 and "ended by us after 2 s" in said


def test_evidence_is_in_the_log(tmp_path, pki, um, windows):
    site = Site(tmp_path, pki, um, windows("/bin/echo", "Services : IIS, UM"))
    site.ready({}, more='look = ["look-exchange-certificates"]')
    assert site.alarm()[0] == 0
    output = site.records("end")[0]["output"]
    assert output.endswith("Services : IIS, UM\n")
