# SPDX-License-Identifier: GPL-3.0-or-later
"""test_revocation -- stapled, asked by OCSP, looked up in CRLs."""

from dataclasses import dataclass

import pytest

from testenv.contract import rows
from testenv.misbehave import says, silent
from testenv.ocsp import good_answer
from testenv.pki import HOST
from testenv.ports import refused_port
from testenv.revocation import HttpServer, Index, OcspResponder

REVOKED = {"revocation.revoked": "CRITICAL"}
UNKNOWN = {"revocation.unknown": "WARNING"}
GOOD, BAD, FOREIGN = 0xA001, 0xA002, 0xA003     # serial numbers


@dataclass
class Authority:
    """Leaves right below the root, and who answers for them."""

    index: Index
    crls: HttpServer
    good: object
    revoked: object
    foreign: object             # not in the index


@pytest.fixture(scope="module")
def authority(pki, module_servers):
    """Every leaf names one CRL server and one OCSP responder."""
    index = Index(pki, pki.root)
    crls = module_servers.start(HttpServer)
    index.add(GOOD)
    index.add(BAD, revoked=True)
    crls.files["/ca.crl"] = index.crl(form="DER").read_bytes()
    responder = module_servers.start(OcspResponder, index)
    leaves = [pki.leaf(issuer=pki.root, cdp=crls.url("/ca.crl"),
                       ocsp=responder.url, serial=serial)
              for serial in (GOOD, BAD, FOREIGN)]
    return Authority(index, crls, *leaves)


def with_url(pki, **urls):
    return pki.leaf(issuer=pki.root, **urls)


# Every rule in every profile -------------------------------------------------

@pytest.mark.parametrize("rule,profile,state", rows("revocation.revoked"))
def test_revoked_is_critical_in_every_profile(
        um, authority, rule, profile, state):
    result = um.judge(authority.revoked, "--revocation", "crl",
                      profile=profile)
    assert result.broken == {rule: state}


@pytest.mark.parametrize("rule,profile,state", rows("revocation.unknown"))
def test_unknown_is_a_warning_in_every_profile(
        pki, um, rule, profile, state):
    cert = with_url(pki, cdp=None, ocsp=None)
    result = um.judge(cert, "--revocation", "crl", profile=profile)
    assert result.judged(rule, state)


# OCSP ------------------------------------------------------------------------

def test_a_responder_that_says_good_is_believed(um, authority):
    result = um.judge(authority.good, "--revocation", "ocsp")
    assert (result.state, result.broken) == ("OK", {})
    assert result.holds("revocation.revoked")


def test_a_responder_that_says_revoked_is_believed(um, authority):
    result = um.judge(authority.revoked, "--revocation", "ocsp")
    assert result.broken == REVOKED


def test_a_responder_that_does_not_know_is_unknown(um, authority):
    result = um.judge(authority.foreign, "--revocation", "ocsp")
    assert result.broken == UNKNOWN


def test_a_responder_is_asked_on_behalf_of_a_live_server(
        um, authority, servers):
    port = servers.tls(authority.revoked)
    assert um.look(port, "--revocation", "ocsp").broken == REVOKED


def test_an_answer_signed_by_a_stranger_is_unknown(pki, um, servers):
    index = Index(pki, pki.root)
    index.add(GOOD)
    responder = servers.start(OcspResponder, index, signer=pki.stranger)
    cert = with_url(pki, ocsp=responder.url, serial=GOOD)
    assert um.judge(cert, "--revocation", "ocsp").broken == UNKNOWN


def test_no_responder_named_is_unknown(pki, um):
    cert = with_url(pki)
    assert um.judge(cert, "--revocation", "ocsp").broken == UNKNOWN


@pytest.mark.parametrize("how", ["ocsp", "crl", "auto"])
def test_nobody_answers_for_what_signed_itself(pki, um, how):
    leaf = pki.self_signed()
    result = um.json("--file", pki.pem(leaf), "--ca-file", pki.pem(leaf),
                     "--expect", HOST, "-P", "tls-server",
                     "--revocation", how)
    assert result.broken == UNKNOWN


def test_a_responder_that_refuses_is_unknown_at_once(pki, um):
    with refused_port() as port:
        cert = with_url(pki, ocsp="http://127.0.0.1:%d/" % port)
        result = um.judge(cert, "--revocation", "ocsp", "-t", "5")
    assert result.broken == UNKNOWN
    assert result.elapsed < 2 + um.plugin.slack


@pytest.mark.parametrize("answer", [
    b"", b"garbage\r\n", b"HTTP/1.1 500 Oops\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\x30\x03\x0a\x01",
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n\x30\x03\x0a\x01\x06",
    b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nx",
    b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1/\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100000 + b"\r\n\r\n"])
