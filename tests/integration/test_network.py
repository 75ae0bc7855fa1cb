# SPDX-License-Identifier: GPL-3.0-or-later
"""test_network -- servers and resolvers that fail, each in its own way."""

import pytest

from testenv import dns as resolvers
from testenv import misbehave
from testenv.flight import server_flight
from testenv.pki import HOST
from testenv.tls import OpenSslServer

BROKEN_OFF = {"net.reset", "tls.handshake"}


def only(result, *rules):
    """The one finding; CRITICAL, and one of these rules."""
    assert result.state == "CRITICAL"
    assert len(result.broken) == 1, result.broken
    rule, state = result.broken.popitem()
    assert rule in rules and state == "CRITICAL"
    return result.finding(rule)


@pytest.fixture(scope="module")
def tls_1_2(pki, module_servers):
    return module_servers.tls(pki.right, "-tls1_2")


# Silence ---------------------------------------------------------------------

def test_a_server_that_never_speaks_is_critical_within_the_time(um, servers):
    port = servers.misbehaving(misbehave.silent).port
    finding = only(um.look(port, "-t", "0.7"), "net.timeout")
    assert "TLS" in finding["text"]


def test_a_byte_a_second_is_critical_within_the_time(
        um, servers, right_port):
    port = servers.misbehaving(misbehave.drips(right_port)).port
    only(um.look(port, "-t", "1.5"), "net.timeout")


def test_a_slow_server_that_ends_in_time_is_judged(um, servers, tls_1_2):
    port = servers.misbehaving(misbehave.drips(tls_1_2, 0.0002)).port
    result = um.look(port, "-t", "9")
    assert (result.state, result.broken) == ("OK", {})


# How much of the server's first flight comes through.  A TLS 1.2 record of
# ServerHello, Certificate, ServerKeyExchange, ServerHelloDone; TLS 1.3 sends
# all but ServerHello encrypted.
CUTS = (0, 3, 40, 300)


@pytest.mark.parametrize("limit", CUTS)
@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_stall_in_the_handshake_is_critical_within_the_time(
        um, servers, right_port, limit, version):
    port = servers.misbehaving(
        misbehave.cuts(right_port, limit, misbehave.stall)).port
    only(um.look(port, "-t", "0.4", "--tls-max", version), "net.timeout")


@pytest.mark.parametrize("limit", CUTS)
@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_an_end_in_the_handshake_is_critical_at_once(
        um, servers, right_port, limit, version):
    port = servers.misbehaving(
        misbehave.cuts(right_port, limit, misbehave.hang_up)).port
    result = um.look(port, "--tls-max", version)
    only(result, *BROKEN_OFF)
    assert result.elapsed < 1 + um.plugin.slack


@pytest.mark.parametrize("limit", CUTS)
@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_reset_in_the_handshake_is_critical_at_once(
        um, servers, right_port, limit, version):
    port = servers.misbehaving(
        misbehave.cuts(right_port, limit, misbehave.break_off)).port
    result = um.look(port, "--tls-max", version)
    only(result, "net.reset")
    assert result.elapsed < 1 + um.plugin.slack


def test_a_stall_after_the_certificate_is_told_and_the_chain_judged(
        pki, um, servers):
    cert = pki.wildcard
    real = servers.tls(cert, "-tls1_2")
    size = sum(len(each.der) for each in cert.path) + 200
    port = servers.misbehaving(
        misbehave.cuts(real, size, misbehave.stall)).port
    result = um.look(port, "-t", "0.7")
    assert result.broken["net.timeout"] == "CRITICAL"
    assert result.broken["name.cn-wildcard"] == "CRITICAL"


# Ends and resets before the handshake ----------------------------------------

@pytest.mark.parametrize("behaviour", [
    misbehave.close_at_once, misbehave.close_after_hello])
def test_a_server_that_hangs_up_is_critical(um, servers, behaviour):
    only(um.look(servers.misbehaving(behaviour).port), *BROKEN_OFF)


@pytest.mark.parametrize("behaviour", [
    misbehave.reset_at_once, misbehave.reset_after_hello])
def test_a_server_that_resets_is_critical(um, servers, behaviour):
    finding = only(um.look(servers.misbehaving(behaviour).port), "net.reset")
    assert "reset" in finding["text"] or "broke" in finding["text"]


# Nonsense --------------------------------------------------------------------

PLAIN = {
    "HTTP": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
    "SIP": b"SIP/2.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
    "SMTP": b"220 mail.contoso.test ESMTP\r\n",
    "zeros": bytes(2000), "ones": b"\xff" * 2000, "one byte": b"\x16",
    "newline": b"\n", "tag": b"<script>|\n" * 100,
}


@pytest.mark.parametrize("what", PLAIN)
@pytest.mark.parametrize("end", [misbehave.says, misbehave.says_and_waits])
def test_a_server_that_speaks_no_tls_is_critical(um, servers, what, end):
    port = servers.misbehaving(end(PLAIN[what])).port
    only(um.look(port, "-t", "0.7"), "tls.handshake", "net.timeout",
         "net.reset")


