# SPDX-License-Identifier: GPL-3.0-or-later
"""test_sip_probes -- several probes: loss, jitter, one connection or many."""

import pytest

from testenv import sip_wrong as wrong
from testenv.sip import fine, only
from testenv.sip_message import request_of_ours
from testenv.sip_peer import ok

STREAMS = ("tcp", "tls")
TRANSPORTS = ("udp",) + STREAMS


def probes(peer):
    """The branches of a peer's requests: one a probe, in their order."""
    return list(dict.fromkeys(each.branch for each in peer.requests))


def lossy(*lost):
    """Answers all probes but these, counted from 1."""
    def behaviour(exchange):
        number = probes(exchange.peer).index(exchange.request.branch) + 1
        if number not in lost:
            exchange.answer()
    return behaviour


def count(number, *args):
    return ["-n", str(number), "-i", "0", *args]


# How many --------------------------------------------------------------------

@pytest.mark.parametrize("transport", TRANSPORTS)
def test_as_many_probes_as_told_are_sent(meet, transport):
    result, peer = meet(transport, ok, *count(5))
    fine(result)
    assert len(probes(peer)) == 5
    assert result.metrics["loss"]["value"] == 0
    assert result.metrics["loss"]["unit"] == "%"
    low, mean, high = (result.metrics[label]["value"]
                       for label in ("rtt_min", "rtt", "rtt_max"))
    assert 0 < low <= mean <= high
    assert result.metrics["jitter"]["value"] >= 0


def test_one_probe_is_the_default(meet):
    _, peer = meet("tcp", ok)
    assert len(probes(peer)) == 1


@pytest.mark.parametrize("transport", STREAMS)
def test_all_probes_go_over_one_connection(meet, transport):
    _, peer = meet(transport, ok, *count(4))
    assert peer.connections == 1


@pytest.mark.parametrize("transport", STREAMS)
def test_reconnect_opens_a_connection_a_probe(meet, transport):
    result, peer = meet(transport, ok, *count(4, "--reconnect"))
    fine(result)
    assert (peer.connections, len(probes(peer))) == (4, 4)


def test_probes_over_udp_come_from_one_port(meet):
    _, peer = meet("udp", ok, *count(3))
    assert len(set(peer.clients)) == 1


def test_the_interval_lies_between_the_probes(meet):
    result, _ = meet("udp", ok, "-n", "3", "-i", "0.2")
    assert fine(result).elapsed >= 0.4


@pytest.mark.parametrize("end", ["--reconnect", "reset"])
def test_the_interval_needs_no_connection(meet, end):
    def behaviour(exchange):
        exchange.answer()
        if end == "reset":
            exchange.reset()
    args = [end] if end.startswith("--") else []
    result, peer = meet("tcp", behaviour, "-n", "3", "-i", "0.3", *args)
    assert fine(result).elapsed >= 0.6
    assert peer.connections == 3


def test_a_probe_may_take_the_interval_for_its_answer(meet):
    # 3 of them take 2.4 s of the 3 s: none has to do with the 0.2 s a
    # probe that the pauses would leave.
    def behaviour(exchange):
        exchange.pause(0.5)
        exchange.answer()
    result, _ = meet("tcp", behaviour, "-n", "3", "-i", "1.2")
    assert fine(result).metrics["loss"]["value"] == 0


def test_time_that_is_too_short_for_the_interval_is_no_loss(meet):
    result, peer = meet("udp", ok, "-n", "2", "-i", "600", timeout=1)
    assert result.state == "UNKNOWN"
    assert result.broken == {"net.not-tried": "UNKNOWN"}
    assert "--interval" in result.text("net.not-tried")
    assert result.metrics["loss"]["value"] == 0
    assert len(probes(peer)) == 1


def test_the_mean_is_that_of_the_probes(meet):
    def behaviour(exchange):
        exchange.pause(0.2 * len(probes(exchange.peer)) - 0.2)
        exchange.answer()
    result, _ = meet("tcp", behaviour, *count(2))
    metrics = fine(result).metrics
    assert metrics["rtt_max"]["value"] >= 0.2 > metrics["rtt_min"]["value"]
    assert metrics["rtt"]["value"] == pytest.approx(
        (metrics["rtt_min"]["value"] + metrics["rtt_max"]["value"]) / 2,
        abs=0.001)


def test_jitter_is_told_where_round_trips_differ(meet):
    def behaviour(exchange):
        exchange.pause(0.15 * (len(probes(exchange.peer)) % 2))
        exchange.answer()
    result, _ = meet("tcp", behaviour, *count(4))
    assert fine(result).metrics["jitter"]["value"] > 0.01


# Loss ------------------------------------------------------------------------

LOSS = [([], "WARNING"), (["--loss-warning", "50"], "OK"),
        (["--loss-warning", "10"], "WARNING"),
        (["--loss-critical", "10"], "CRITICAL"),
        (["--loss-warning", "10", "--loss-critical", "50"], "WARNING"),
        (["--loss-warning", "25"], "OK"),
        (["--loss-critical", "24.9"], "CRITICAL")]


