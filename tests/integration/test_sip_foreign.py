# SPDX-License-Identifier: GPL-3.0-or-later
"""test_sip_foreign -- answers that are not ours, and late ones that are."""

import pytest

from testenv import sip_wrong as wrong
from testenv.sip import fine, only
from testenv.sip_message import FOREIGN, answer
from testenv.sip_peer import in_turn, ok

TRANSPORTS = ("udp", "tcp", "tls")


# Answers to somebody else (RFC 3261 17.1.3, 8.1.3.3) -------------------------

@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("what", FOREIGN)
def test_an_answer_to_somebody_else_is_none(meet, transport, what):
    result, _ = meet(transport, wrong.foreign(what), timeout=1)
    assert result.state == "CRITICAL"
    assert result.broken["sip.stray"] == "CRITICAL"
    assert set(result.broken) <= {"sip.stray", "sip.no-answer"}


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("what", FOREIGN)
def test_the_right_answer_after_a_stray_is_ok(meet, transport, what):
    result, _ = meet(transport, wrong.right_after(wrong.foreign(what)))
    assert result.state == "OK"
    assert result.broken == {"sip.stray": "OK"}
    assert result.facts["answer"]["status"] == 200


def test_a_stray_refusal_does_not_count(meet):
    def behaviour(exchange):
        exchange.answer(503, "No", Call_ID="not-yours")
        exchange.answer()
    result, _ = meet("udp", behaviour)
    assert result.broken == {"sip.stray": "OK"}


def test_a_stray_provisional_answer_is_no_sign_of_life(meet):
    def behaviour(exchange):
        exchange.answer(100, "Trying", Call_ID="not-yours")
    result, _ = meet("udp", behaviour, timeout=1)
    assert result.state == "CRITICAL"
    assert "sip.provisional-only" not in result.broken


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_real_server_that_mixes_up_calls_is_told(sip, servers, transport):
    server = servers.sipp(transport, "foreign_call_id")
    result = sip.ask(server, timeout=1)
    assert result.broken["sip.stray"] == "CRITICAL"
    server = servers.sipp(transport, "foreign_then_ok")
    assert sip.ask(server).broken == {"sip.stray": "OK"}


def test_strays_are_told_with_v(sip, servers):
    server = servers.peer("udp", wrong.right_after(wrong.foreign("branch")))
    assert not sip.say(server).finding("sip.stray")
    assert sip.say(server, "-v").finding("sip.stray").state == "OK"


def test_a_thousand_strays_are_one_finding(meet):
    strays = [wrong.foreign("Call-ID")] * 1000
    result, _ = meet("tcp", wrong.right_after(*strays))
    assert result.state == "OK"
    assert len([each for each in result.findings
                if each["id"] == "sip.stray"]) <= 5


def test_strays_forever_do_not_hold_us_up(meet):
    def behaviour(exchange):
        exchange.repeat(answer(exchange.request, Call_ID="x"), 0.01)
    result, _ = meet("udp", behaviour, timeout=1)
    assert result.state == "CRITICAL"
    assert result.broken["sip.stray"] == "CRITICAL"


# Where the answer comes from -------------------------------------------------

def test_an_answer_from_another_address_is_a_stray(meet):
    result, _ = meet("udp", wrong.from_address("127.0.0.2"), timeout=1)
    assert result.state == "CRITICAL"
    assert result.broken["sip.stray"] == "CRITICAL"
    assert "127.0.0.2" in result.text("sip.stray")


def test_the_right_answer_after_one_from_elsewhere_is_ok(meet):
    result, _ = meet("udp", wrong.right_after(
        wrong.from_address("127.0.0.2")))
    assert result.broken == {"sip.stray": "OK"}


def test_an_answer_from_another_port_is_ours(meet):
    # RFC 3261 18.1.2 matches by branch and method, not by the port.
    result, _ = meet("udp", wrong.from_address("127.0.0.1"))
    fine(result)


# Retransmissions (RFC 3261 17.1.2) -------------------------------------------

def test_the_third_transmission_may_be_the_one_that_arrives(sip, servers):
    result = fine(sip.ask(servers.sipp("udp", "third_request")))
    assert result.metrics["retransmissions"]["value"] == 2
    assert result.metrics["loss"]["value"] == 0


def test_a_request_sent_again_is_the_same_request(meet):
    result, peer = meet("udp", lambda exchange: None, timeout=2)
    only(result, "sip.no-answer")
    assert len(peer.requests) > 1
    assert {each.raw for each in peer.requests} == {peer.requests[0].raw}
    assert result.metrics["retransmissions"]["value"] == \
        len(peer.requests) - 1


@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_nothing_is_sent_again_over_a_stream(meet, transport):
    result, peer = meet(transport, lambda exchange: None, timeout=2)
    only(result, "sip.no-answer")
    assert len(peer.requests) == 1
    metrics = result.metrics
    assert "retransmissions" not in metrics or \
        metrics["retransmissions"]["value"] == 0


def test_an_answer_sent_twice_is_no_stray(meet):
    def behaviour(exchange):
        exchange.answer()
        exchange.answer()
    for transport in TRANSPORTS:
        fine(meet(transport, behaviour, "-n", "3", "-i", "0.05")[0])


def test_a_late_answer_to_an_earlier_probe_is_no_stray(meet):
    def answers_both(exchange):
        first = exchange.peer.requests[0]
        exchange.send(answer(first))
        exchange.answer()
    result, peer = meet("udp", in_turn(ok, answers_both), "-n", "2",
                        "-i", "0")
    fine(result)
    assert len({each.branch for each in peer.requests}) == 2


def test_after_100_the_request_is_seldom_sent_again(meet):
    # 17.1.2.2: timer E, once at 0.5 s, is T2 = 4 s from then on; libosip2
    # waits for T2 at once.
    result, peer = meet("udp", wrong.trying, timeout=2)
    only(result, "sip.provisional-only")
    assert len(peer.requests) <= 2
