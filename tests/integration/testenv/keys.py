# SPDX-License-Identifier: GPL-3.0-or-later
"""keys -- private keys, made once a session; signing with them."""

from dataclasses import dataclass
from pathlib import Path

from testenv import der
from testenv.openssl import openssl

RSA_OIDS = {"md5": "1.2.840.113549.1.1.4", "sha1": "1.2.840.113549.1.1.5",
            "sha256": "1.2.840.113549.1.1.11"}
ECDSA_OIDS = {"sha1": "1.2.840.10045.4.1", "sha256": "1.2.840.10045.4.3.2"}
SHA256 = der.sequence(der.oid("2.16.840.1.101.3.4.2.1"), der.null())
PSS = der.sequence(
    der.oid("1.2.840.113549.1.1.10"),
    der.sequence(
        der.explicit(0, SHA256),
        der.explicit(1, der.sequence(der.oid("1.2.840.113549.1.1.8"),
                                     SHA256)),
        der.explicit(2, der.integer(32))))


@dataclass(frozen=True)
class Key:
    """A private key in a PEM file, and its SubjectPublicKeyInfo."""

    kind: str
    path: Path
    spki: bytes

    def algorithm(self, digest, pss):
        if pss:
            return PSS
        if self.kind == "RSA":
            return der.sequence(der.oid(RSA_OIDS[digest]), der.null())
        return der.sequence(der.oid(ECDSA_OIDS[digest]))

    def sign(self, data, digest, pss):
        padding = ["-sigopt", "rsa_padding_mode:pss",
                   "-sigopt", "rsa_pss_saltlen:32"] if pss else []
        return openssl("dgst", "-" + digest, "-sign", self.path, *padding,
                       data=data)


class Keys:
    """Named keys in a directory: the same name gives the same key."""

    def __init__(self, directory):
        self.directory = directory
        self.made = {}

    def ec(self, name="leaf"):
        return self._key("EC", name, "ec_paramgen_curve:P-256")

    def rsa(self, bits=2048, name="leaf"):
        return self._key("RSA", "%s-%d" % (name, bits),
                         "rsa_keygen_bits:%d" % bits)

    def _key(self, kind, name, option):
        if (kind, name) not in self.made:
            path = self.directory / ("%s-%s.key" % (kind.lower(), name))
            openssl("genpkey", "-algorithm", kind, "-pkeyopt", option,
                    "-out", path)
            spki = openssl("pkey", "-in", path, "-pubout", "-outform", "DER")
            self.made[kind, name] = Key(kind, path, spki)
        return self.made[kind, name]