@pytest.mark.parametrize("what", ["HTTP", "SIP", "SMTP"])
def test_plain_text_instead_of_tls_is_a_failed_handshake_at_once(
        um, servers, what):
    port = servers.misbehaving(misbehave.says_and_waits(PLAIN[what])).port
    result = um.look(port, "-t", "5")
    only(result, "tls.handshake")
    assert result.elapsed < 1 + um.plugin.slack


@pytest.mark.parametrize("alert,name", [
    (40, "handshake_failure"), (70, "protocol_version"),
    (112, "unrecognized_name"), (80, "internal_error"), (199, "199")])
def test_a_fatal_alert_is_told_by_its_name(um, servers, alert, name):
    data = bytes([21, 3, 3, 0, 2, 2, alert])
    port = servers.misbehaving(misbehave.says(data)).port
    finding = only(um.look(port), "tls.alert")
    assert name in finding["text"]


def certificates(pki):
    right = pki.right.der
    invalid = pki.leaf(cn=[b"\xff\xfe"]).der       # in a UTF8String
    return {
        "UTF-8": [invalid],
        "garbage": [b"garbage"], "empty": [b""], "none": [],
        "cut": [right[:-20]], "zeros": [bytes(600)],
        "the second": [right, b"\x30\x03\x02\x01\x01"],
        "deep": [b"\x30\x80" * 3000], "trailing": [right + b"x"],
    }


@pytest.mark.parametrize("what", ["garbage", "empty", "none", "cut", "zeros",
                                  "the second", "deep", "trailing", "UTF-8"])
def test_a_certificate_that_does_not_parse_is_a_failed_handshake(
        pki, um, servers, what):
    flight = server_flight(*certificates(pki)[what])
    port = servers.misbehaving(misbehave.says(flight)).port
    result = um.look(port, "--tls-max", "1.2")
    assert result.state == "CRITICAL"
    assert "tls.handshake" in result.broken


# Refused ---------------------------------------------------------------------

def test_a_refused_port_is_critical_and_hints_at_the_start_up_mode(
        um, refused):
    finding = only(um.look(refused), "net.refused")
    assert "UMStartupMode" in finding["remedy"]


def test_a_refused_port_of_another_profile_says_nothing_of_exchange(
        um, refused):
    finding = only(um.look(refused, profile="tls-server"), "net.refused")
    assert "UMStartupMode" not in (finding["remedy"] or "")


def test_the_default_port_is_5061(um):
    result = um.json("-H", "127.0.0.2")
    assert "5061" in str(result.findings)


def test_an_address_nobody_routes_to_is_critical(um):
    only(um.json("-H", "255.255.255.255"), "net.unreachable")


# Names -----------------------------------------------------------------------

def by_name(um, name, port, server, *args):
    return um.look(port, "--dns", server, *args, host=name, expect=None)


def test_a_name_is_looked_up_at_the_resolver_given(um, dns, right_port):
    result = by_name(um, HOST, right_port, dns)
    assert (result.state, result.broken) == ("OK", {})


def test_a_name_with_a_dot_at_its_end_is_looked_up(um, dns, right_port):
    result = by_name(um, HOST + ".", right_port, dns)
    assert (result.state, result.broken) == ("OK", {})


@pytest.mark.parametrize("uri", ["sip:" + HOST, "sips:" + HOST,
                                 "SIP:" + HOST, "sip:user@" + HOST,
                                 "sip:%s;transport=tls" % HOST])
def test_a_sip_uri_is_looked_up_by_its_host(um, dns, right_port, uri):
    result = by_name(um, uri, right_port, dns)
    assert (result.state, result.broken) == ("OK", {})


def test_a_sip_uri_may_hold_the_port(um, dns, pki, right_port):
    result = um.json("-H", "sip:%s:%d" % (HOST, right_port), "--dns", dns,
                     "--ca-file", pki.ca_file)
    assert (result.state, result.broken) == ("OK", {})


def test_an_alias_is_followed_and_the_name_asked_for_is_compared(
        um, dns, right_port):
    result = by_name(um, "alias.contoso.test", right_port, dns)
    assert result.broken == {"name.cn-mismatch": "CRITICAL"}


@pytest.mark.parametrize("name", ["missing.contoso.test",
                                  "text.contoso.test"])
def test_a_name_without_address_is_critical(um, dns, right_port, name):
    finding = only(by_name(um, name, right_port, dns), "dns.nxdomain")
    assert name in finding["where"] + finding["text"]


def test_a_name_without_an_address_of_the_family_is_critical(
        um, dns, right_port):
    only(by_name(um, HOST, right_port, dns, "-6"), "dns.nxdomain")


