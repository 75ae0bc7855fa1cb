# SPDX-License-Identifier: GPL-3.0-or-later
"""faulty -- peers that do everything right up to one step, and then a fault.

An act does a fault on a wire: what should be said, what is not for us.
"""

import contextlib
import socket
import threading

from testenv.misbehave import PATIENCE, hang_up, proxied, reset, silent
from testenv.ports import free_udp_port

GARBAGE = b"\xfe\xe1\xde\xad what \x00\x01\x02 is this \r\n\r\n" * 3
DRIP = 0.1                              # seconds a byte


# Acts: act(wire, message, stranger) ------------------------------------------

def silence(_wire, _message, _stranger):
    pass


def drip(wire, message, _):
    for at in range(len(message)):
        if not wire.pause(DRIP):
            return
        wire.send(message[at:at + 1])


def reset_it(wire, *_):
    wire.reset()


def close(wire, *_):
    wire.close()


def garbage(wire, *_):
    wire.send(GARBAGE)


def truncation(wire, message, _):
    wire.send(message[:len(message) // 2])
    wire.close()


def flood(wire, _, stranger):
    while wire.pause(0.0005):
        wire.send(stranger)


ACTS = {"silence": silence, "drip": drip, "reset": reset_it, "close": close,
        "garbage": garbage, "truncation": truncation, "flood": flood}


# Wires -----------------------------------------------------------------------

class Raw:
    """A TCP connection below whatever is spoken on it."""

    def __init__(self, connection, server):
        self.connection, self.server = connection, server
        self.send, self.pause = connection.sendall, server.pause

    def reset(self):
        reset(self.connection)

    def close(self):
        hang_up(self.connection, self.server)


class Datagrams:
    """A UDP socket and whom to answer; there is nothing to close."""

    def __init__(self, sock, peer, pause):
        self.sock, self.peer, self.pause = sock, peer, pause

    def send(self, data):
        self.sock.sendto(data, self.peer)

    def close(self):
        pass


class Sip:
    """An exchange of sip_peer."""

    def __init__(self, exchange):
        self.exchange = exchange
        self.send, self.pause = exchange.send, exchange.pause

    def reset(self):
        self.exchange.reset()

    def close(self):
        if self.exchange.peer.transport != "udp":
            self.exchange.close()


# Peers -----------------------------------------------------------------------

# A warning that says nothing of weight: user_canceled (RFC 8446 6.1).
TLS_STRANGER = bytes([21, 3, 3, 0, 2, 1, 90])


def at_flight(upstream, number, act):
    """A real TLS server up to its answer to the client's flight `number`."""
    def behaviour(connection, server):
        flights = 0
        for source, sink, data in proxied(connection, server, upstream):
            flights += source is connection
            if source is not connection and flights >= number:
                act(Raw(connection, server), data, TLS_STRANGER)
                break
            sink.sendall(data)
        silent(connection, server)
    return behaviour


def http_answer(body):
    return b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (
        len(body), body)


def over_http(body, act):
    """A web server that has one file."""
    def behaviour(connection, server):
        connection.recv(4096)
        act(Raw(connection, server), http_answer(body), b"x" * 4096)
        silent(connection, server)
    return behaviour


def a_record(query, address="127.0.0.1"):
    """The answer to a query for A; to others: there is none."""
    end = query.index(b"\0", 12) + 5
    has_one = query[end - 4:end - 2] == b"\0\1"
    record = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + socket.inet_aton(address)
    return query[:2] + b"\x81\x80\0\1\0" + bytes([has_one]) + bytes(4) + \
        query[12:end] + (record if has_one else b"")


class Resolver:
    """A name server with the fault over UDP, or over TCP after a TC bit."""

    def __init__(self, transport, act):
        self.transport, self.act = transport, act
        self.stopping = threading.Event()
        self.port = free_udp_port()
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", self.port))
        self.address = "127.0.0.1:%d" % self.port
        self.threads = [threading.Thread(target=self._datagrams)]
        self.tcp = None
        if transport == "tcp":
            self.tcp = socket.create_server(("127.0.0.1", self.port))
            self.threads.append(threading.Thread(target=self._streams))
        for each in self.threads:
            each.start()

    def pause(self, seconds):
        return not self.stopping.wait(seconds)

    def _start(self, work, *args):
        self.threads.append(threading.Thread(target=self._quietly,
                                             args=(work, *args)))
        self.threads[-1].start()

    def _quietly(self, work, *args):
        with contextlib.suppress(OSError, ValueError):
            work(*args)

    def _datagrams(self):
        while True:
            query, peer = self.udp.recvfrom(4096)
            if not query:
                return
            if self.tcp:
                self.udp.sendto(query[:2] + b"\x83\x80" + query[4:6] +
                                bytes(6) + query[12:], peer)
            else:
                self._start(self._act, Datagrams(self.udp, peer, self.pause),
                            query)

    def _act(self, wire, query, frame=bytes):
        answer = a_record(query)
        stranger = bytes([query[0] ^ 0xFF]) + answer[1:]
        self.act(wire, frame(answer), frame(stranger))

    def _streams(self):
        while True:
            connection, _ = self.tcp.accept()
            if self.stopping.is_set():
                connection.close()
                return
            self._start(self._stream, connection)

    def _stream(self, connection):
        with connection:
            connection.settimeout(PATIENCE)
            query = connection.recv(4096)
            self._act(Raw(connection, self), query[2:],
                      lambda data: len(data).to_bytes(2, "big") + data)
            while connection.recv(4096):
                pass

    def stop(self):
        self.stopping.set()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bell:
            bell.sendto(b"", ("127.0.0.1", self.port))
        if self.tcp:
            socket.create_connection(("127.0.0.1", self.port)).close()
        for thread in self.threads:
            thread.join()
        for each in filter(None, (self.udp, self.tcp)):
            each.close()
