# SPDX-License-Identifier: GPL-3.0-or-later
"""sip_wrong -- what no SIP server should do: behaviours for sip_peer."""

import socket

from testenv.sip_message import FOREIGN, answer, request_of_ours


def sends(make):
    """make(request) gives the bytes."""
    def behaviour(exchange):
        exchange.send(make(exchange.request))
    return behaviour


def status(number):
    return sends(lambda request: answer(request, number, "Whatever"))


def reason(phrase, number=200):
    return sends(lambda request: answer(request, number, phrase))


def with_headers(*headers, **changes):
    return sends(lambda request: answer(request, 200, "OK", *headers,
                                        **changes))


def foreign(what):
    """An answer to somebody else, and nothing more."""
    return sends(lambda request: answer(request, **FOREIGN[what](request)))


def right_after(*wrong):
    """The right answer after these behaviours."""
    def behaviour(exchange):
        for each in wrong:
            each(exchange)
        exchange.answer()
    return behaviour


def from_address(address):
    """The right answer, from another socket (UDP)."""
    def behaviour(exchange):
        exchange.send_from(address, answer(exchange.request))
    return behaviour


def late(seconds):
    """The right answer after so many seconds."""
    def behaviour(exchange):
        if exchange.pause(seconds):
            exchange.answer()
    return behaviour


def trying(exchange):
    exchange.answer(100, "Trying")


def trying_forever(exchange):
    exchange.repeat(answer(exchange.request, 100, "Trying"), 0.05)


def ringing_flood(exchange):
    """As fast as the socket takes them."""
    data = answer(exchange.request, 180, "Ringing")
    while not exchange.peer.stopping.is_set():
        exchange.send(data)


def ringing_then_ok(times):
    def behaviour(exchange):
        for _ in range(times):
            exchange.answer(180, "Ringing")
        exchange.answer()
    return behaviour


# Streams ---------------------------------------------------------------------

def endless_headers(exchange):
    exchange.send(answer(exchange.request)[:-2])
    while not exchange.peer.stopping.is_set():
        exchange.send(b"X-More: and more\r\n" * 100)


def endless_line(exchange):
    exchange.send(answer(exchange.request)[:-2] + b"X-More: ")
    while not exchange.peer.stopping.is_set():
        exchange.send(b"more" * 1000)


def endless_reason(exchange):
    exchange.send(b"SIP/2.0 200 ")
    while not exchange.peer.stopping.is_set():
        exchange.send(b"OK" * 1000)


def endless_line_ends(exchange):
    while not exchange.peer.stopping.is_set():
        exchange.send(b"\r\n" * 1000)


def endless_body(exchange):
    exchange.answer(length=10 ** 9)
    while not exchange.peer.stopping.is_set():
        exchange.send(b"body" * 1000)


def byte_by_byte(interval=0.0001):
    def behaviour(exchange):
        data = answer(exchange.request)
        for at in range(len(data)):
            if not exchange.pause(interval):
                return
            exchange.send(data[at:at + 1])
    return behaviour


def part(size, then):
    """The first bytes of the answer, a negative number: all but so many."""
    def behaviour(exchange):
        exchange.send(answer(exchange.request)[:size])
        then(exchange)
    return behaviour


def outside_of_tls(data):
    """Bytes past the encryption, once the handshake is done."""
    def behaviour(exchange):
        socket.socket.send(exchange.connection, data)
    return behaviour


def close(exchange):
    exchange.close()


def reset(exchange):
    exchange.reset()


def half_close(exchange):
    exchange.half_close()


def close_notify(exchange):
    exchange.close_notify()


def wait(_exchange):
    pass


# Requests of the peer --------------------------------------------------------

def asks_first(method):
    """A request of its own; ours is answered after the plugin's answer."""
    def behaviour(exchange):
        exchange.send(request_of_ours(method, exchange.request))
        if exchange.receive():
            exchange.answer()
    return behaviour


def asks_and_answers(method):
    """A request of its own and the answer in one segment (streams)."""
    def behaviour(exchange):
        exchange.send(request_of_ours(method, exchange.request) +
                      answer(exchange.request))
    return behaviour


def asks_forever(method):
    """Never answers, but asks."""
    def behaviour(exchange):
        exchange.repeat(request_of_ours(method, exchange.request), 0.05)
    return behaviour
