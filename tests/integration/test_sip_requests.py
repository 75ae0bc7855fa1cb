# SPDX-License-Identifier: GPL-3.0-or-later
"""test_sip_requests -- the request as it stands on the wire, and theirs."""

import re

import pytest

from testenv import sip_wrong as wrong
from testenv.sip import fine
from testenv.sip_message import COOKIE
from testenv.sip_peer import ok, says

STREAMS = ("tcp", "tls")
TRANSPORTS = ("udp",) + STREAMS


@pytest.fixture
def sent(meet):
    """The request that the plugin sends."""
    def sending(*args, transport="udp", **how):
        result, peer = meet(transport, ok, *args, **how)
        fine(result)
        assert len(peer.requests) == 1
        return peer.requests[0]
    return sending


# RFC 3261 8.1.1 --------------------------------------------------------------

@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_request_has_what_every_request_has(sent, transport):
    request = sent(transport=transport)
    assert re.fullmatch(r"OPTIONS sips?:\S+ SIP/2\.0", request.first)
    assert request.get("Max-Forwards") == "70"
    assert request.get("Content-Length") == "0"
    assert re.fullmatch(r"\d+ OPTIONS", request.get("CSeq"))
    assert 0 <= request.cseq < 2 ** 31
    assert request.from_tag
    assert "tag=" not in request.get("To")
    assert re.fullmatch(r"\S+", request.call_id)
    assert request.body == b""


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_via_names_the_transport_and_asks_for_rport(sent, transport):
    via = sent(transport=transport).via
    assert re.match(r"SIP */ *2\.0 */ *%s " % transport.upper(), via)
    assert re.search(r";\s*rport\s*(;|$)", via)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_branch_has_its_cookie(sent, transport):
    branch = sent(transport=transport).branch
    assert branch.startswith(COOKIE) and len(branch) > len(COOKIE) + 7


def test_the_via_of_a_datagram_names_its_own_port(meet):
    _, peer = meet("udp", ok)
    sent_by = peer.requests[0].via.split(";")[0].split()[1]
    assert sent_by == "127.0.0.1:%d" % peer.clients[0][1]


def test_an_ipv6_address_stands_in_brackets(meet):
    _, peer = meet("udp", ok, address="::1")
    request = peer.requests[0]
    assert "[::1]" in request.uri and "[::1]" in request.via


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_request_uri_has_the_whole_port(meet, transport):
    _, peer = meet(transport, ok)
    assert re.match(r"sips?:127\.0\.0\.1:%d(;|$)" % peer.port,
                    peer.requests[0].uri)


def test_two_runs_have_nothing_in_common(sip, servers):
    peer = servers.peer("udp", ok)
    for _ in range(2):
        fine(sip.ask(peer))
    first, second = peer.requests
    assert first.branch != second.branch
    assert first.call_id != second.call_id
    assert first.from_tag != second.from_tag


# Options ---------------------------------------------------------------------

def test_uri_is_the_request_uri_and_the_to(sent):
    request = sent("-u", "sip:options@contoso.test;user=phone")
    assert request.uri == "sip:options@contoso.test;user=phone"
    assert "sip:options@contoso.test" in request.get("To")


def test_from_stands_in_the_from(sent):
    request = sent("--from", "sip:monitor@contoso.test")
    assert "sip:monitor@contoso.test" in request.get("From")
    assert request.from_tag


def test_contact_stands_in_the_contact(sent):
    request = sent("--contact", "sip:monitor@192.0.2.1:5070")
    assert "sip:monitor@192.0.2.1:5070" in request.get("Contact")


def test_the_user_agent_is_what_it_is_told(sent):
    assert sent("--user-agent", "Nagios (x) 1.0").get("User-Agent") == \
        "Nagios (x) 1.0"


def test_headers_are_added_in_their_order(sent):
    request = sent("--header", "X-One: 1", "--header", "X-Two: a, b; c")
    assert request.get("X-One") == "1"
    assert request.get("X-Two") == "a, b; c"
    names = [name for name, _ in request.lines]
    assert names.index("X-One") < names.index("X-Two")


@pytest.mark.parametrize("number", ["0", "1", "255"])
def test_max_forwards_is_what_it_is_told(sent, number):
    assert sent("--max-forwards", number).get("Max-Forwards") == number


def test_a_route_is_added_and_the_request_goes_to_the_host(sent):
    request = sent("--route", "um1.contoso.test")
    assert re.fullmatch(r"<sip:um1\.contoso\.test;lr>",
                        request.get("Route"))
    assert "127.0.0.1" in request.uri       # a loose route changes no URI


def test_the_source_address_is_where_it_comes_from(meet):
    _, peer = meet("udp", ok, "--source", "127.0.0.3")
    assert peer.clients[0][0] == "127.0.0.3"
    assert "127.0.0.3" in peer.requests[0].via


def test_a_sip_uri_says_where_to(sip, servers):
    peer = servers.peer("tcp", ok)
    result = sip.json("-H", "sip:bob@127.0.0.1:%d;transport=tcp" % peer.port)
    fine(result)
    assert "bob@127.0.0.1" in peer.requests[0].uri


# What cannot stand in a message ----------------------------------------------

