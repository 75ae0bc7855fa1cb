# SPDX-License-Identifier: GPL-3.0-or-later
"""test_chain -- from the leaf to an anchor: the chain.* rules."""

import pytest

from testenv.contract import PROFILES, rows
from testenv.openssl import openssl
from testenv.pki import HOST

OWN_ANCHOR = ("sip-domain", "cucm", "tls-server")


def judge(um, sent, *args, anchors=None, profile="exchange-um"):
    """A file with just these certificates."""
    pki = um.pki
    trusted = pki.ca_file if anchors is None else pki.pem(*anchors)
    return um.plugin.json("--file", pki.pem(*sent), "--expect", HOST,
                          "--ca-file", trusted, "-P", profile, *args)


@pytest.fixture(scope="module")
def long_chain(pki):
    """A leaf below fifty intermediates, with what is to be sent."""
    issuer = pki.root
    key = pki.keys.ec("long")
    for number in range(50):
        issuer = pki.authority("Level %d" % number, issuer, key=key)
    return pki.leaf(issuer=issuer).path


# Every rule in every profile -------------------------------------------------

@pytest.mark.parametrize("rule,profile,state", rows("chain.untrusted"))
def test_no_path_to_an_anchor_is_critical_in_every_profile(
        pki, um, rule, profile, state):
    result = judge(um, pki.right.path, anchors=[pki.stranger],
                   profile=profile)
    assert result.judged(rule, state)
    assert result.state == "CRITICAL"


@pytest.mark.parametrize("rule,profile,state", rows("chain.self-signed"))
def test_a_leaf_that_signed_itself_is_critical_in_every_profile(
        pki, um, rule, profile, state):
    result = judge(um, [pki.self_signed()], profile=profile)
    assert result.judged(rule, state)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_self_signed_leaf_in_the_ca_file_is_fine_for_some_profiles(
        pki, um, profile):
    leaf = pki.self_signed()
    result = judge(um, [leaf], anchors=[leaf], profile=profile)
    if profile in OWN_ANCHOR:
        assert (result.state, result.broken) == ("OK", {})
    else:
        assert result.broken == {"chain.self-signed": "CRITICAL"}


@pytest.mark.parametrize("rule,profile,state", rows("chain.incomplete"))
def test_an_intermediate_that_only_the_ca_file_knows_was_not_sent(
        pki, um, rule, profile, state):
    result = judge(um, [pki.right], anchors=[pki.root, pki.intermediate],
                   profile=profile)
    assert result.broken == {rule: state}


@pytest.mark.parametrize("rule,profile,state", rows("chain.order"))
def test_a_broken_order_gets_the_verdict_of_its_profile(
        pki, um, rule, profile, state):
    lower = pki.authority("Lower Issuing", pki.intermediate)
    leaf = pki.leaf(issuer=lower)
    result = judge(um, [leaf, pki.intermediate, lower], profile=profile)
    assert result.broken == {rule: state}


@pytest.mark.parametrize("rule,profile,state", rows("chain.extra"))
def test_a_stranger_in_the_chain_gets_the_verdict_of_its_profile(
        pki, um, rule, profile, state):
    result = judge(um, [*pki.right.path, pki.stranger], profile=profile)
    assert result.broken == {rule: state}


# Incomplete ------------------------------------------------------------------

def test_a_missing_intermediate_without_any_path_is_critical(pki, um):
    result = judge(um, [pki.right])
    assert result.broken["chain.untrusted"] == "CRITICAL"
    assert result.broken["chain.incomplete"] == "CRITICAL"


def test_an_intermediate_alone_in_the_ca_file_is_no_anchor(pki, um):
    result = judge(um, [pki.right], anchors=[pki.intermediate])
    assert result.broken["chain.untrusted"] == "CRITICAL"


def test_an_intermediate_sent_and_in_the_ca_file_is_no_anchor_either(pki, um):
    result = judge(um, pki.right.path, anchors=[pki.intermediate])
    assert result.broken["chain.untrusted"] == "CRITICAL"


def test_a_missing_intermediate_is_told_on_the_wire(pki, um, servers):
    port = servers.tls(pki.right, chain=[])
    result = um.look(port)
    assert result.broken["chain.untrusted"] == "CRITICAL"
    assert len(result.facts["chain"]) == 1


def test_the_root_need_not_be_sent_and_may_be(pki, um):
    for sent in (pki.right.path, [*pki.right.path, pki.root]):
        result = judge(um, sent)
        assert (result.state, result.broken) == ("OK", {})


def test_a_leaf_right_below_the_root_needs_no_intermediate(pki, um):
    assert judge(um, [pki.leaf(issuer=pki.root)]).broken == {}


# Who signed ------------------------------------------------------------------

def test_an_issuer_of_the_right_name_with_another_key_is_no_issuer(pki, um):
    false_root = pki.authority("Contoso Root", key=pki.keys.ec("false"))
    leaf = pki.leaf(issuer=false_root)
    result = judge(um, [leaf, false_root], anchors=[pki.root])
    assert result.broken["chain.untrusted"] == "CRITICAL"


def test_a_forged_signature_is_untrusted(pki, um):
    leaf = pki.leaf(sign=False)
    assert judge(um, leaf.path).broken["chain.untrusted"] == "CRITICAL"


def test_a_leaf_that_is_no_ca_certifies_nobody(pki, um):
    below = pki.leaf(issuer=pki.right)
    assert judge(um, below.path).broken["chain.untrusted"] == "CRITICAL"


