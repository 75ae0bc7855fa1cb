# SPDX-License-Identifier: GPL-3.0-or-later
"""baresip -- a real phone: it registers, subscribes and tells of its lamp."""

import json
import socket
import time
from pathlib import Path

from testenv.ports import free_udp_port
from testenv.proc import START_TIMEOUT, Process

CONFIG = """poll_method epoll
sip_listen 127.0.0.1:%d
net_interface 127.0.0.1
module_path %s
module g711.so
module_app menu.so
module_app mwi.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:%d
"""
# Its module mwi walks its subscriptions once, 10 ms after the start, and does
# not come to an end where one was added meanwhile.
SETTLED = 0.1
ATTEMPTS = 10


def modules():
    """Where the distribution has its modules."""
    for pattern in ("baresip/modules", "*/baresip/modules"):
        for folder in Path("/usr/lib").glob(pattern):
            return folder
    raise RuntimeError("baresip has no modules")


class Baresip:
    """The phone of a user of the lab; over TCP, so nobody else gets its port.

    It is ended by SIGKILL: its module mwi does not end otherwise. What it
    leaves at the registrar expires in a minute.
    """

    def __init__(self, directory, lab, user, subscribes=True):
        self.user = user
        for name in ("accounts", "contacts"):
            (directory / name).write_text("")
        control = self.start(directory)
        try:
            time.sleep(SETTLED)
            self.control = socket.create_connection(("127.0.0.1", control))
            self.control.settimeout(START_TIMEOUT)
            self.incoming = self.control.makefile("rb")
            self.command("uanew", self.account(lab, subscribes))
            self.event("REGISTER_OK")
        except BaseException:
            self.process.stop()
            raise

    def start(self, directory):
        """Its control port. It chooses none itself, and takes the port after
        its own for TLS: where another was quicker, others are tried.
        """
        for attempt in range(ATTEMPTS):
            control = free_udp_port()
            (directory / "config").write_text(
                CONFIG % (free_udp_port(), modules(), control))
            self.process = Process("baresip", "-f", directory, "-v")
            try:
                self.process.wait_for("baresip is ready")
                return control
            except BaseException as error:
                self.process.stop()
                if "Address already in use" not in str(error) or \
                        attempt + 1 == ATTEMPTS:
                    raise
        raise AssertionError("no attempt was made")

    def account(self, lab, subscribes):
        password = Path(lab.password(self.user)).read_text().strip()
        return ('<sip:%s@contoso.test>;auth_user=%s;auth_pass=%s;'
                'outbound="sip:127.0.0.1:%d;transport=tcp";regint=60;mwi=%s;'
                'audio_codecs=PCMU' % (
                    self.user, self.user, password, lab.plain().port,
                    "yes" if subscribes else "no"))

    def command(self, name, params):
        """Its netstrings hold JSON."""
        text = json.dumps({"command": name, "params": params})
        self.control.sendall(b"%d:%b," % (len(text), text.encode()))

    def event(self, kind):
        """What the next event of that kind says."""
        while True:
            length = b""
            while (digit := self.incoming.read(1)) != b":":
                assert digit.isdigit(), "\n".join(self.process.log)
                length += digit
            message = json.loads(self.incoming.read(int(length) + 1)[:-1])
            if message.get("type") == kind:
                return message.get("param")

    def lamp(self):
        """{header: value} of the next NOTIFY."""
        lines = self.event("MWI_NOTIFY").splitlines()
        return dict(line.split(": ", 1) for line in lines if line)

    def stop(self):
        self.process.stop()
        self.incoming.close()
        self.control.close()