def test_nonsense_from_a_responder_is_unknown(pki, um, servers, answer):
    server = servers.misbehaving(says(answer))
    cert = with_url(pki, ocsp="http://127.0.0.1:%d/" % server.port)
    assert um.judge(cert, "--revocation", "ocsp").broken == UNKNOWN


@pytest.mark.parametrize("url", [
    "https://127.0.0.1/", "ldap://127.0.0.1/", "http://", "nonsense",
    "http://127.0.0.1:99999/", "file:///etc/passwd",
    "http://127.0.0.1:1/\r\nX: y"])
def test_a_url_of_no_use_is_unknown(pki, um, url):
    cert = with_url(pki, ocsp=url)
    assert um.judge(cert, "--revocation", "ocsp").broken == UNKNOWN


def test_a_silent_responder_is_unknown_within_the_time(pki, um, servers):
    server = servers.misbehaving(silent)
    cert = with_url(pki, ocsp="http://127.0.0.1:%d/" % server.port)
    result = um.judge(cert, "--revocation", "ocsp", "-t", "0.5")
    assert result.broken == UNKNOWN


def test_a_redirect_is_followed(um, pki, authority, servers):
    front = servers.start(HttpServer)
    front.files["/old"] = (302, authority.crls.url("/ca.crl").encode())
    cert = with_url(pki, cdp=front.url("/old"))
    result = um.judge(cert, "--revocation", "crl")
    assert (result.state, result.broken) == ("OK", {})


def test_a_redirect_in_a_circle_ends(um, pki, servers):
    front = servers.start(HttpServer)
    front.files["/a"] = (302, front.url("/a").encode())
    cert = with_url(pki, cdp=front.url("/a"))
    assert um.judge(cert, "--revocation", "crl").broken == UNKNOWN
    assert len(front.requests) < 10


# CRLs ------------------------------------------------------------------------

def test_a_certificate_that_its_crl_does_not_list_is_good(um, authority):
    result = um.judge(authority.good, "--revocation", "crl")
    assert (result.state, result.broken) == ("OK", {})


def test_a_certificate_that_its_crl_lists_is_revoked(um, authority):
    result = um.judge(authority.revoked, "--revocation", "crl")
    assert result.broken == REVOKED
    assert "compromise" in result.text("revocation.revoked").lower()


@pytest.mark.parametrize("how", [
    dict(age=10, days=7), dict(age=-1), "stranger", "missing", "garbage",
    "empty"])
def test_a_crl_of_no_use_is_unknown(pki, um, servers, how):
    index = Index(pki, pki.root)
    server = servers.start(HttpServer)
    cert = with_url(pki, cdp=server.url("/x.crl"))
    index.add(cert.serial)
    if isinstance(how, dict):
        crl = index.crl(form="DER", **how).read_bytes()
    elif how == "stranger":
        false_root = pki.authority("Contoso Root", key=pki.keys.ec("false"))
        crl = index.crl(signer=false_root, form="DER").read_bytes()
    else:
        crl = {"missing": (404, b""), "garbage": b"\x30\x82garbage",
               "empty": b""}[how]
    server.files["/x.crl"] = crl
    assert um.judge(cert, "--revocation", "crl").broken == UNKNOWN


def test_a_crl_server_that_refuses_is_unknown(pki, um):
    with refused_port() as port:
        cert = with_url(pki, cdp="http://127.0.0.1:%d/x.crl" % port)
        assert um.judge(cert, "--revocation", "crl").broken == UNKNOWN


def test_a_silent_crl_server_is_unknown_within_the_time(pki, um, servers):
    server = servers.misbehaving(silent)
    cert = with_url(pki, cdp="http://127.0.0.1:%d/x.crl" % server.port)
    result = um.judge(cert, "--revocation", "crl", "-t", "0.5")
    assert result.broken == UNKNOWN


@pytest.mark.parametrize("form", ["PEM", "DER"])
def test_a_crl_from_a_file_is_used(um, authority, form):
    path = authority.index.crl(form=form)
    asked = len(authority.crls.requests)
    for cert, broken in ((authority.revoked, REVOKED), (authority.good, {})):
        result = um.judge(cert, "--revocation", "crl", "--crl", path)
        assert result.broken == broken
    assert len(authority.crls.requests) == asked


def test_a_crl_file_of_another_ca_is_unknown(pki, um, authority):
    path = Index(pki, pki.stranger).crl()
    cert = with_url(pki, cdp=None)
    result = um.judge(cert, "--revocation", "crl", "--crl", path)
    assert result.broken["revocation.unknown"] == "WARNING"


def test_a_stale_crl_of_an_issuers_issuer_is_told(pki, um):
    fresh, stale = Index(pki, pki.intermediate), Index(pki, pki.root)
    crls = pki.file(".crls", fresh.crl().read_bytes() +
                    stale.crl(age=9).read_bytes())
    result = um.judge(pki.right, "--revocation", "crl", "--crl", crls)
    assert result.broken == UNKNOWN


