# SPDX-License-Identifier: GPL-3.0-or-later
"""mwi_peer -- registrar, gateway and notifier in one, scripted by a test.

A PBX is a peer of sip_peer.py whose behaviour has a step for each thing that
a phone and UM ask for; a test gives its own for some of them.
"""

import itertools
import re
import socket
import ssl
import threading

from testenv.misbehave import PATIENCE
from testenv.sip_message import COOKIE, answer, encoded
from testenv.sip_peer import TcpPeer, TlsPeer, UdpPeer, ok

SUMMARY = "application/simple-message-summary"
BODY = (b"Messages-Waiting: yes\r\nMessage-Account: sip:lamp@contoso.test\r\n"
        b"Voice-Message: 3/7 (1/2)\r\n")


def step_of(request):
    """The name of what is asked for."""
    name = request.method.lower()
    if request.get("Expires") == "0" and (
            name == "register" or (name == "subscribe" and
                                   ";tag=" in request.get("To"))):
        return "un" + name
    return name


class Script:
    """The behaviour of a PBX: each request goes to its step."""

    def __init__(self, steps):
        self.steps = {**RIGHT, **steps}
        assert set(self.steps) == set(RIGHT), set(self.steps) - set(RIGHT)
        self.phone = None               # the way to it: its last REGISTER
        self.subscriber = None          # likewise, its first SUBSCRIBE

    def __call__(self, exchange):
        name = step_of(exchange.request)
        if name == "register":
            self.phone = exchange
        if name == "subscribe" and not self.subscriber:
            self.subscriber = exchange
        self.steps[name](exchange)


class Watched:
    """What every PBX has beside being a peer."""

    def __init__(self, *args, **how):
        self.changed = threading.Condition()
        self.over = False               # nothing more will come
        super().__init__(*args, **how)

    def take(self, raw):
        with self.changed:
            message = super().take(raw)
            self.changed.notify_all()
        return message

    def asked(self, step):
        """The requests of this kind, each once however often it came."""
        found = {}
        for request in self.requests:
            if step_of(request) == step:
                found.setdefault(request.branch, request)
        return list(found.values())

    @property
    def order(self):
        """The steps as they came first."""
        found = {}
        for request in self.requests:
            found.setdefault(request.branch, step_of(request))
        return list(found.values())

    def statuses(self, branch):
        """What came back to a request of ours."""
        return [each.status for each in self.answers
                if each.branch == branch]

    def wait_for(self, branch):
        """False when no answer to this request of ours came."""
        return self.wait_until(lambda pbx: pbx.statuses(branch))

    def wait_until(self, condition):
        """False when the plugin ended before condition(self) was true."""
        with self.changed:
            self.changed.wait_for(
                lambda: condition(self) or self.over, PATIENCE)
            return condition(self)

    def finish(self):
        """Whoever still waits for the plugin waits in vain."""
        with self.changed:
            self.over = True
            self.changed.notify_all()

    def settle(self):
        """Waits until all that the plugin sent has been looked at."""
        self.finish()
        super().settle()

    def stop(self):
        self.finish()
        super().stop()


class Settling(UdpPeer):
    def settle(self):
        """A datagram of our own is looked at after all that came before."""
        mark = b"SIP/2.0 299 Mark\r\nVia: SIP/2.0/UDP x;branch=mark\r\n\r\n"
        with self.changed, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.sendto(mark, (self.address, self.port))
            assert self.changed.wait_for(
                lambda: self.messages and self.messages[-1].raw == mark,
                PATIENCE)
            self.messages.pop()


class UdpPbx(Watched, Settling):
    pass


class TcpPbx(Watched, TcpPeer):
    pass


class OneAtATime(ssl.SSLSocket):
    """OpenSSL wants no two threads in one connection."""

    def __init__(self, *args, **how):
        raise TypeError("made by a context")

    def recv(self, *args):
        with self.context.turn:
            return super().recv(*args)

    def sendall(self, *args):
        with self.context.turn:
            return super().sendall(*args)


class TlsPbx(Watched, TlsPeer):
    def __init__(self, *args, **how):
        super().__init__(*args, **how)
        self.context.turn = threading.Lock()
        self.context.sslsocket_class = OneAtATime


def start_pbx(servers, transport, how, steps):
    script = Script(steps)
    if transport == "tls":
        pbx = servers.start(TlsPbx, script, servers.pki, **how)
    else:
        kind = {"udp": UdpPbx, "tcp": TcpPbx}[transport]
        pbx = servers.start(kind, script, **how)
    pbx.script = script
    return pbx


# NOTIFYs ---------------------------------------------------------------------

numbers = itertools.count(1)


def contact_of(request):
    return re.search(r"<([^>]*)>", request.get("Contact")).group(1)


