# SPDX-License-Identifier: GPL-3.0-or-later
"""misbehave -- a TCP server that does what no real one can be made to do."""

import contextlib
import select
import socket
import struct
import threading

RESET = struct.pack("ii", 1, 0)         # SO_LINGER: close sends RST
PATIENCE = 30                           # longer than any test runs


class Misbehaving:
    """Runs `behaviour(connection, server)` for each connection."""

    def __init__(self, behaviour):
        self.behaviour = behaviour
        self.peers = []
        self.stopping = threading.Event()
        self.wake, self.woken = socket.socketpair()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.threads = [threading.Thread(target=self._accept,
                                         daemon=True)]
        self.threads[0].start()

    def _accept(self):
        while self.readable(self.listener):
            connection, peer = self.listener.accept()
            self.peers.append(peer[0])
            worker = threading.Thread(target=self._serve, daemon=True,
                                      args=(connection,))
            self.threads.append(worker)
            worker.start()

    def _serve(self, connection):
        # ValueError: of a wait for what the behaviour has closed.
        with connection, contextlib.suppress(OSError, ValueError):
            connection.settimeout(PATIENCE)
            self.behaviour(connection, self)

    def readable(self, *sockets):
        """Those with something to read; none when the server stops."""
        ready = select.select([*sockets, self.woken], [], [], PATIENCE)[0]
        return [] if self.woken in ready else ready

    def pause(self, seconds):
        """False when the server stops meanwhile."""
        return not self.stopping.wait(seconds)

    def stop(self):
        self.stopping.set()
        self.wake.send(b"x")
        for thread in self.threads:
            thread.join()
        for each in (self.listener, self.wake, self.woken):
            each.close()


def silent(connection, server):
    """Takes the connection and what comes, and never says a word."""
    while server.readable(connection):
        if not connection.recv(4096):
            break
    server.pause(PATIENCE)


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    connection.close()


def reset_at_once(connection, _):
    reset(connection)


def reset_after_hello(connection, _):
    connection.recv(4096)
    reset(connection)


def close_at_once(_connection, _):
    pass


def close_after_hello(connection, _):
    connection.recv(4096)


def says(data):
    """Answers whatever comes with these bytes and hangs up."""
    def behaviour(connection, _):
        connection.recv(4096)
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass
    return behaviour


def says_and_waits(data):
    def behaviour(connection, server):
        connection.recv(4096)
        connection.sendall(data)
        silent(connection, server)
    return behaviour


def proxied(connection, server, upstream):
    """(source, sink, data) of both directions until one side ends."""
    with socket.create_connection(("127.0.0.1", upstream)) as real:
        pair = {connection: real, real: connection}
        while ready := server.readable(*pair):
            for source in ready:
                data = source.recv(16384)
                if not data:
                    return
                yield source, pair[source], data


def drips(upstream, interval=1.0):
    """A real server's bytes, one an interval."""
    def behaviour(connection, server):
        for source, sink, data in proxied(connection, server, upstream):
            if source is connection:
                sink.sendall(data)
                continue
            for byte in data:
                if not server.pause(interval):
                    return
                sink.sendall(bytes([byte]))
    return behaviour


def cuts(upstream, limit, then):
    """A real server's bytes up to the limit, then then(connection, server).

    Fewer bytes than the limit are all relayed.
    """
    def behaviour(connection, server):
        left = limit
        relay = proxied(connection, server, upstream)
        while left > 0:
            source, sink, data = next(relay, (None, None, b""))
            if source is None:
                return
            if source is not connection:
                data = data[:left]
                left -= len(data)
            sink.sendall(data)
        then(connection, server)
    return behaviour


def mutes(upstream):
    """A real server until the client has ended its handshake, then silence."""
    def behaviour(connection, server):
        bursts = 0
        for source, sink, data in proxied(connection, server, upstream):
            sink.sendall(data)
            bursts += source is connection
            if bursts == 2:
                silent(connection, server)
    return behaviour


def stall(connection, server):
    silent(connection, server)


def hang_up(connection, _):
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(4096):
        pass


def break_off(connection, _):
    reset(connection)
