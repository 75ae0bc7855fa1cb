# SPDX-License-Identifier: GPL-3.0-or-later
"""test_sip_tls -- SIP over TLS: who is turned away, whose name is judged."""

import pytest

from testenv import misbehave
from testenv import sip_wrong as wrong
from testenv.pki import HOST
from testenv.sip import fine, only
from testenv.sip_peer import ok, says

VERSIONS = {"1.2": ("1.2", "1.2"), "1.3": ("1.3", "1.3")}
TURNED_AWAY = {"tls.client-cert-required", "tls.client-cert-refused"}


@pytest.fixture
def mutual(pki, meet):
    """A run against a server that demands a certificate of our CA."""
    def meeting(version, *args, **how):
        return meet("tls", ok, *args, asks=pki.ca_file,
                    versions=VERSIONS[version], **how)
    return meeting


# Mutual TLS ------------------------------------------------------------------

@pytest.mark.parametrize("version", VERSIONS)
def test_our_certificate_lets_us_in(pki, sip, mutual, version):
    result, peer = mutual(version, *sip.identity(pki.client))
    fine(result)
    assert peer.identities == [pki.client.der]


@pytest.mark.parametrize("version", VERSIONS)
def test_without_a_certificate_we_are_turned_away(mutual, version):
    result, peer = mutual(version)
    text = only(result, "tls.client-cert-required")["text"]
    assert "certificate" in text
    assert peer.requests == []


def wrong_identities(pki):
    return {
        "a stranger's": pki.leaf(cn=["monitor.contoso.test"],
                                 issuer=pki.stranger),
        "self-signed": pki.self_signed(cn=["monitor.contoso.test"]),
        "expired": pki.leaf(cn=["monitor.contoso.test"], age=400, days=365),
        "for servers only": pki.leaf(cn=["monitor.contoso.test"],
                                     eku=("serverAuth",)),
    }


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("what", ["a stranger's", "self-signed", "expired",
                                  "for servers only"])
def test_a_wrong_certificate_is_turned_away(
        pki, sip, mutual, version, what):
    cert = wrong_identities(pki)[what]
    result, peer = mutual(version, *sip.identity(cert))
    only(result, "tls.client-cert-refused")
    assert peer.requests == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_certificate_that_is_only_wished_for_may_be_missing(
        mutual, version):
    result, peer = mutual(version, demands=False)
    fine(result)
    assert peer.identities == [None]


def test_socat_before_sipp_demands_a_certificate(pki, sip, servers):
    server = servers.sipp("tls", asks=pki.ca_file)
    assert set(sip.ask(server).broken) <= TURNED_AWAY | {"sip.closed"}
    fine(sip.ask(server, *sip.identity(pki.client)))


def test_a_password_opens_our_key(pki, sip, mutual):
    chain = pki.pem(*pki.client.path)
    key = pki.encrypted_key(pki.client.key, "Secret")
    result, _ = mutual("1.3", "--cert", chain, "--key", key,
                       "--key-pass-file", pki.file(".pass", b"Secret\n"))
    fine(result)


# The fault of the story: closed after the request ----------------------------

@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("end", [wrong.close, wrong.reset,
                                 wrong.close_notify])
def test_an_end_after_the_request_names_mutual_tls(
        pki, sip, meet, version, end):
    result, _ = meet("tls", end, *sip.identity(pki.wildcard),
                     asks=pki.ca_file, versions=VERSIONS[version])
    text = only(result, "sip.closed")["text"]
    assert "certificate" in text or "TLS" in text


def test_no_certificate_is_advised_where_none_was_asked_for(meet):
    result, _ = meet("tls", wrong.close)
    assert "--cert" not in only(result, "sip.closed")["remedy"]


@pytest.mark.parametrize("version", VERSIONS)
def test_our_own_certificate_is_judged_by_the_profile(
        pki, sip, meet, version):
    result, _ = meet(
        "tls", wrong.close, *sip.identity(pki.wildcard), "--profile",
        "exchange-um", "--ca-file", pki.ca_file, asks=pki.ca_file,
        versions=VERSIONS[version])
    assert result.broken["sip.closed"] == "CRITICAL"
    found = [each for each in result.findings
             if each["id"] == "name.cn-wildcard"]
    assert [each["state"] for each in found] == ["CRITICAL"]


def test_our_own_right_certificate_is_not_to_blame(pki, sip, meet):
    result, _ = meet(
        "tls", wrong.close, *sip.identity(pki.client), "--profile",
        "exchange-um", "--ca-file", pki.ca_file, asks=pki.ca_file)
    assert {rule for rule, state in result.broken.items()
            if state != "OK"} == {"sip.closed"}


# The server's certificate ----------------------------------------------------

@pytest.mark.parametrize("recipe", [
    dict(cn=["*.contoso.test"]), dict(age=400, days=365),
    dict(eku=("clientAuth",)), dict(cn=["other.test"])])
def test_without_a_profile_certificates_are_not_judged(pki, meet, recipe):
    fine(meet("tls", ok, cert=pki.leaf(**recipe))[0])
    fine(meet("tls", ok, cert=pki.self_signed())[0])


@pytest.mark.parametrize("profile,recipe,rule", [
    ("exchange-um", dict(cn=["*.contoso.test"]), "name.cn-wildcard"),
    ("tls-server", dict(age=400, days=365), "time.expired"),
    ("lync-server", dict(eku=("clientAuth",)), "usage.server-auth")])