def test_a_self_signed_leaf_on_the_wire_is_told_as_such(pki, um, servers):
    result = um.look(servers.tls(pki.self_signed()))
    assert result.broken["chain.self-signed"] == "CRITICAL"
    assert "chain.incomplete" not in result.broken


# Long chains -----------------------------------------------------------------

def test_a_chain_of_fifty_is_followed_to_its_root(um, long_chain):
    result = judge(um, long_chain)
    assert (result.state, result.broken) == ("OK", {})
    assert result.elapsed < 1 + um.plugin.slack


def test_a_server_that_sends_a_hundred_certificates_is_judged(
        um, pki, servers, long_chain):
    sent = (long_chain[1:] * 2)[:99]
    result = um.look(servers.tls(long_chain[0], chain=sent))
    assert len(result.facts["chain"]) >= 100
    assert result.holds("name.cn-mismatch")
    assert "chain.untrusted" not in result.broken


def test_the_output_about_a_hundred_certificates_stays_small(
        um, pki, long_chain):
    expired = pki.leaf(issuer=long_chain[1], age=300, days=200)
    sent = [expired] + [pki.leaf(cn=["x%d.test" % n], sign=False, age=300,
                                 days=200) for n in range(99)]
    result = um.run("--file", pki.pem(*sent), "--expect", HOST)
    assert result.state == "CRITICAL"


# Where anchors come from -----------------------------------------------------

def hashed(um, directory, *args):
    return um.plugin.json("--file", um.pki.chain_file(um.pki.right),
                          "--expect", HOST, "--ca-path", directory, *args)


def test_a_hashed_directory_with_the_root_is_trusted(pki, um):
    result = hashed(um, pki.hashed_directory(pki.stranger, pki.root))
    assert (result.state, result.broken) == ("OK", {})


def test_a_hashed_directory_without_the_root_is_not(pki, um):
    result = hashed(um, pki.hashed_directory(pki.stranger))
    assert result.broken["chain.untrusted"] == "CRITICAL"


def test_a_hashed_directory_works_on_the_wire(pki, um, right_port):
    result = um.plugin.json(
        "-H", "127.0.0.1", "-p", right_port, "--expect", HOST,
        "--ca-path", pki.hashed_directory(pki.root))
    assert (result.state, result.broken) == ("OK", {})


def test_an_intermediate_in_a_hashed_directory_was_not_sent(pki, um):
    directory = pki.hashed_directory(pki.root, pki.intermediate)
    result = um.plugin.json("--file", pki.pem(pki.right), "--expect", HOST,
                            "--ca-path", directory)
    assert result.broken == {"chain.incomplete": "WARNING"}


def test_file_and_directory_are_both_anchors(pki, um):
    directory = pki.hashed_directory(pki.root)
    result = hashed(um, directory, "--ca-file", pki.pem(pki.stranger))
    assert (result.state, result.broken) == ("OK", {})


def test_the_systems_store_does_not_trust_our_root(pki, um):
    result = um.plugin.json("--file", pki.chain_file(pki.right),
                            "--expect", HOST)
    assert result.broken["chain.untrusted"] == "CRITICAL"


def test_the_systems_store_is_where_openssl_is_told_it_is(pki, um):
    for variable, place in (
            ("SSL_CERT_FILE", pki.ca_file),
            ("SSL_CERT_DIR", pki.hashed_directory(pki.root))):
        result = um.plugin.json("--file", pki.chain_file(pki.right),
                                "--expect", HOST, env={variable: str(place)})
        assert (result.state, result.broken) == ("OK", {}), variable


def test_an_anchor_with_trust_settings_is_read(pki, um):
    path = pki.file(".pem")
    openssl("x509", "-in", pki.pem(pki.root), "-trustout", "-addtrust",
            "serverAuth", "-out", path)
    result = um.plugin.json("--file", pki.chain_file(pki.right),
                            "--expect", HOST, "--ca-file", path)
    assert (result.state, result.broken) == ("OK", {})


@pytest.mark.parametrize("option", ["--ca-file", "--ca-path"])
def test_missing_anchors_are_unknown_and_the_path_is_told(
        pki, um, tmp_path, option):
    missing = tmp_path / "not-here"
    result = um.run("--file", pki.chain_file(pki.right), option, missing)
    assert result.state == "UNKNOWN"
    assert str(missing) in result.findings[0].text


def test_a_ca_file_without_a_certificate_is_unknown(pki, um):
    result = um.run("--file", pki.chain_file(pki.right), "--ca-file",
                    pki.keys.ec().path)
    assert result.state == "UNKNOWN"


# Facts -----------------------------------------------------------------------

def test_the_chain_is_told_leaf_first_as_it_was_sent(pki, um, right_port):
    chain = um.look(right_port).facts["chain"]
    assert [cert["sha256"] for cert in chain] == \
        [pki.right.sha256, pki.intermediate.sha256]
    assert chain[0]["common_names"] == [HOST]
    assert chain[0]["dns"] == [HOST]
    assert "Contoso Issuing" in chain[0]["issuer"]
    assert (chain[0]["key_type"], chain[0]["key_bits"]) == ("EC", 256)
    assert int(chain[0]["serial"], 16) == pki.right.serial
    assert set(chain[0]["usage"]) == {"serverAuth", "clientAuth"}


def test_all_kinds_of_san_are_told(pki, um):
    cert = pki.leaf(san=["DNS:" + HOST, "URI:sip:contoso.test",
                         "IP:192.0.2.7", "IP:2001:db8::7"])
    leaf = um.judge(cert).facts["chain"][0]
    assert leaf["uri"] == ["sip:contoso.test"]
    assert leaf["ip"] == ["192.0.2.7", "2001:db8::7"]
