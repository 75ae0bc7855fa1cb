# SPDX-License-Identifier: GPL-3.0-or-later
"""flight -- a TLS 1.2 server's first flight written by hand (RFC 5246 7.4)."""

HANDSHAKE = 22
SERVER_HELLO, CERTIFICATE, SERVER_HELLO_DONE = 2, 11, 14
ECDHE_RSA_AES128_GCM_SHA256 = b"\xc0\x2f"
RENEGOTIATION_INFO = b"\xff\x01\x00\x01\x00"    # RFC 5746 3.6


def vector(size, data):
    return len(data).to_bytes(size, "big") + data


def message(kind, body):
    return bytes([kind]) + vector(3, body)


def record(data):
    return bytes([HANDSHAKE, 3, 3]) + vector(2, data)


def server_hello(extensions):
    return message(SERVER_HELLO, b"".join((
        b"\x03\x03", b"R" * 32, vector(1, b""), ECDHE_RSA_AES128_GCM_SHA256,
        b"\x00", vector(2, extensions) if extensions else b"")))


def certificate(*ders):
    return message(CERTIFICATE, vector(3, b"".join(
        vector(3, each) for each in ders)))


def server_flight(*ders, extensions=RENEGOTIATION_INFO):
    """ServerHello, Certificate with these, ServerHelloDone."""
    return b"".join(map(record, (
        server_hello(extensions), certificate(*ders),
        message(SERVER_HELLO_DONE, b""))))