def test_with_a_profile_the_server_is_judged(
        pki, meet, profile, recipe, rule):
    result, _ = meet("tls", ok, "--profile", profile, "--ca-file",
                     pki.ca_file, cert=pki.leaf(**recipe))
    assert result.broken[rule] == "CRITICAL"
    assert "sip.status" not in result.broken


def test_a_right_certificate_is_fine(pki, sip, servers, dns):
    peer = servers.peer("tls", ok, cert=pki.right)
    result = sip.json("-H", HOST, "-T", "tls", "-p", peer.port, "--dns", dns,
                      "--profile", "lync-server", "--ca-file", pki.ca_file)
    assert result.state == "OK"
    assert result.facts["chain"][0]["common_names"] == [HOST]
    assert result.facts["tls"]["version"].endswith("1.3")


def test_an_unknown_authority_is_told(pki, meet):
    result, _ = meet("tls", ok, "--profile", "tls-server", "--ca-file",
                     pki.ca_file, cert=pki.leaf(issuer=pki.stranger))
    assert result.broken["chain.untrusted"] == "CRITICAL"


def test_certificate_and_refusal_are_both_told(pki, meet):
    result, _ = meet("tls", says(503, "No"), "--profile", "exchange-um",
                     "--ca-file", pki.ca_file, cert=pki.wildcard)
    assert result.broken["sip.status"] == "CRITICAL"
    assert result.broken["name.cn-wildcard"] == "CRITICAL"


def test_a_profile_without_tls_judges_nothing(sip, servers):
    result = sip.ask(servers.sipp("tcp"), "--profile", "lync-server")
    assert result.state in ("OK", "UNKNOWN")    # or it is refused


# Names -----------------------------------------------------------------------

@pytest.mark.parametrize("args,name", [
    ([], HOST), (["--sni", "other.contoso.test"], "other.contoso.test"),
    (["--sni", "none"], None)])
def test_the_server_name_is_the_host_by_default(
        sip, servers, dns, args, name):
    peer = servers.peer("tls", ok)
    fine(sip.json("-H", HOST, "-T", "tls", "-p", peer.port, "--dns", dns,
                  *args))
    assert peer.names == [name]


def test_an_address_is_no_server_name(meet):
    assert meet("tls", ok)[1].names == [None]


# Handshakes that fail --------------------------------------------------------

@pytest.mark.parametrize("alert,name", [
    (40, "handshake_failure"), (70, "protocol_version"),
    (112, "unrecognized_name"), (80, "internal_error")])
def test_an_alert_is_told_by_its_name(sip, servers, alert, name):
    data = bytes([21, 3, 3, 0, 2, 2, alert])
    port = servers.misbehaving(misbehave.says(data)).port
    result = sip.json("-H", "127.0.0.1", "-T", "tls", "-p", port)
    assert name in only(result, "tls.alert")["text"]


def test_versions_that_do_not_meet_are_told(meet):
    result, _ = meet("tls", ok, "--tls-max", "1.2",
                     versions=VERSIONS["1.3"])
    assert result.state == "CRITICAL"
    assert set(result.broken) <= {"tls.alert", "tls.handshake"}


def test_a_mute_tls_server_is_a_timeout(sip, servers):
    port = servers.misbehaving(misbehave.silent).port
    result = sip.json("-H", "127.0.0.1", "-T", "tls", "-p", port, "-t", "1")
    assert "TLS" in only(result, "net.timeout")["text"]


@pytest.mark.parametrize("behaviour", [misbehave.close_after_hello,
                                       misbehave.reset_after_hello])
def test_an_end_in_the_handshake_is_told(sip, servers, behaviour):
    port = servers.misbehaving(behaviour).port
    result = sip.json("-H", "127.0.0.1", "-T", "tls", "-p", port)
    assert result.state == "CRITICAL"
    assert set(result.broken) <= {"tls.handshake", "net.reset"}


def test_http_instead_of_tls_is_a_failed_handshake(sip, servers):
    port = servers.misbehaving(misbehave.says_and_waits(
        b"HTTP/1.1 400 Bad Request\r\n\r\n")).port
    result = sip.json("-H", "127.0.0.1", "-T", "tls", "-p", port)
    only(result, "tls.handshake")


@pytest.mark.parametrize("limit", [0, 40, 300, 900])
@pytest.mark.parametrize("version", VERSIONS)
def test_a_stall_in_the_handshake_is_a_timeout(
        sip, servers, limit, version):
    real = servers.peer("tls", ok, versions=VERSIONS[version])
    port = servers.misbehaving(
        misbehave.cuts(real.port, limit, misbehave.stall)).port
    result = sip.json("-H", "127.0.0.1", "-T", "tls", "-p", port, "-t", "1")
    only(result, "net.timeout")


@pytest.mark.parametrize("option,name", [("--cert", "not-here.pem"),
                                         ("--ca-file", "not-here.pem")])
def test_a_file_that_is_missing_is_unknown(sip, servers, option, name):
    peer = servers.peer("tls", ok)
    result = sip.ask(peer, option, name, "--profile", "tls-server")
    assert result.state == "UNKNOWN"
    assert peer.requests == []