@pytest.mark.parametrize("option,value", [
    ("--header", "X-A: b\r\nX-Evil: c"), ("--header", "X-A: b\nc"),
    ("--header", "no colon"), ("--header", ": x"), ("--header", ""),
    ("--header", "A B: c"), ("--header", "X-A: \x01"),
    ("--user-agent", "a\r\nX-Evil: c"), ("--user-agent", "a\nb"),
    ("--user-agent", "\x1b[2J"),
    ("--from", "nonsense"), ("--from", "sip:a@b\r\nX: y"),
    ("--from", "sip:a@b>;x=<"), ("--from", ""), ("--from", "sip:"),
    ("--contact", "nonsense"), ("--contact", "sip:a b@c"),
    ("--uri", "nonsense"), ("--uri", "sip:a@b SIP/2.0"), ("--uri", ""),
    ("--uri", "tel:+49123"), ("--uri", "sip:a@b\r\nX: y"),
    ("--max-forwards", "-1"), ("--max-forwards", "256"),
    ("--max-forwards", "abc"), ("--max-forwards", ""),
    ("--max-forwards", "1e1"), ("--max-forwards", "0x10"),
    ("--route", ""), ("--route", "a b"), ("--route", "a>;x=<b"),
    ("--route", "a\r\nb")])
def test_what_cannot_stand_in_a_request_is_refused(sip, option, value):
    assert option in sip.refuse("-H", "127.0.0.1", "-T", "udp", option, value)


@pytest.mark.parametrize("name", [
    "Via", "Call-ID", "CSeq", "Content-Length", "From", "To", "via",
    "call-id", "v", "i", "l", "f", "t", "L"])       # RFC 3261 7.3.3
def test_a_header_that_the_plugin_makes_is_not_to_be_given(sip, name):
    assert "--header" in sip.refuse(
        "-H", "127.0.0.1", "-T", "udp", "--header", name + ": x")


@pytest.mark.parametrize("name", ["Authorization", "Proxy-Authorization"])
def test_credentials_do_not_stand_on_the_command_line(sip, name):
    assert "--auth-file" in sip.refuse(
        "-H", "127.0.0.1", "--header", name + ": Digest response=x")


# Requests of the peer --------------------------------------------------------

@pytest.mark.parametrize("transport", STREAMS)
@pytest.mark.parametrize("behaviour", [wrong.asks_first,
                                       wrong.asks_and_answers])
@pytest.mark.parametrize("method,status", [
    ("OPTIONS", 200), ("NOTIFY", 405), ("INVITE", 405)])
def test_a_request_of_the_peer_is_answered(
        meet, transport, behaviour, method, status):
    result, peer = meet(transport, behaviour(method))
    fine(result)
    peer.settle()
    assert [each.status for each in peer.answers] == [status]
    reply = peer.answers[0]
    assert (reply.call_id, reply.cseq) == ("peer-call-id", 7)
    assert reply.branch == COOKIE + "-peer"
    assert "tag=" in reply.get("To")


def test_a_request_over_udp_gets_an_answer_too(meet):
    result, peer = meet("udp", wrong.asks_first("OPTIONS"))
    fine(result)
    assert [each.status for each in peer.answers] == [200]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_requests_alone_are_no_answer(meet, transport):
    result, _ = meet(transport, wrong.asks_forever("OPTIONS"), timeout=1)
    assert result.broken == {"sip.no-answer": "CRITICAL"}


def test_an_ack_gets_no_answer(meet):
    # RFC 3261 17: there is no response to ACK.
    result, peer = meet("tcp", wrong.asks_and_answers("ACK"))
    fine(result)
    peer.settle()
    assert peer.answers == []


# Keepalives (RFC 5626 3.5.1) -------------------------------------------------

@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("data", [b"\r\n", b"\r\n\r\n", b"\r\n" * 50])
def test_line_ends_before_the_answer_are_skipped(meet, transport, data):
    fine(meet(transport, wrong.right_after(wrong.sends(lambda _: data)))[0])


@pytest.mark.parametrize("transport", STREAMS)
def test_line_ends_at_once_are_skipped(meet, transport):
    fine(meet(transport, ok, greeting=lambda stream: stream.send(
        b"\r\n\r\n"))[0])


# What would be passed over in silence ----------------------------------------

@pytest.mark.parametrize("args,word", [
    (["--ca-file", "x.pem"], "--profile"), (["--ca-path", "/x"], "--profile"),
    (["--sni", "a b"], "--sni"), (["--sni", "a\nb"], "--sni"),
    (["--require-header", "X=(x{1,200}){1,200}y"], "--require-header")])
def test_an_option_that_could_do_nothing_or_harm_is_refused(sip, args, word):
    assert word in sip.refuse("-H", "127.0.0.1", "-T", "tls", *args)


@pytest.mark.parametrize("route,sent", [
    ("sip:p.test;lr", ";lr>"), ("sip:p.test;lrx", ";lrx;lr>"),
    ("sip:p.test;lr=on", ";lr=on>")])
def test_a_route_is_loose(sip, servers, route, sent):
    peer = servers.peer("udp", ok)
    fine(sip.json("-H", "127.0.0.1", "-p", peer.port, "--route", route))
    assert sent in peer.requests[0].get("Route")


def test_what_is_required_is_judged_of_any_answer(sip, servers):
    peer = servers.peer("udp", says(405, "No"))
    result = sip.json("-H", "127.0.0.1", "-p", peer.port, "--require-method",
                      "NOTIFY", "--state", "sip.status=ok")
    assert result.broken["sip.method"] == "CRITICAL"