@pytest.mark.parametrize("args,state", LOSS)
def test_a_quarter_lost_is_judged(meet, args, state):
    result, _ = meet("udp", lossy(2), *count(4), *args, timeout=2)
    assert result.metrics["loss"]["value"] == 25
    assert result.state == state
    if state == "OK":
        assert set(result.broken) <= {"sip.loss"}
    else:
        only(result, "sip.loss", state)


@pytest.mark.parametrize("lost", [1, 3])
def test_the_first_or_the_last_may_be_lost(meet, lost):
    result, peer = meet("udp", lossy(lost), *count(3), timeout=2)
    only(result, "sip.loss", "WARNING")
    assert len(probes(peer)) == 3


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_all_lost_is_critical_in_time(meet, transport):
    result, peer = meet(transport, wrong.wait, *count(3), timeout=1)
    assert result.state == "CRITICAL"
    assert set(result.broken) <= {"sip.no-answer", "sip.loss"}
    assert result.metrics["loss"]["value"] == 100
    assert "rtt" not in result.metrics
    assert len(probes(peer)) == 3


def test_all_lost_is_ok_where_the_thresholds_say_so(meet):
    result, _ = meet("udp", wrong.wait, *count(2), "--loss-warning", "100",
                     timeout=1)
    assert result.broken.get("sip.loss", "OK") == "OK"


def test_each_probe_has_its_share_of_the_time(meet):
    result, peer = meet("udp", lossy(1, 2, 3), *count(4), timeout=2)
    assert len(probes(peer)) == 4
    assert result.metrics["loss"]["value"] == 75


def test_a_refusal_in_the_middle_is_told(meet):
    def behaviour(exchange):
        number = len(probes(exchange.peer))
        exchange.answer(503 if number == 2 else 200, "x")
    result, _ = meet("tcp", behaviour, *count(3))
    only(result, "sip.status")


@pytest.mark.parametrize("transport", STREAMS)
def test_an_end_in_the_middle_is_told(meet, transport):
    def behaviour(exchange):
        if len(probes(exchange.peer)) == 2:
            exchange.close()
        else:
            exchange.answer()
    result, _ = meet(transport, behaviour, *count(3))
    assert result.state in ("WARNING", "CRITICAL")
    assert {"sip.closed", "sip.loss"} & set(result.broken)


def test_the_loss_names_its_first_reason(meet):
    def behaviour(exchange):
        if len(probes(exchange.peer)) == 2:
            exchange.close()
        else:
            exchange.answer()
    result, _ = meet("tcp", behaviour, *count(3))
    assert "closed" in only(result, "sip.loss", "WARNING")["text"]


def test_a_threshold_hides_no_failure_of_our_own(sip, refused):
    result = sip.json("-H", "127.0.0.1", "-T", "udp", "-p", refused,
                      "--source", "192.0.2.99", "--loss-critical", "50")
    assert result.state == "UNKNOWN"
    assert result.broken == {"local.system": "UNKNOWN"}


def test_a_refused_port_is_named_beside_its_loss(sip, refused):
    result = sip.json("-H", "127.0.0.1", "-T", "tcp", "-p", refused,
                      "--loss-critical", "50")
    assert result.state == "CRITICAL"
    assert "refused" in result.text("sip.loss")


def test_our_answers_to_the_peer_are_no_retransmissions(meet):
    def behaviour(exchange):
        exchange.send(request_of_ours("OPTIONS", exchange.request))
        exchange.receive()
        exchange.answer()
    result, peer = meet("tcp", behaviour)
    assert fine(result).metrics["retransmissions"]["value"] == 0
    assert len(peer.requests) == 1


def test_retransmissions_are_counted_over_all_probes(meet):
    def behaviour(exchange):
        branch = exchange.request.branch
        times = [each.branch for each in exchange.peer.requests].count(branch)
        if times == 2:
            exchange.answer()
    result, _ = meet("udp", behaviour, *count(2))
    assert fine(result).metrics["retransmissions"]["value"] == 2


# Wrong numbers ---------------------------------------------------------------

@pytest.mark.parametrize("option,value", [
    ("--count", "0"), ("--count", "-1"), ("--count", "abc"), ("--count", ""),
    ("--count", "1.5"), ("--count", "0x2"), ("--count", "99999999999"),
    ("--interval", "-1"), ("--interval", "abc"), ("--interval", ""),
    ("--interval", "nan"), ("--interval", "1e3"), ("--interval", "inf"),
    ("--loss-warning", "abc"), ("--loss-critical", "20:10"),
    ("--loss-warning", ""), ("--alive-warning", "x"),
    ("--alive-critical", "@")])
def test_a_number_that_is_none_is_refused(sip, option, value):
    assert option in sip.refuse("-H", "127.0.0.1", option, value)


def test_an_interval_that_the_time_cannot_hold_is_refused_or_kept(
        sip, servers):
    # -n 5 -i 1 needs 4 s: the deadline holds all the same.
    result = sip.ask(servers.peer("udp", ok), "-n", "5", "-i", "1",
                     timeout=1)
    assert result.state != "OK"
