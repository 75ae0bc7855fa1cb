# SPDX-License-Identifier: GPL-3.0-or-later
"""test_mwi_wrong -- floods, ends in the middle, no time: always a verdict."""

import os
import subprocess

import pytest

from testenv import sip_wrong as wrong
from testenv.misbehave import PATIENCE
from testenv.mwi import hop
from testenv.mwi_peer import deliver, in_dialog, own, register, \
    subscribed, wait_here
from testenv.plugin import SLACK
from testenv.sip import fine, only
from testenv.sip_peer import says, silent

STREAMS = ("tcp", "tls")
TRANSPORTS = ("udp",) + STREAMS
MANY = 3000
KIB = 2 ** 10                           # ru_maxrss is in it


# Floods ----------------------------------------------------------------------

def flood_then(times, make, then):
    """So many messages by make(exchange, number), and the step after them.

    On a stream the answers are read now and then, or both sides would wait.
    """
    def step(exchange):
        for number in range(1, times + 1):
            message = make(exchange, number)
            exchange.send(message.raw)
            if number % 100 == 0 and exchange.peer.transport != "udp":
                wait_here(exchange, message.branch)
        then(exchange)
    return step


def unasked(exchange, number):
    return own(exchange)


def foreign(exchange, number):
    return own(exchange, Event="presence")


def asking(exchange, number):
    return own(exchange, method="OPTIONS")


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("make", [unasked, foreign, asking])
def test_a_flood_before_the_answer_is_survived(follow, transport, make):
    # What became of the path nobody can say, but the phone is let go.
    result, pbx = follow(transport, register=flood_then(
        MANY, make, register))
    assert hop(result, "gateway")["state"] == "OK"
    assert pbx.order[-1] == "unregister"


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("make", [unasked, foreign, asking])
def test_ours_is_found_among_many(follow, transport, make):
    # A phone of several mailboxes, at a server that asks whether it lives.
    def others(exchange):
        phone = exchange.peer.script.phone
        for number in range(40):
            phone.send(make(phone, number).raw)
        deliver()(exchange)
    fine(follow(transport, timeout=2, notify=others)[0])


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_ours_again_and_again_is_told(follow, transport):
    result, _ = follow(transport, notify=deliver(times=10))
    assert "10 times" in only(result, "mwi.duplicate", "WARNING")["text"]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_ours_without_end_is_told(follow, transport):
    result, pbx = follow(transport, timeout=2, notify=deliver(times=200))
    assert result.broken["mwi.duplicate"] == "WARNING"
    assert pbx.order[-1] == "unregister"


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_flood_without_end_is_given_up_in_time(follow, transport):
    def step(exchange):
        while not exchange.peer.stopping.is_set():
            exchange.send(own(exchange).raw)
    result, _ = follow(transport, register=step)
    assert result.state == "CRITICAL"
    assert set(result.broken) == {"mwi.register-refused"}


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_flood_in_the_subscription_is_survived(fetch, transport):
    def step(exchange):
        exchange.answer()
        for number in range(1, MANY):
            exchange.send(in_dialog(exchange, number).raw)
    fine(fetch(transport, timeout=5, subscribe=step)[0])


def peak(lamp, pbx):
    """The plugin's memory at its peak, in KiB."""
    options = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
    process = subprocess.Popen(
        [*lamp.plugin.command, *map(str, lamp.by(pbx, *lamp.phone(),
                                                 timeout=4))],
        stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
        env={**os.environ, "ASAN_OPTIONS": options.lstrip(":")})
    usage = os.wait4(process.pid, 0)[2]
    process.returncode = 0
    return usage.ru_maxrss


@pytest.mark.parametrize("make", [unasked, foreign, asking])
def test_a_flood_does_not_fill_the_memory(lamp, servers, make):
    size, many = 20000, 5000

    def large(exchange, number):
        message = make(exchange, number)
        message.body = b"x" * size
        return message
    little, much = (peak(lamp, servers.pbx(
        "tcp", notify=says(403, "No"),
        register=flood_then(times, large, register))) for times in (20, many))
    assert much < little + size * many / KIB / 2


# Ends ------------------------------------------------------------------------

STEPS = ["options", "register", "subscribe", "notify", "unsubscribe",
         "unregister"]
