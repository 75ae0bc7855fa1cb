#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the seeds of fuzz_dns: replies of a DNS server."""
import pathlib
import struct
import sys


def name(text):
    if text is None:
        return b"\xc0\x0c"
    labels = [p.encode() for p in text.split(".") if p]
    return b"".join(bytes([len(p)]) + p for p in labels) + b"\0"


def record(kind, data, owner=None):
    return name(owner) + struct.pack(">HHIH", kind, 1, 5, len(data)) + data


def a(text, owner=None):
    return record(1, bytes(int(p) for p in text.split(".")), owner)


def aaaa(last, owner=None):
    return record(28, bytes.fromhex("20010db8") + bytes(11) + bytes([last]),
                  owner)


def srv(prio, weight, port, target):
    return record(33, struct.pack(">HHH", prio, weight, port) + name(target))


def naptr(order, service, target, flags="s"):
    text = b"".join(bytes([len(t)]) + t.encode()
                    for t in (flags, service, ""))
    return record(35, struct.pack(">HH", order, 50) + text + name(target))


def reply(*records, rcode=0, flags=0x81, count=None):
    body = b"".join(records)
    return (bytes([flags, 0x80 | rcode, len(records) if count is None
                   else count, 0, 0]) + struct.pack(">H", len(body)) + body)


NO, NONE, FAIL = reply(rcode=3), reply(), reply(rcode=2)
SRV = reply(srv(10, 60, 5061, "a.test"), srv(20, 0, 5060, "b.test"))
SEEDS = {
    "empty": (0, []),
    "address": (0x01, [reply(aaaa(1)), reply(a("192.0.2.7"))]),
    "address-v4": (0x11, [reply(a("192.0.2.7"), a("192.0.2.8"))]),
    "address-alias": (0x11, [reply(record(5, name("a.test")),
                                   a("192.0.2.7", "a.test"))]),
    "srv": (0x14, [SRV, reply(a("192.0.2.7")), reply(a("192.0.2.8"))]),
    "srv-both": (0x04, [SRV, reply(aaaa(1)), reply(a("192.0.2.7")), NO]),
    "srv-tls": (0x0c, [SRV, NONE, reply(a("192.0.2.7")), NONE, NONE]),
    "srv-root": (0x14, [reply(srv(0, 0, 0, ""))]),
    "srv-port-0": (0x14, [reply(srv(0, 0, 0, "a.test"))]),
    "srv-address": (0x14, [reply(srv(0, 0, 5060, "192.0.2.7"))]),
    "srv-control": (0x14, [reply(srv(0, 0, 5060, "a\x1b.test"))]),
    "srv-loop": (0x14, [reply(record(33, bytes(6) + b"\xc0\x2d"))]),
    "srv-many": (0x14, [reply(*[srv(i, i % 3, 5060, f"h{i}.test")
                                for i in range(66)])]),
    "naptr": (0x10, [reply(naptr(10, "SIPS+D2T", "_sips._tcp.contoso.test"),
                           naptr(20, "SIP+D2U", "x.test")), NO, NO, SRV,
                     SRV, reply(a("192.0.2.7")), reply(a("192.0.2.8"))]),
    "naptr-others": (0x10, [reply(naptr(1, "E2U+sip", "", "u"),
                                  naptr(2, "SIP+D2T", "\x01")), SRV]),
    "naptr-cut": (0x10, [reply(record(35, b"\0\1\0\2\xffs"))]),
    "secure": (0x02, [NONE, SRV, reply(aaaa(1)), reply(a("192.0.2.7"))]),
    "fail": (0x00, [FAIL] * 12),
    "refused": (0x14, [reply(rcode=5), SRV, reply(a("192.0.2.7"))]),
    "truncated": (0x14, [reply(flags=0x83), SRV, reply(a("192.0.2.7"))]),
    "count": (0x14, [reply(srv(1, 1, 1, "a.test"), count=3)]),
    "nothing": (0x00, [NONE] * 8),
}
for seed, (what, replies) in SEEDS.items():
    pathlib.Path(sys.argv[1], seed).write_bytes(bytes([what, 0])
                                                + b"".join(replies))
for whom in range(1, 8):
    pathlib.Path(sys.argv[1], f"host-{whom}").write_bytes(
        bytes([0, whom]) + NONE + SRV + reply(a("192.0.2.7")) * 4)
for seed, text in {"server-port": "192.0.2.1:53", "server-none": "x:53",
                   "server-mark": "2001:db8::1#53",
                   "server-huge": "192.0.2.1:65536",
                   "server-zone": "fe80::1%lo"}.items():
    pathlib.Path(sys.argv[1], seed).write_bytes(bytes([0x41, 4])
                                                + text.encode())
