# SPDX-License-Identifier: GPL-3.0-or-later
"""der -- DER (X.690) written by hand, so that it can also be written wrong."""

import datetime


def tlv(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + body


def sequence(*parts):
    return tlv(0x30, *parts)


def set_of(*parts):
    return tlv(0x31, *parts)


def boolean(value):
    return tlv(0x01, b"\xff" if value else b"\x00")


def integer(value):
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def bits(body, unused=0):
    return tlv(0x03, bytes([unused]), body)


def octets(*parts):
    return tlv(0x04, *parts)


def null():
    return tlv(0x05)


def oid(dotted):
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    body = b""
    for arc in [first * 40 + second] + rest:
        low = [arc & 0x7F]
        while arc := arc >> 7:
            low.append(0x80 | arc & 0x7F)
        body += bytes(reversed(low))
    return tlv(0x06, body)


def utf8(raw):
    return tlv(0x0C, raw)


def time(moment):
    """UTCTime until 2049, GeneralizedTime after (RFC 5280 4.1.2.5)."""
    moment = moment.astimezone(datetime.timezone.utc)
    if 1950 <= moment.year < 2050:
        return tlv(0x17, moment.strftime("%y%m%d%H%M%SZ").encode())
    return tlv(0x18, moment.strftime("%Y%m%d%H%M%SZ").encode())


def explicit(number, *parts):
    return tlv(0xA0 | number, *parts)


def implicit(number, body):
    return tlv(0x80 | number, body)
