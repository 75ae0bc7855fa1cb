# SPDX-License-Identifier: GPL-3.0-or-later
"""cert -- one certificate from a recipe, right or wrong as the test wants."""

import hashlib
import ipaddress
import itertools
import ssl
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone

from testenv import der

CN = "2.5.4.3"
ORGANIZATION = "2.5.4.10"
EKU = {"serverAuth": "1.3.6.1.5.5.7.3.1", "clientAuth": "1.3.6.1.5.5.7.3.2",
       "codeSigning": "1.3.6.1.5.5.7.3.3", "sipDomain": "1.3.6.1.5.5.7.3.20",
       "OCSPSigning": "1.3.6.1.5.5.7.3.9", "any": "2.5.29.37.0"}
KEY_USAGE = ["digitalSignature", "nonRepudiation", "keyEncipherment",
             "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign"]
GENERAL_NAMES = {"DNS": 2, "URI": 6, "IP": 7}
SERIALS = itertools.count(0x1000)


@dataclass
class Recipe:
    """What stands in a certificate; None leaves an extension out."""

    cn: list = field(default_factory=list)  # texts, bytes or (tag, bytes)
    organization: str = "Contoso"
    san: list = None                            # "DNS:..." or (tag, bytes)
    eku: tuple = ("serverAuth", "clientAuth")
    ku: tuple = ("digitalSignature", "keyEncipherment")
    ca: bool = False
    cdp: str = "http://cdp.contoso.test/ca.crl"
    ocsp: str = None
    policies: tuple = ()
    age: float = 10                             # days since notBefore
    days: float = 200                           # the whole lifetime
    not_before: datetime = None                 # instead of age
    digest: str = "sha256"
    pss: bool = False
    sign: bool = True                           # False: a signature of zeros
    serial: int = field(default_factory=lambda: next(SERIALS))

    def subject(self):
        parts = [(ORGANIZATION, self.organization)] if self.organization \
            else []
        return rdns(parts + [(CN, name) for name in self.cn])

    def validity(self):
        start = self.not_before or \
            datetime.now(timezone.utc) - timedelta(days=self.age)
        return start, start + timedelta(days=self.days)


@dataclass(frozen=True)
class Cert:
    """A certificate, its key, and who issued it (None: itself)."""

    der: bytes
    subject: bytes
    serial: int
    key: object
    issuer: "Cert" = None

    @property
    def pem(self):
        return ssl.DER_cert_to_PEM_cert(self.der)

    @property
    def sha256(self):
        return hashlib.sha256(self.der).hexdigest().upper()

    @property
    def path(self):
        """This one and its issuers up to the root, without the root."""
        if self.issuer is None:
            return [self]
        above = self.issuer.path if self.issuer.issuer else []
        return [self] + above

    def with_key(self, key):
        return replace(self, key=key)


def raw(text):
    return text if isinstance(text, bytes) else text.encode()


def rdns(parts):
    return der.sequence(*(
        der.set_of(der.sequence(
            der.oid(kind), der.tlv(*value) if isinstance(value, tuple)
            else der.utf8(raw(value)))) for kind, value in parts))


def general_name(name):
    if isinstance(name, tuple):
        return der.implicit(*name)
    kind, value = name.split(":", 1)
    body = ipaddress.ip_address(value).packed if kind == "IP" \
        else value.encode()
    return der.implicit(GENERAL_NAMES[kind], body)


def extension(dotted, value, critical=False):
    mark = [der.boolean(True)] if critical else []
    return der.sequence(der.oid(dotted), *mark, der.octets(value))


def key_usage(names):
    value = sum(0x80 >> KEY_USAGE.index(name) for name in names)
    unused = (value & -value).bit_length() - 1
    return der.bits(bytes([value]), unused)


def key_id(spki):
    return hashlib.sha1(spki).digest()


def extensions(recipe, key, issuer_key):
    """Those the recipe asks for, in the order of RFC 5280 4.2."""
    out = [extension("2.5.29.35", der.sequence(
               der.implicit(0, key_id(issuer_key.spki)))),
           extension("2.5.29.14", der.octets(key_id(key.spki)))]
    if recipe.ku is not None:
        out.append(extension("2.5.29.15", key_usage(recipe.ku), True))
    if recipe.policies:
        out.append(extension("2.5.29.32", der.sequence(
            *(der.sequence(der.oid(policy)) for policy in recipe.policies))))
    if recipe.san is not None:
        out.append(extension("2.5.29.17", der.sequence(
            *map(general_name, recipe.san))))
    if recipe.ca is not None:
        out.append(extension("2.5.29.19", der.sequence(
            *([der.boolean(True)] if recipe.ca else [])), True))
    if recipe.eku is not None:
        out.append(extension("2.5.29.37", der.sequence(
            *(der.oid(EKU[name]) for name in recipe.eku))))
    if recipe.cdp:
        uri = der.implicit(6, recipe.cdp.encode())
        out.append(extension("2.5.29.31", der.sequence(der.sequence(
            der.explicit(0, der.explicit(0, uri))))))
    if recipe.ocsp:
        out.append(extension("1.3.6.1.5.5.7.1.1", der.sequence(der.sequence(
            der.oid("1.3.6.1.5.5.7.48.1"),
            der.implicit(6, recipe.ocsp.encode())))))
    return out


def make(recipe, key, issuer=None):
    """The certificate: signed by the issuer, or by its own key."""
    signer = issuer.key if issuer else key
    subject = recipe.subject()
    algorithm = signer.algorithm(recipe.digest, recipe.pss)
    body = der.sequence(
        der.explicit(0, der.integer(2)), der.integer(recipe.serial), algorithm,
        issuer.subject if issuer else subject,
        der.sequence(*map(der.time, recipe.validity())), subject, key.spki,
        der.explicit(3, der.sequence(*extensions(recipe, key, signer))))
    signature = signer.sign(body, recipe.digest, recipe.pss) \
        if recipe.sign else bytes(64)
    whole = der.sequence(body, algorithm, der.bits(signature))
    return Cert(whole, subject, recipe.serial, key, issuer)