RULES = {"options": {"sip.closed", "mwi.identity"},
         "register": {"mwi.register-refused"},
         # With its connection went the way to take the binding back.
         "subscribe": {"mwi.subscribe-refused", "mwi.register-refused"},
         "notify": {"mwi.notify-refused"},
         "unsubscribe": {"mwi.register-refused"},
         "unregister": {"mwi.register-refused"}}


@pytest.mark.parametrize("transport", STREAMS)
@pytest.mark.parametrize("end", [wrong.close, wrong.reset])
@pytest.mark.parametrize("step", STEPS)
def test_an_end_at_each_step_is_told_there(follow, transport, end, step):
    result, _ = follow(transport, "--subscribe", timeout=2, **{step: end})
    if step == "options" and transport == "tls":
        fine(result)                    # without --cert nobody asks
        return
    assert result.broken and set(result.broken) <= RULES[step]
    leaving = step.startswith("un")
    assert result.state == ("OK" if leaving else "CRITICAL")
    assert result.elapsed < 2 + SLACK


@pytest.mark.parametrize("transport", STREAMS)
@pytest.mark.parametrize("size", [1, 30, -3])
@pytest.mark.parametrize("step", STEPS[1:])
def test_an_end_in_each_answer_is_told(follow, transport, size, step):
    result, _ = follow(transport, "--subscribe", timeout=2, **{
        step: wrong.part(size, wrong.close)})
    leaving = step.startswith("un")
    assert result.broken
    assert set(result.broken) <= RULES[step] | {"sip.malformed"}
    assert result.state == ("OK" if leaving else "CRITICAL")


@pytest.mark.parametrize("transport", STREAMS)
def test_an_end_in_the_notify_is_told(follow, transport):
    def subscribe(exchange):
        exchange.answer()
        exchange.send(in_dialog(exchange).raw[:-20])
        wrong.close(exchange)
    result, _ = follow(transport, "--subscribe", subscribe=subscribe)
    assert result.broken["mwi.no-notify"] == "CRITICAL"


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("step", STEPS)
def test_silence_at_each_step_is_told_in_time(follow, transport, step):
    result, pbx = follow(transport, "--subscribe", **{step: silent})
    if step == "options" and transport == "tls":
        fine(result)
    elif step.startswith("un"):
        assert result.state == "OK"
    else:
        assert result.state == "CRITICAL"
    assert pbx.order[-1] == "unregister"


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("timeout", [0.5, 1])
def test_short_of_time_it_is_tidy_all_the_same(follow, transport, timeout):
    result, pbx = follow(transport, "--subscribe", timeout=timeout,
                         subscribe=subscribed(before=True),
                         notify=lambda exchange: exchange.answer())
    assert result.state == "CRITICAL"
    if pbx.asked("register"):
        assert pbx.order[-1] == "unregister"


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_late_answer_is_no_stranger(follow, transport):
    # The 200 to REGISTER comes again while other things are waited for.
    def step(exchange):
        register(exchange)
        register(exchange)
    fine(follow(transport, "--subscribe", register=step)[0])


@pytest.mark.parametrize("transport", STREAMS)
def test_a_server_that_never_reads_is_told(lamp, servers, transport):
    pbx = servers.pbx(transport, {"reads": False})
    result = lamp.loop(pbx, timeout=1)
    assert result.state == "CRITICAL"
    assert "mwi.register-refused" in result.broken


@pytest.mark.parametrize("transport", STREAMS)
def test_nobody_there_is_told_at_each_hop_that_calls(lamp, refused,
                                                     transport):
    class Nobody:
        address, port = "127.0.0.1", refused

    Nobody.transport = transport
    result = lamp.loop(Nobody)
    assert result.broken == {"net.refused": "CRITICAL"}
    assert hop(result, "gateway")["state"] == "CRITICAL"


def test_the_scheduler_kills_it_and_the_lease_is_short(lamp, servers):
    # What it cannot take back ends by itself (RFC 3261 10.2.1.1).
    pbx = servers.pbx("tcp", notify=silent)
    process = subprocess.Popen(
        [*lamp.plugin.command, *map(str, lamp.by(
            pbx, *lamp.phone("--subscribe"), timeout=PATIENCE))],
        stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    assert pbx.wait_until(lambda each: each.asked("notify"))
    process.kill()
    process.wait()
    pbx.settle()
    leases = pbx.asked("register") + pbx.asked("subscribe")
    assert len(leases) == 2
    assert all(int(each.get("Expires")) <= 60 for each in leases)
