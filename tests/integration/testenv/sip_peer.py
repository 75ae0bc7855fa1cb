# SPDX-License-Identifier: GPL-3.0-or-later
"""sip_peer -- SIP servers over UDP, TCP and TLS that answer as a test wants.

A behaviour is called with each request, as an Exchange; what it sends are
bytes, right or wrong. sip_wrong.py has behaviours.
"""

import contextlib
import queue
import select
import socket
import ssl
import threading

from testenv.misbehave import PATIENCE, RESET
from testenv.sip_message import Message, answer, whole

CHUNK = 65536


class Exchange:
    """One request, and the way back to its sender."""

    def __init__(self, peer, request):
        self.peer, self.request = peer, request
        self.number = len(peer.requests)        # from 1 on

    def answer(self, *args, **changes):
        self.send(answer(self.request, *args, **changes))

    def pause(self, seconds):
        """False when the server stops meanwhile."""
        return not self.peer.stopping.wait(seconds)

    def repeat(self, data, interval):
        """The same again and again until the test ends."""
        while self.pause(interval):
            self.send(data)


class Datagram(Exchange):
    """Over UDP."""

    def __init__(self, peer, request, sender):
        super().__init__(peer, request)
        self.sender = sender

    def send(self, data):
        self.peer.socket.sendto(data, self.sender)

    def send_from(self, address, data):
        """From a socket of its own: another address, or another port."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind((address, 0))
            other.sendto(data, self.sender)

    def receive(self):
        """The next answer that the plugin sends; None: the server stops."""
        message = self.peer.to_ours.get()
        if message is None:             # for all that wait
            self.peer.to_ours.put(None)
        return message


class Stream(Exchange):
    """Over TCP or TLS."""

    def __init__(self, peer, request, connection, incoming):
        super().__init__(peer, request)
        self.connection, self.incoming = connection, incoming

    def send(self, data):
        self.connection.sendall(data)

    def receive(self):
        """The next message of the plugin; None: there is none."""
        return next(self.incoming, None)

    def close(self):
        """FIN; over TLS without a close_notify, as crashed servers do."""
        self.connection.shutdown(socket.SHUT_RDWR)

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.connection.close()

    def close_notify(self):
        """The polite end of TLS."""
        self.connection.settimeout(0.1)
        with contextlib.suppress(OSError):
            self.connection.unwrap().close()

    def half_close(self):
        """FIN, and reading goes on."""
        self.connection.shutdown(socket.SHUT_WR)


class Peer:
    """Common to all: what came, who sent it, how it ends."""

    def __init__(self, behaviour, address):
        self.behaviour, self.address = behaviour, address
        self.stopping = threading.Event()
        self.messages = []              # all that came, in order
        self.seen = b""                 # every byte that came
        self.clients = []               # address and port
        self.wake, self.woken = socket.socketpair()
        self.threads, self.errors = [], []
        self.starting = threading.Lock()

    @property
    def requests(self):
        return [each for each in self.messages if not each.is_answer]

    @property
    def answers(self):
        """What the plugin answered to requests of the peer."""
        return [each for each in self.messages if each.is_answer]

    def start(self, target, *args):
        thread = threading.Thread(target=target, args=args, daemon=True)
        with self.starting:             # none in the list that runs not yet
            self.threads.append(thread)
            thread.start()

    def take(self, raw):
        self.messages.append(Message(raw))
        return self.messages[-1]

    def behave(self, work, *args):
        """The client may go away at any time; other errors fail the test."""
        try:
            work(*args)
        except (OSError, ValueError):   # closed, or closed while we wait
            pass
        except Exception as error:
            self.errors.append(error)

    def readable(self, *sockets):
        """Those with something to read; none when the server stops."""
        ready = select.select([*sockets, self.woken], [], [], PATIENCE)[0]
        return [] if self.woken in ready else ready

    def stop(self):
        self.stopping.set()
        self.wake.send(b"x")
        for thread in self.threads:
            thread.join()
        for each in (self.socket, self.wake, self.woken):
            each.close()
        assert not self.errors, self.errors


class UdpPeer(Peer):
    """Takes datagrams; each request has a thread of its own."""

    transport = "udp"

    def __init__(self, behaviour, address="127.0.0.1", port=0):
        super().__init__(behaviour, address)
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.bind((address, port))
        self.port = self.socket.getsockname()[1]
        self.to_ours = queue.SimpleQueue()
        self.start(self._serve)

    def _serve(self):
        while self.readable(self.socket):
            data, sender = self.socket.recvfrom(CHUNK)
            self.seen += data
            if not data.strip(b"\r\n\0"):
                continue                # a keepalive
            self.clients.append(sender[:2])
            message = self.take(data)
            if message.is_answer:
                self.to_ours.put(message)
            else:
                self.start(self.behave, self.behaviour,
                           Datagram(self, message, sender))
        self.to_ours.put(None)


class TcpPeer(Peer):
    """A thread a connection; requests are answered one after the other.

    greeting(stream): called at once, before anything was read, with an
    Exchange that has no request. reads: False: never.
    """

    transport = "tcp"

    def __init__(self, behaviour, address="127.0.0.1", port=0, greeting=None,
                 reads=True):
        super().__init__(behaviour, address)
        self.greeting, self.reads = greeting, reads
        self.connections = 0
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.create_server((address, port), family=family)
        if not reads:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        self.port = self.socket.getsockname()[1]
        self.start(self._accept)

    def _accept(self):
        while self.readable(self.socket):
            connection, sender = self.socket.accept()
            # What was sent is under way before a close that resets.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            self.clients.append(sender[:2])
            self.start(self._serve, connection)

    def settle(self):
        """Waits until the clients have gone and all they sent was read."""
        with self.starting:
            threads = self.threads[1:]
        for thread in threads:
            thread.join(PATIENCE)

    def secure(self, connection):
        return connection

    def _serve(self, connection):
        connection.settimeout(PATIENCE)
        with connection:
            self.behave(self._secured, connection)

    def _secured(self, connection):
        with self.secure(connection) as stream:
            self._converse(stream)

    def _converse(self, stream):
        incoming = self._messages(stream)
        if self.greeting:
            self.greeting(Stream(self, None, stream, incoming))
        if not self.reads:
            self.stopping.wait(PATIENCE)
            return
        for message in incoming:
            if not message.is_answer:
                self.behaviour(Stream(self, message, stream, incoming))

    def _messages(self, stream):
        pending = b""
        while data := self._receive(stream):
            self.seen += data
            pending = (pending + data).lstrip(b"\r\n")
            while size := whole(pending):
                raw, pending = pending[:size], pending[size:]
                pending = pending.lstrip(b"\r\n")
                yield self.take(raw)

    def _receive(self, stream):
        has_more = isinstance(stream, ssl.SSLSocket) and stream.pending()
        if not has_more and not self.readable(stream):
            return b""
        return stream.recv(CHUNK)


class TlsPeer(TcpPeer):
    """With a certificate; `asks`: the CA file for a client certificate.

    versions: lowest and highest.
    """

    transport = "tls"

    def __init__(self, behaviour, pki, cert=None, asks=None, demands=True,
                 versions=("1.2", "1.3"), **how):
        cert = cert or pki.right
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(pki.pem(*cert.path, key=cert.key))
        self.context.minimum_version, self.context.maximum_version = (
            getattr(ssl.TLSVersion, "TLSv" + each.replace(".", "_"))
            for each in versions)
        if asks:
            self.context.load_verify_locations(asks)
            self.context.verify_mode = ssl.CERT_REQUIRED if demands \
                else ssl.CERT_OPTIONAL
        self.names, self.handshakes, self.identities = [], 0, []
        self.context.sni_callback = self._named
        super().__init__(behaviour, **how)

    def _named(self, _socket, name, _context):
        self.names.append(name)

    def secure(self, connection):
        stream = self.context.wrap_socket(connection, server_side=True)
        self.handshakes += 1
        self.identities.append(stream.getpeercert(True))
        return stream


def ok(exchange):
    exchange.answer()


def says(*args, **changes):
    """Answers each request so."""
    def behaviour(exchange):
        exchange.answer(*args, **changes)
    return behaviour


def in_turn(*behaviours):
    """The first request gets the first behaviour; the last one stays."""
    def behaviour(exchange):
        which = min(exchange.number, len(behaviours)) - 1
        behaviours[which](exchange)
    return behaviour


def silent(_exchange):
    """Takes the request and never says a word."""
