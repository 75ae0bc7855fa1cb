# SPDX-License-Identifier: GPL-3.0-or-later
"""kamailio -- contrib/lab: a Kamailio that treats peers as Lync does."""

import os
import re
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from testenv.plugin import TREE

UM_LAB = Path(os.environ.get("UM_LAB", TREE / "contrib/lab/um-lab"))
PATIENCE = 60


@dataclass(frozen=True)
class Port:
    """One of its ports, as the command lines of testenv.sip want it."""

    transport: str
    port: int
    address: str = "127.0.0.1"


class Lab:
    """Ports: plain (UDP, TCP), tls (any client), telling, silent (mutual), um.

    Users are those of kamailio/message-waiting.cfg.in.
    """

    def __init__(self, directory):
        self.directory = directory
        self._call("start")
        pairs = [line.split("=", 1) for line in
                 self._call("env").splitlines()]
        self.values = {name.removeprefix("UM_LAB_"): value
                       for name, value in pairs}
        self.pki = Path(self.values["PKI"])
        self.ca_file = self.values["CA"]
        self.password_file = self.values["PASSWORD_FILE"]
        self.tls = Port("tls", int(self.values["TLS"]))
        self.telling = Port("tls", int(self.values["TELLING"]))
        self.silent = Port("tls", int(self.values["SILENT"]))
        self.um = Port("tls", int(self.values["UM"]))

    def _call(self, command, *args):
        done = subprocess.run(
            [UM_LAB, command, "--dir", self.directory, *args],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE,
            text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def plain(self, transport="udp", address="127.0.0.1"):
        return Port(transport, int(self.values["PLAIN"]), address)

    def identity(self, name):
        """The options that show one of the lab's certificates."""
        return ["--cert", self.pki / (name + ".pem"),
                "--key", self.pki / (name + ".key")]

    @contextmanager
    def trusts(self, name):
        """Meanwhile the name is a configured server."""
        self._call("trust", name)
        try:
            yield
        finally:
            self._call("distrust", name)

    @contextmanager
    def um_shows(self, name):
        """Meanwhile the voice-mail server has this certificate."""
        self._call("certificate", name)
        try:
            yield
        finally:
            self._call("certificate", "right")

    def publish(self, user, counts):
        """The state of a mailbox: "NEW/OLD (URGENT/URGENT)"."""
        self._call("publish", user, counts)

    def bindings(self, user):
        return int(self._call("bindings", user))

    def subscriptions(self, user):
        return int(self._call("subscriptions", user))

    def left(self, user):
        """What is there of the user: (bindings, subscriptions)."""
        return self.bindings(user), self.subscriptions(user)

    def _kamcmd(self, *words):
        return subprocess.run(
            ["kamcmd", "-s", "unix:%s/run/ctl" % self.values["DIR"], *words],
            capture_output=True, timeout=PATIENCE, text=True).stdout

    def contacts(self, user):
        """The registrar's own list: [(Contact, seconds until it expires)]."""
        return [(address, int(seconds)) for address, seconds in re.findall(
            r"Address: (\S+)\s+Expires: (\d+)",
            self._kamcmd("ul.lookup", "location", user))]

    def transactions(self):
        """How many there were since the start."""
        return int(re.search(r"\bcreated: (\d+)",
                             self._kamcmd("tm.stats")).group(1))

    def password(self, user):
        """The file with the password of a phone's user."""
        which = {"bob": "OTHER_PASSWORD_FILE", "alice": "PASSWORD_FILE"}
        return self.values[which.get(user, "PHONE_PASSWORD_FILE")]

    def stop(self):
        self._call("stop")