def test_a_missing_crl_file_is_unknown_as_a_local_file(pki, um):
    result = um.run("--file", pki.chain_file(pki.right), "--revocation",
                    "crl", "--crl", "not-here.crl", "--ca-file", pki.ca_file)
    assert result.state == "UNKNOWN"
    assert "not-here.crl" in result.line1


def test_the_resolver_given_is_asked_for_the_crl_servers_name(
        pki, um, authority, dns):
    url = authority.crls.url("/ca.crl").replace("127.0.0.1", HOST)
    result = um.judge(with_url(pki, cdp=url), "--revocation", "crl",
                      "--dns", dns)
    assert (result.state, result.broken) == ("OK", {})


# Automatic, off --------------------------------------------------------------

def test_auto_takes_the_crl_when_no_responder_answers(pki, um, authority):
    with refused_port() as port:
        cert = with_url(pki, ocsp="http://127.0.0.1:%d/" % port,
                        cdp=authority.crls.url("/ca.crl"))
        result = um.judge(cert, "--revocation", "auto")
    assert (result.state, result.broken) == ("OK", {})


def test_auto_believes_the_responder(um, authority):
    result = um.judge(authority.revoked, "--revocation", "auto")
    assert result.broken == REVOKED


def test_off_asks_nobody(um, authority):
    asked = len(authority.crls.requests)
    result = um.judge(authority.revoked, "--revocation", "off")
    assert (result.state, result.broken) == ("OK", {})
    assert len(authority.crls.requests) == asked


def test_the_default_asks_nobody_either(um, authority):
    asked = len(authority.crls.requests)
    assert um.judge(authority.revoked).broken == {}
    assert len(authority.crls.requests) == asked


# Stapled ---------------------------------------------------------------------

def staple(um, servers, cert, path, *args):
    port = servers.tls(cert, "-status_file", path)
    return um.look(port, *args)


def test_a_stapled_good_answer_is_believed(um, authority, servers):
    path = authority.index.ocsp_answer(authority.good)
    result = staple(um, servers, authority.good, path)
    assert (result.state, result.broken) == ("OK", {})
    assert result.holds("revocation.revoked")
    assert result.facts["tls"]["ocsp_staple"]


def test_a_stapled_revoked_answer_is_critical_by_default(
        um, authority, servers):
    path = authority.index.ocsp_answer(authority.revoked)
    assert staple(um, servers, authority.revoked, path).broken == REVOKED


def test_a_staple_is_taken_over_tls_1_2_too(um, authority, servers):
    path = authority.index.ocsp_answer(authority.revoked)
    result = staple(um, servers, authority.revoked, path, "--tls-max", "1.2")
    assert result.broken == REVOKED


def test_off_does_not_look_at_a_staple(um, authority, servers):
    path = authority.index.ocsp_answer(authority.revoked)
    result = staple(um, servers, authority.revoked, path,
                    "--revocation", "off")
    assert (result.state, result.broken) == ("OK", {})


def test_a_staple_about_another_certificate_is_unknown(
        um, authority, servers):
    path = authority.index.ocsp_answer(authority.revoked)
    assert staple(um, servers, authority.good, path).broken == UNKNOWN


def test_a_staple_signed_by_a_stranger_is_unknown(
        um, pki, authority, servers):
    path = authority.index.ocsp_answer(authority.good, signer=pki.stranger)
    assert staple(um, servers, authority.good, path).broken == UNKNOWN


@pytest.mark.parametrize("age,days,broken", [
    (10, 7, UNKNOWN), (-2, 7, UNKNOWN), (2, 7, {})])
def test_a_staple_counts_only_while_it_is_current(
        um, pki, authority, servers, age, days, broken):
    answer = good_answer(authority.good, age, days)
    path = pki.file(".ocsp", answer)
    result = staple(um, servers, authority.good, path)
    assert result.broken == broken


def test_a_staple_by_a_delegate_is_believed(um, pki, authority, servers):
    delegate = pki.leaf(cn=["OCSP Signing"], eku=("OCSPSigning",),
                        issuer=pki.root, key=pki.keys.ec("delegate"))
    path = authority.index.ocsp_answer(authority.revoked, signer=delegate)
    assert staple(um, servers, authority.revoked, path).broken == REVOKED


def test_a_staple_by_a_leaf_that_is_no_delegate_is_unknown(
        um, pki, authority, servers):
    path = authority.index.ocsp_answer(authority.good,
                                       signer=authority.revoked)
    assert staple(um, servers, authority.good, path).broken == UNKNOWN


def test_no_staple_is_no_finding(um, right_port):
    result = um.look(right_port, "--revocation", "staple")
    assert (result.state, result.broken) == ("OK", {})
    assert not result.facts["tls"]["ocsp_staple"]
