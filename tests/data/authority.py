# SPDX-License-Identifier: GPL-3.0-or-later
"""authority -- CAs and leaves as make-fixtures wants them made."""
import datetime
import ipaddress
import itertools
import pathlib
import subprocess

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID as EKU
from cryptography.x509.oid import NameOID

OUT = pathlib.Path(__file__).resolve().parent / "pki"
UM1 = "um1.contoso.test"
CDP = "http://pki.contoso.test/issuing.crl"
SECOND = datetime.timedelta(seconds=1)
PEM = serialization.Encoding.PEM
DER = serialization.Encoding.DER
SERIAL = itertools.count(0x1001)
WEB = (EKU.SERVER_AUTH, EKU.CLIENT_AUTH)


def utc(text):
    return datetime.datetime.fromisoformat(text)


def lasts(since, days):
    """Both ends count: 365 days end a second before the 366th begins."""
    return utc(since), utc(since) + datetime.timedelta(days=days) - SECOND


def key_ec():
    return ec.generate_private_key(ec.SECP256R1())


def key_rsa(bits=2048):
    return rsa.generate_private_key(65537, bits)


class Party:
    """A certificate and the key to it."""

    def __init__(self, cert, key):
        self.cert, self.key = cert, key


def name(*cns, org="Contoso"):
    parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, org)] if org else []
    return x509.Name(parts + [
        cn if isinstance(cn, x509.NameAttribute)
        else x509.NameAttribute(NameOID.COMMON_NAME, cn) for cn in cns])


def general_name(text):
    kind, value = text.split(":", 1)
    if kind == "uri":
        return x509.UniformResourceIdentifier(value)
    if kind == "ip":
        return x509.IPAddress(ipaddress.ip_address(value))
    return x509.DNSName(value)


def san_of(names):
    return x509.SubjectAlternativeName([general_name(n) for n in names])


def key_usage(*names):
    every = ("digital_signature", "content_commitment", "key_encipherment",
             "data_encipherment", "key_agreement", "key_cert_sign",
             "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{n: n in names for n in every})


SERVER_KU = key_usage("digital_signature", "key_encipherment")
CA_KU = key_usage("key_cert_sign", "crl_sign")


def distribution_points(*urls):
    return x509.CRLDistributionPoints([
        x509.DistributionPoint([x509.UniformResourceIdentifier(u)],
                               None, None, None) for u in urls])


def constraints(ca, path_length=None):
    return x509.BasicConstraints(ca, path_length)


def build(subject, signer, key, span, extensions, digest=hashes.SHA256()):
    """signer None: by its own key."""
    issuer = signer.cert.subject if signer else subject
    signing = signer.key if signer else key
    builder = (x509.CertificateBuilder().subject_name(subject)
               .issuer_name(issuer).public_key(key.public_key())
               .serial_number(next(SERIAL))
               .not_valid_before(span[0]).not_valid_after(span[1]))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    if isinstance(signing, ed25519.Ed25519PrivateKey):
        digest = None
    return Party(builder.sign(signing, digest), key)


def ca(cn, signer=None, span=lasts("2022-01-01", 3650), key=None, org="Contoso",
       digest=hashes.SHA256(), more=(), path_length=None):
    key = key or key_ec()
    return build(name(cn, org=org), signer, key, span, [
        (constraints(True, path_length), True), (CA_KU, True),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        *more], digest)


ROOT_SPAN = (utc("2020-01-01"), utc("2050-06-01"))
root = ca("Contoso Root CA", span=ROOT_SPAN)
issuing = ca("Contoso Issuing CA", root)
foreign_root = ca("Fabrikam Root CA", span=ROOT_SPAN, org="Fabrikam")
foreign = ca("Fabrikam Issuing CA", foreign_root, org="Fabrikam")


def leaf(cn=UM1, san=("dns:" + UM1,), signer=issuing, *, key=None,
         span=lasts("2026-06-01", 365), eku=WEB, ku=SERVER_KU, cdp=(CDP,),
         is_ca=False, digest=hashes.SHA256(), more=()):
    """A good server certificate, but for what the caller says."""
    subject = cn if isinstance(cn, x509.Name) else name(
        *((cn,) if isinstance(cn, str) else cn))
    extensions = [(constraints(is_ca), True)]
    if ku:
        extensions.append((ku, True))
    if eku:
        extensions.append((x509.ExtendedKeyUsage(eku), False))
    if san:
        extensions.append((san_of(san), False))
    if cdp:
        extensions.append((distribution_points(*cdp), False))
    return build(subject, signer, key or key_ec(), span,
                 extensions + list(more), digest)


def pem(party):
    return party.cert.public_bytes(PEM)


def der(party):
    return party.cert.public_bytes(DER)


def write(file, data):
    (OUT / file).write_bytes(data)


def chain(file, *parties):
    write(file, b"".join(pem(p) for p in parties))


def sent(file, *args, signer=issuing, **how):
    """A leaf as a good server sends it: with its intermediate."""
    chain(file, leaf(*args, signer=signer, **how), signer)


def openssl(*args, stdin=b""):
    return subprocess.run(["openssl", *map(str, args)], input=stdin,
                          check=True, capture_output=True).stdout


def plain(key):
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption())
