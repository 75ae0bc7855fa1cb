# SPDX-License-Identifier: GPL-3.0-or-later
"""test_files -- certificates in files, with one fault each, as calls fail."""

import pytest

from injected import inject
from testenv.pki import HOST

PUBLIC = "2.23.140.1.2.2"               # CA/Browser Forum: a public CA


def leaf(**recipe):
    """A certificate with this fault, in a PEM file with its chain."""
    return lambda pki: pki.chain_file(pki.leaf(**recipe))


def expired_issuer(pki):
    old = pki.authority("Contoso Old", pki.root, age=400, days=380)
    return pki.leaf(issuer=old)


# fault: (what makes the file, further options)
FAULTS = {
    "wildcard": (lambda pki: pki.chain_file(pki.wildcard), []),
    "not-in-san": (leaf(san=["DNS:um2.contoso.test"]), ["-P", "tls-server"]),
    "two-names": (leaf(cn=[HOST, "um2.contoso.test"]), []),
    "untrusted": (lambda pki: pki.chain_file(pki.leaf(issuer=pki.stranger)),
                  []),
    "no-server": (leaf(eku=("clientAuth",)), []),
    "is-a-ca": (leaf(ca=True), []),
    "key-usage": (leaf(ku=("cRLSign",)), []),
    "sha1": (leaf(digest="sha1"), []),
    "small-key": (lambda pki: pki.chain_file(pki.leaf(
        key=pki.keys.rsa(1024))), []),
    "too-long": (leaf(policies=(PUBLIC,), days=900), ["-P", "teams-sbc"]),
    "fingerprint": (leaf(), ["--fingerprint", "00" * 32]),
    "old-issuer": (lambda pki: pki.chain_file(expired_issuer(pki)), []),
    "old-issuer-in-pkcs12": (lambda pki: pki.pkcs12(expired_issuer(pki)), []),
    "old-issuer-in-pkcs7": (lambda pki: pki.pkcs7(*expired_issuer(pki).path),
                            []),
    "request": (lambda pki: pki.request("*.contoso.test"), []),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_never_passed_over(pki, tmp_path, record_property, fault):
    make, options = FAULTS[fault]
    inject("check_um_cert", ["--file", make(pki), "--ca-file", pki.ca_file,
                             "--expect", HOST, *options],
           tmp_path / "log", True, record_property)
