# SPDX-License-Identifier: GPL-3.0-or-later
"""test_usage_crypto -- what key and signature are fit for: usage.*, crypto.*.
"""

import pytest

from testenv.contract import PROFILES, rows

# What the leaf is made with, for each rule that it breaks.
BREAKERS = {
    "usage.server-auth": dict(eku=("clientAuth",)),
    "usage.client-auth": dict(eku=("serverAuth",)),
    "usage.ca-leaf": dict(ca=True, ku=None),
    "usage.key-usage": dict(ku=("keyCertSign", "cRLSign")),
    "revocation.no-cdp": dict(cdp=None),
}


@pytest.mark.parametrize("rule,profile,state", rows(*BREAKERS))
def test_a_broken_usage_rule_gets_the_verdict_of_its_profile(
        pki, um, rule, profile, state):
    result = um.judge(pki.leaf(**BREAKERS[rule]), profile=profile)
    assert result.judged(rule, state), (result.broken, result.passed)
    assert set(result.broken) <= {rule}


@pytest.mark.parametrize("rule,profile,state", rows(
    *BREAKERS, "crypto.signature", "crypto.pss", "crypto.key-size"))
def test_a_right_certificate_holds_each_of_these_rules(
        pki, um, rule, profile, state):
    assert um.judge(pki.right, profile=profile).holds(rule) or state is None


# Extended key usage ----------------------------------------------------------

@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("eku", [None, ("any",), ("any", "codeSigning"),
                                 ("serverAuth", "clientAuth", "sipDomain")])
def test_no_eku_or_any_eku_is_fine(pki, um, profile, eku):
    result = um.judge(pki.leaf(eku=eku), profile=profile)
    assert (result.state, result.broken) == ("OK", {})


def test_a_foreign_eku_breaks_both_usages(pki, um):
    result = um.judge(pki.leaf(eku=("codeSigning",)), profile="teams-sbc")
    assert result.broken == {"usage.server-auth": "CRITICAL",
                             "usage.client-auth": "WARNING"}


def test_purpose_is_read_from_the_eku_not_the_key_usage(pki, um):
    cert = pki.leaf(eku=("clientAuth",), ku=("digitalSignature",
                                             "keyEncipherment"))
    assert um.judge(cert).broken == {"usage.server-auth": "CRITICAL"}


# Key usage -------------------------------------------------------------------

@pytest.mark.parametrize("ku", [None, ("digitalSignature",),
                                ("digitalSignature", "keyAgreement")])
def test_a_key_usage_that_allows_signing_is_fine(pki, um, ku):
    assert um.judge(pki.leaf(ku=ku)).broken == {}


@pytest.mark.parametrize("ku", [("keyCertSign",), ("nonRepudiation",),
                                ("dataEncipherment",), ("cRLSign",)])
def test_a_key_usage_that_forbids_tls_is_critical(pki, um, ku):
    assert um.judge(pki.leaf(ku=ku)).broken == \
        {"usage.key-usage": "CRITICAL"}


# Signatures ------------------------------------------------------------------

@pytest.mark.parametrize("rule,profile,state", rows("crypto.signature"))
def test_sha1_gets_the_verdict_of_its_profile(pki, um, rule, profile, state):
    result = um.judge(pki.leaf(digest="sha1"), profile=profile)
    assert result.broken == {rule: state}


@pytest.mark.parametrize("rule,profile,state",
                         rows("crypto.signature", badly=True))
def test_md5_is_critical_in_every_profile(pki, um, rule, profile, state):
    cert = pki.leaf(digest="md5", issuer=pki.rsa_root)
    assert um.judge(cert, profile=profile).broken == {rule: state}


def test_the_signature_of_an_intermediate_counts(pki, um):
    middle = pki.authority("Weakly Signed", pki.root, digest="sha1")
    result = um.judge(pki.leaf(issuer=middle))
    assert result.broken == {"crypto.signature": "WARNING"}
    assert "Weakly Signed" in str(result.finding("crypto.signature"))


def test_the_signature_of_a_root_that_is_sent_does_not_count(pki, um):
    root = pki.authority("Old Sha1 Root", digest="sha1")
    leaf = pki.leaf(issuer=root)
    result = um.plugin.json("--file", pki.pem(leaf, root), "--expect",
                            "um1.contoso.test", "--ca-file", pki.pem(root))
    assert (result.state, result.broken) == ("OK", {})


@pytest.mark.parametrize("rule,profile,state", rows("crypto.pss"))
def test_pss_gets_the_verdict_of_its_profile(pki, um, rule, profile, state):
    cert = pki.leaf(pss=True, issuer=pki.rsa_root)
    assert um.judge(cert, profile=profile).broken == {rule: state}


def test_pss_over_sha256_is_no_weak_signature(pki, um):
    cert = pki.leaf(pss=True, issuer=pki.rsa_root)
    assert um.judge(cert).holds("crypto.signature")


# Keys ------------------------------------------------------------------------

@pytest.mark.parametrize("rule,profile,state", rows("crypto.key-size"))
def test_rsa_1024_gets_the_verdict_of_its_profile(
        pki, um, rule, profile, state):
    cert = pki.leaf(key=pki.keys.rsa(1024))
    assert um.judge(cert, profile=profile).broken == {rule: state}


@pytest.mark.parametrize("rule,profile,state",
                         rows("crypto.key-size", badly=True))
def test_rsa_512_is_critical_in_every_profile(pki, um, rule, profile, state):
    cert = pki.leaf(key=pki.keys.rsa(512))
    assert um.judge(cert, profile=profile).broken == {rule: state}


def test_rsa_2048_is_fine(pki, um):
    result = um.judge(pki.leaf(key=pki.keys.rsa(2048)))
    assert (result.state, result.broken) == ("OK", {})
    leaf = result.facts["chain"][0]
    assert (leaf["key_type"], leaf["key_bits"]) == ("RSA", 2048)


def test_the_key_of_an_intermediate_counts(pki, um):
    middle = pki.authority("Small Key", pki.root, key=pki.keys.rsa(1024))
    assert um.judge(pki.leaf(issuer=middle)).broken == \
        {"crypto.key-size": "WARNING"}


def test_the_key_of_a_root_that_is_not_sent_counts(pki, um):
    root = pki.authority("Small Root", key=pki.keys.rsa(1024))
    leaf = pki.leaf(issuer=root)
    result = um.plugin.json("--file", pki.pem(leaf), "--expect",
                            "um1.contoso.test", "--ca-file", pki.pem(root))
    assert result.broken == {"crypto.key-size": "WARNING"}