class Notify:
    """A NOTIFY to the phone.

    lines: headers by their names with _ for -; None leaves one out.
    """

    def __init__(self, uri, via, body=BODY, method="NOTIFY", **lines):
        self.uri, self.body, self.method = uri, body, method
        self.branch = "%s-pbx-%d" % (COOKIE, next(numbers))
        self.lines = {
            "Via": "%s;branch=%s" % (via, self.branch),
            "Max-Forwards": "70", "From": "<sip:um@contoso.test>;tag=um",
            "To": "<sip:lamp@contoso.test>",
            "Call-ID": "%s@pbx" % self.branch, "CSeq": "1 " + method,
            "Contact": "<sip:um@127.0.0.1:5060>",
            "Event": "message-summary",
            "Subscription-State": "terminated", "Content-Type": SUMMARY}
        self.change(**lines)

    def change(self, **lines):
        for name, value in lines.items():
            self.lines[name.replace("_", "-")] = value
        return self

    @property
    def raw(self):
        lines = ["%s %s SIP/2.0" % (self.method, self.uri)]
        for name, value in self.lines.items():
            values = value if isinstance(value, list) else [value]
            lines += ["%s: %s" % (name, each) for each in values
                      if each is not None]
        lines.append("Content-Length: %d" % len(self.body))
        return b"\r\n".join(map(encoded, lines)) + b"\r\n\r\n" + self.body


def via_of(exchange):
    """What is before the branch in a Via of the PBX's own."""
    peer = exchange.peer
    return "SIP/2.0/%s %s:%d" % (peer.transport.upper(), peer.address,
                                 peer.port)


def own(exchange, **changes):
    """One that nobody asked for, to the phone that registered so."""
    return Notify(contact_of(exchange.request), via_of(exchange), **changes)


def carried(exchange, phone, **changes):
    """UM's NOTIFY as a proxy carries it on (RFC 3261 16.6)."""
    request = exchange.request
    notify = own(phone, body=changes.pop("body", request.body))
    notify.change(
        Via=[notify.lines["Via"], *request.all("Via")], From=request.get(
            "From"), To=request.get("To"), Call_ID=request.call_id,
        CSeq=request.get("CSeq"), Contact=request.get("Contact"))
    return notify.change(**changes)


def in_dialog(exchange, number=1, **changes):
    """One of the subscription that the SUBSCRIBE asks for."""
    request, peer = exchange.request, exchange.peer
    state = "terminated;reason=timeout" \
        if request.get("Expires") == "0" else "active;expires=60"
    lines = dict(From=request.get("To") + ";tag=peer", To=request.get("From"),
                 Call_ID=request.call_id, CSeq="%d NOTIFY" % number,
                 Subscription_State=state,
                 Contact="<sip:state@%s:%d>" % (peer.address, peer.port))
    return own(exchange, **{**lines, **changes})


# Steps -----------------------------------------------------------------------

def register(exchange):
    exchange.answer(200, "OK", "Contact: %s;expires=60" %
                    exchange.request.get("Contact"))


def deliver(times=1, before=(), after=(), **changes):
    """Carries the NOTIFY on, and takes it when the phone has.

    times: as often, each a transaction of its own. before, after: make(
    exchange, phone) of messages to the phone besides.
    """
    def step(exchange):
        phone = exchange.peer.behaviour.phone
        ours = [carried(exchange, phone, **changes) for _ in range(times)]
        for make in before:
            phone.send(make(exchange, phone).raw)
        for each in ours:
            phone.send(each.raw)
        for make in after:
            phone.send(make(exchange, phone).raw)
        if all(exchange.peer.wait_for(each.branch) for each in ours):
            exchange.answer()
    return step


def take_only(exchange):
    """200, and nothing is carried on."""
    exchange.answer()


def subscribed(*changes, before=False, answer_lines=(), **lines):
    """200 to SUBSCRIBE, and as many NOTIFYs as there are changes, or one.

    before: they come first, the 200 when the subscriber has taken them.
    """
    def step(exchange):
        notifies = [in_dialog(exchange, 1 + at, **{**lines, **each})
                    for at, each in enumerate(changes or [{}])]
        accept = answer(
            exchange.request, 200, "OK", "Contact: <sip:state@%s:%d>" % (
                exchange.peer.address, exchange.peer.port),
            "Expires: " + exchange.request.get("Expires"), *answer_lines)
        if before:
            for each in notifies:
                exchange.send(each.raw)
                wait_here(exchange, each.branch)
            exchange.send(accept)
        else:
            exchange.send(accept)
            for each in notifies:
                exchange.send(each.raw)
    return step


def wait_here(exchange, branch):
    """For an answer on the connection that this thread reads."""
    if exchange.peer.transport == "udp":
        exchange.peer.wait_for(branch)
        return
    while not exchange.peer.statuses(branch):
        if exchange.receive() is None:
            return


RIGHT = {"options": ok, "register": register, "unregister": ok,
         "notify": deliver(), "subscribe": subscribed(), "unsubscribe": ok}
