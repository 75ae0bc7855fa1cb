# SPDX-License-Identifier: GPL-3.0-or-later
"""dns -- dnsmasq for what resolvers do, a UDP socket for what they should not.
"""

import socket
import threading

from testenv.ports import free_udp_port
from testenv.proc import Process

SERVFAIL, NXDOMAIN, REFUSED = 2, 3, 5


class DnsServer:
    """dnsmasq, authoritative for contoso.test; all else is REFUSED.

    records: dnsmasq options, such as "host-record=um1.contoso.test,127.0.0.1".
    """

    def __init__(self, *records):
        self.port = free_udp_port()
        self.process = Process(
            "dnsmasq", "--keep-in-foreground", "--log-facility=-",
            "--conf-file=/dev/null", "--user=root", "--group=root",
            "--pid-file=", "--no-resolv", "--no-hosts", "--bind-interfaces",
            "--listen-address=127.0.0.1", "--port=%d" % self.port,
            "--local=/contoso.test/",
            *("--" + record for record in records))
        self.process.wait_for("started")

    @property
    def address(self):
        return "127.0.0.1:%d" % self.port

    def stop(self):
        self.process.stop()


# Records of RFC 3263, as options of dnsmasq.

def host(name, *addresses):
    return "host-record=%s,%s" % (name, ",".join(addresses))


def srv(service, target, port, priority=10, weight=0):
    return "srv-host=%s,%s,%d,%d,%d" % (service, target, port, priority,
                                        weight)


def not_offered(service):
    """The target "." of RFC 2782."""
    return srv(service, ".", 0, 0)


def naptr(domain, order, service, replacement, flags="s", preference=50):
    return "naptr-record=%s,%d,%d,%s,%s,,%s" % (
        domain, order, preference, flags, service, replacement)


def header_only(code):
    """The question back, with this RCODE."""
    def reply(query):
        return query[:2] + bytes([0x81, 0x80 | code]) + query[4:6] + \
            bytes(6) + query[12:]
    return reply


def silence(_):
    return None


def wrong_id(query):
    return bytes([query[0] ^ 0xFF]) + header_only(NXDOMAIN)(query)[1:]


def garbage(query):
    return query[:2] + b"\x81\x80" + b"\xff" * 20


class Responder:
    """Answers each UDP query with reply(query); None: not at all."""

    def __init__(self, reply):
        self.reply = reply
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.queries = 0
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    @property
    def address(self):
        return "127.0.0.1:%d" % self.port

    def _serve(self):
        while True:
            query, peer = self.socket.recvfrom(4096)
            if not query:
                return
            self.queries += 1
            answer = self.reply(query)
            if answer:
                self.socket.sendto(answer, peer)

    def stop(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bell:
            bell.sendto(b"", ("127.0.0.1", self.port))
        self.thread.join()
        self.socket.close()
