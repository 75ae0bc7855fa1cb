# SPDX-License-Identifier: GPL-3.0-or-later
"""ocsp -- an OCSP response (RFC 6960 4.2) that no responder would give."""

import hashlib
from datetime import datetime, timedelta, timezone

from testenv import der

SHA1 = der.sequence(der.oid("1.3.14.3.2.26"), der.null())
BASIC = "1.3.6.1.5.5.7.48.1.1"
POINT = 65                      # bytes of an uncompressed P-256 public key


def moment(days):
    then = datetime.now(timezone.utc) + timedelta(days=days)
    return der.tlv(0x18, then.strftime("%Y%m%d%H%M%SZ").encode())


def good_answer(cert, age, days):
    """DER: the issuer says good, from `age` days ago on, for `days` days.

    The issuer's key is EC P-256.
    """
    issuer = cert.issuer
    key_hash = hashlib.sha1(issuer.key.spki[-POINT:]).digest()
    cert_id = der.sequence(
        SHA1, der.octets(hashlib.sha1(issuer.subject).digest()),
        der.octets(key_hash), der.integer(cert.serial))
    single = der.sequence(
        cert_id, der.implicit(0, b""), moment(-age),
        der.explicit(0, moment(days - age)))
    body = der.sequence(der.explicit(2, der.octets(key_hash)), moment(-age),
                        der.sequence(single))
    basic = der.sequence(
        body, issuer.key.algorithm("sha256", False),
        der.bits(issuer.key.sign(body, "sha256", False)))
    return der.sequence(
        der.tlv(0x0A, b"\0"),
        der.explicit(0, der.sequence(der.oid(BASIC), der.octets(basic))))