@pytest.mark.parametrize("reply", [
    resolvers.header_only(resolvers.SERVFAIL),
    resolvers.header_only(resolvers.REFUSED)])
def test_a_resolver_that_refuses_is_unknown_at_once(
        um, servers, right_port, reply):
    server = servers.start(resolvers.Responder, reply)
    result = by_name(um, HOST, right_port, server.address)
    assert result.broken == {"dns.no-answer": "UNKNOWN"}
    assert result.elapsed < 2 + um.plugin.slack


@pytest.mark.parametrize("reply", [
    resolvers.silence, resolvers.wrong_id, resolvers.garbage])
def test_a_resolver_of_no_use_is_unknown_within_the_time(
        um, servers, right_port, reply):
    server = servers.start(resolvers.Responder, reply)
    result = by_name(um, HOST, right_port, server.address, "-t", "0.7")
    assert result.broken == {"dns.no-answer": "UNKNOWN"}
    assert server.queries > 0


def test_a_resolver_that_is_not_there_is_unknown(um, right_port):
    result = by_name(um, HOST, right_port, "127.0.0.1:1", "-t", "1")
    assert result.broken == {"dns.no-answer": "UNKNOWN"}


def test_nxdomain_of_a_bare_responder_is_critical(um, servers, right_port):
    server = servers.start(resolvers.Responder,
                           resolvers.header_only(resolvers.NXDOMAIN))
    only(by_name(um, HOST, right_port, server.address), "dns.nxdomain")


def test_an_address_asks_no_resolver(um, servers, right_port):
    server = servers.start(resolvers.Responder, resolvers.silence)
    result = um.look(right_port, "--dns", server.address)
    assert (result.state, result.broken) == ("OK", {})
    assert server.queries == 0


# IPv6, addresses tried in turn, source ---------------------------------------

@pytest.fixture(scope="module")
def v6_port(pki, module_servers):
    return module_servers.start(OpenSslServer, pki, pki.right,
                                address="[::1]").port


@pytest.mark.parametrize("args", [[], ["-6"]])
def test_a_bare_ipv6_address_is_called(um, v6_port, args):
    result = um.look(v6_port, *args, host="::1")
    assert (result.state, result.broken) == ("OK", {})


def test_an_ipv6_address_in_a_sip_uri_is_called(um, v6_port):
    result = um.look(v6_port, host="sip:[::1]")
    assert (result.state, result.broken) == ("OK", {})


def test_a_name_with_only_ipv6_is_called(um, dns, v6_port):
    result = um.look(v6_port, "--dns", dns, host="v6.contoso.test")
    assert (result.state, result.broken) == ("OK", {})


def test_the_next_address_is_tried_when_one_refuses(um, dns, right_port):
    result = um.look(right_port, "--dns", dns, host="both.contoso.test")
    assert (result.state, result.broken) == ("OK", {})


@pytest.mark.parametrize("option,works", [("-4", True), ("-6", False)])
def test_the_family_chosen_is_the_only_one(
        um, dns, right_port, option, works):
    result = um.look(right_port, "--dns", dns, option,
                     host="both.contoso.test")
    assert (result.state == "OK") == works


def test_the_source_address_is_called_from(um, servers):
    server = servers.misbehaving(misbehave.close_after_hello)
    um.look(server.port, "--source", "127.0.0.3")
    assert server.peers == ["127.0.0.3"]


def test_a_source_that_is_not_ours_is_unknown(um, right_port):
    result = um.look(right_port, "--source", "192.0.2.99")
    assert result.broken == {"local.system": "UNKNOWN"}


# Time ------------------------------------------------------------------------

def test_several_silent_ports_share_the_time(um, servers):
    ports = ",".join(str(servers.misbehaving(misbehave.silent).port)
                     for _ in range(3))
    result = um.look(ports, "-t", "0.9")
    assert result.state == "CRITICAL"
    assert set(result.broken) <= {"net.timeout", "net.not-tried"}


def test_a_silent_port_leaves_time_for_the_next(um, servers, right_port):
    silent = servers.misbehaving(misbehave.silent).port
    result = um.look("%d,%d" % (silent, right_port), "-t", "1")
    assert result.broken == {"net.timeout": "CRITICAL"}
    assert result.holds("name.cn-mismatch")


def test_state_may_make_a_timeout_unknown(um, servers):
    port = servers.misbehaving(misbehave.silent).port
    result = um.look(port, "-t", "0.3", "--state", "net.timeout=unknown")
    assert result.broken == {"net.timeout": "UNKNOWN"}


def test_no_word_on_our_certificate_in_time_is_no_refusal(
        pki, um, servers):
    # TLS 1.3: the handshake is up, and the first read brings nothing
    real = servers.tls(pki.right, "-verify", "1")
    port = servers.misbehaving(misbehave.mutes(real)).port
    result = um.look(port, "-t", "1")
    assert (result.state, result.broken) == ("OK", {})
