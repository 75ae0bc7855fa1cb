# SPDX-License-Identifier: GPL-3.0-or-later
"""faults -- what may go wrong at each step of a run, and the verdict on it.

A row is a step of a plugin over some transports, and has for each fault the
finding that the run ends with. Expected is what the contract says of it.
"""

from dataclasses import dataclass

# What a peer does instead of what it should say.
FAULTS = {
    "silence": "says nothing",
    "drip": "says it byte by byte, and never ends in time",
    "reset": "resets the connection",
    "close": "closes the connection",
    "garbage": "says something of no protocol",
    "truncation": "says the half of it, and closes",
    "flood": "says things that are not for us, as fast as it can",
}
STREAMS = ("tcp", "TLS 1.2", "TLS 1.3", "mutual TLS")
TLS = STREAMS[1:]
TRANSPORTS = ("udp",) + STREAMS
PHONE = TRANSPORTS[:-1]                 # which has no certificate
# A datagram is whole or not at all; a reset is told by ICMP, before the first.
NOT_BY_UDP = ("drip", "reset", "close")


@dataclass(frozen=True)
class Row:
    """The findings by fault: CRITICAL, unless "WARNING id"; "OK"."""

    plugin: str
    step: str
    transports: tuple
    verdicts: dict

    def verdict(self, fault):
        """(state, id or None)."""
        text = self.verdicts.get(fault, self.verdicts.get("else"))
        if text == "OK":
            return "OK", None
        state, _, finding = text.rpartition(" ")
        return state or "CRITICAL", finding


@dataclass(frozen=True)
class Cell:
    plugin: str
    step: str
    transport: str
    fault: str
    state: str
    finding: str

    def __str__(self):
        return "-".join((self.plugin.removeprefix("check_"), self.step,
                         self.transport, self.fault)).replace(" ", "_")


# The steps, in the words of doc/faults.md.
STEPS = {
    "lookup": "the resolver's answer to A and AAAA",
    "hello": "the server's first flight of the handshake",
    "end": "what the server says to the client's last flight",
    "list": "the CRL, by HTTP",
    "options": "the answer to OPTIONS",
    "register": "the answer to the phone's REGISTER",
    "subscribe": "the answer to SUBSCRIBE",
    "state": "the NOTIFY with the mailbox's state",
    "notify": "the answer to UM's NOTIFY",
    "delivery": "the NOTIFY to the phone",
}

UNKNOWN_NAME = {"else": "UNKNOWN dns.no-answer"}
HANDSHAKE = {"silence": "net.timeout", "drip": "net.timeout",
             "reset": "net.reset", "else": "tls.handshake"}
# TLS 1.3: the client's last flight ends the handshake; what comes later is of
# use to a session, and to nothing that is judged.
ENDED = {"else": "OK"}
NOTHING_CAME = {"silence": "sip.no-answer", "drip": "sip.no-answer",
                "reset": "sip.closed", "close": "sip.closed",
                "garbage": "sip.malformed", "truncation": "sip.closed",
                "flood": "sip.stray"}
HALF_A_DATAGRAM = {**NOTHING_CAME, "truncation": "sip.malformed"}
REFUSED = {"garbage": "sip.malformed", "else": "mwi.notify-refused"}

ROWS = [
    Row("check_um_cert", "lookup", ("udp", "tcp"), UNKNOWN_NAME),
    Row("check_um_cert", "hello", TLS, HANDSHAKE),
    Row("check_um_cert", "end", ("TLS 1.2",), HANDSHAKE),
    Row("check_um_cert", "end", ("TLS 1.3", "mutual TLS"), ENDED),
    Row("check_um_cert", "list", ("tcp",),
        {"else": "WARNING revocation.unknown"}),
    Row("check_sip_options", "lookup", ("udp", "tcp"), UNKNOWN_NAME),
    Row("check_sip_options", "hello", TLS, HANDSHAKE),
    Row("check_sip_options", "end", ("TLS 1.2",), HANDSHAKE),
    # The answer is waited for by then; what is no TLS is no answer.
    Row("check_sip_options", "end", ("TLS 1.3", "mutual TLS"),
        {**NOTHING_CAME, "flood": "sip.malformed"}),
    Row("check_sip_options", "options", ("udp",), HALF_A_DATAGRAM),
    Row("check_sip_options", "options", STREAMS, NOTHING_CAME),
    Row("check_mwi_path", "lookup", ("udp", "tcp"), UNKNOWN_NAME),
    Row("check_mwi_path", "hello", TLS, HANDSHAKE),
    Row("check_mwi_path", "end", ("TLS 1.2",), HANDSHAKE),
    Row("check_mwi_path", "options", ("udp",), HALF_A_DATAGRAM),
    Row("check_mwi_path", "options", ("tcp", "mutual TLS"), NOTHING_CAME),
    Row("check_mwi_path", "register", PHONE,
        {"else": "mwi.register-refused"}),
    Row("check_mwi_path", "notify", ("udp",),
        {**REFUSED, "truncation": "sip.malformed"}),
    Row("check_mwi_path", "notify", STREAMS, REFUSED),
    Row("check_mwi_path", "delivery", PHONE,
        {"else": "mwi.not-delivered"}),
    Row("check_mwi_path", "subscribe", TRANSPORTS,
        {"else": "mwi.subscribe-refused"}),
    Row("check_mwi_path", "state", TRANSPORTS, {"else": "mwi.no-notify"}),
]


def cells():
    for row in ROWS:
        for transport in row.transports:
            for fault in FAULTS:
                if transport == "udp" and fault in NOT_BY_UDP:
                    continue
                yield Cell(row.plugin, row.step, transport, fault,
                           *row.verdict(fault))
