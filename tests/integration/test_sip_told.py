# SPDX-License-Identifier: GPL-3.0-or-later
"""test_sip_told -- what check_sip_options tells: facts, trace, help."""

import re

import pytest

from testenv import sip_wrong as wrong
from testenv.sip_peer import ok, says

TRANSPORTS = ("udp", "tcp", "tls")
OPTIONS = {
    "--help", "--version", "--timeout", "--verbose", "--hostname", "--port",
    "--source", "--dns", "--ca-file", "--ca-path", "--cert", "--key",
    "--key-pass-file", "--sni", "--tls-min", "--tls-max", "--tls-legacy",
    "--auth-user", "--auth-file", "--state", "--output", "--extra-opts",
    "--exit-ok", "--uri", "--from", "--contact", "--user-agent", "--header",
    "--max-forwards", "--route", "--count", "--interval", "--reconnect",
    "--warning", "--critical", "--loss-warning", "--loss-critical", "--ok",
    "--warn", "--require-method", "--require-header", "--all-targets",
    "--alive-warning", "--alive-critical", "--profile"}


# Text ------------------------------------------------------------------------

@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_summary_says_what_answered(sip, servers, transport):
    result = sip.say(servers.sipp(transport))
    assert result.state == "OK"
    assert "200" in result.summary
    assert len(result.lines) == 1, result.out
    assert {"rtt", "loss"} <= set(result.perfdata)
    assert result.perfdata["rtt"]["unit"] == "s"


def test_the_worst_finding_is_the_summary(sip, servers):
    peer = servers.peer("udp", says(503, "Service Unavailable",
                                    "Retry-After: 30"))
    result = sip.say(peer)
    assert "503" in result.summary
    assert "Service Unavailable" in result.summary


@pytest.mark.parametrize("behaviour", [
    wrong.wait, wrong.trying, wrong.close, says(503, "No"), says(404, "No")])
def test_each_finding_says_what_to_do(sip, servers, behaviour):
    result = sip.say(servers.peer("tcp", behaviour), timeout=1)
    assert result.findings
    for finding in result.findings:
        assert finding.text


def test_v_tells_the_addresses_and_vv_the_times(sip, servers):
    peer = servers.peer("tls", ok)
    out = sip.say(peer, "-vv").out
    assert "127.0.0.1" in out and str(peer.port) in out
    assert len(sip.say(peer, "-v").out) <= len(out)


# The trace -------------------------------------------------------------------

@pytest.mark.parametrize("transport", TRANSPORTS)
def test_vvv_shows_request_and_answer(sip, servers, transport):
    peer = servers.peer(transport, says(200, "OK", "X-Node: seven"))
    out = sip.say(peer, "-vvv").out
    assert re.search(r"OPTIONS sips?:127\.0\.0\.1", out)
    assert "SIP/2.0 200 OK" in out
    assert "X-Node: seven" in out
    assert peer.requests[0].call_id in out
    assert "SIP/2.0 200 OK" not in sip.say(peer, "-vv").out


def test_vvv_shows_what_was_no_answer(sip, servers):
    peer = servers.peer("udp", wrong.sends(lambda _: b"HTTP/1.1 400 Bad\r\n"
                                                     b"\r\n"))
    assert "HTTP/1.1 400 Bad" in sip.say(peer, "-vvv", timeout=1).out


def test_a_huge_answer_is_cut_in_the_trace(sip, servers):
    peer = servers.peer("tcp", says(200, "OK", "Content-Type: text/plain",
                                    body=b"x" * 60000))
    assert sip.say(peer, "-v").state == "OK"
    sip.say(peer, "-vvv")


# JSON ------------------------------------------------------------------------

@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_attempt_is_told(sip, servers, transport):
    server = servers.sipp(transport)
    attempts = sip.ask(server).facts["attempts"]
    assert len(attempts) == 1
    assert attempts[0]["transport"].lower() == transport
    assert str(server.port) in str(attempts[0])
    assert not attempts[0].get("error")


def test_the_attempt_that_failed_tells_why(sip, refused):
    result = sip.json("-H", "127.0.0.1", "-T", "tcp", "-p", refused)
    assert result.facts["attempts"][0]["error"]
    assert not result.facts.get("answer")


def test_every_header_of_the_answer_is_a_fact(sip, servers):
    peer = servers.peer("udp", says(200, "OK", "X-A: 1", "X-A: 2",
                                    "x-b:  c  d "))
    headers = sip.ask(peer).facts["answer"]["headers"]
    found = [(each["name"].lower(), each["value"]) for each in headers]
    assert ("x-a", "1") in found and ("x-a", "2") in found
    assert ("x-b", "c  d") in found
    assert found.index(("x-a", "1")) < found.index(("x-a", "2"))


def test_without_an_answer_there_is_none(sip, servers):
    result = sip.ask(servers.peer("udp", wrong.wait), timeout=1)
    assert not result.facts.get("answer")
    assert "rtt" not in result.metrics


@pytest.mark.parametrize("args,state", [([], "OK"),
                                        (["--ok", "404"], "CRITICAL")])
def test_passed_says_what_held(sip, servers, args, state):
    result = sip.ask(servers.sipp("udp"), *args)
    assert result.state == state
    assert not set(result.passed) & set(result.broken)


# OpenMetrics -----------------------------------------------------------------

def test_openmetrics_has_a_family_a_metric(sip, servers):
    result = sip.metrics(*sip.to(servers.sipp("tls")))
    names = " ".join(result.families)
    for label in ("rtt", "loss", "connect_time", "handshake_time"):
        assert label in names
    assert result.values("um_state")
    assert result.exit == 0


def test_openmetrics_has_the_findings(sip, servers):
    result = sip.metrics(*sip.to(servers.peer("udp", says(503, "No"))))
    found = [labels["id"] for labels, _ in result.values("um_finding")]
    assert "sip.status" in found
    assert result.exit == 2


# Help, Icinga ----------------------------------------------------------------

def options_of(sip):
    return set(re.findall(r"^ +(?:-\w, )?(--[a-z0-9-]+)",
                          sip.tell("--help", status=3), re.M))


def test_help_names_every_option_of_the_contract(sip):
    assert OPTIONS <= options_of(sip)


def test_options_that_mean_nothing_here_are_not_offered(sip):
    assert not {"--file", "--same-as", "--fingerprint", "--matrix",
                "--notify", "--phone"} & options_of(sip)


def test_help_fits_80_columns_and_ends_with_examples(sip):
    told = sip.tell("--help", status=3)
    assert max(map(len, told.split("\n"))) <= 80
    assert "check_sip_options -H" in told.split("Examples")[1]
    assert not set("[]'<>|&`;") & set(told.split("Examples:")[1])


def test_version_is_told_with_exit_3(sip):
    told = sip.tell("--version", status=3)
    assert re.match(r"check_sip_options \d+\.\d+\.\d+", told)


def test_the_icinga_command_has_the_options_of_the_help(sip):
    told = sip.tell("--icinga2-command")
    assert told.count("{") == told.count("}")
    named = set(re.findall(r'"(--[a-z0-9-]+)" = ', told))
    assert named < options_of(sip)
    assert {"--hostname", "--port", "--uri", "--count", "--ok",
            "--auth-file"} <= named


# Wrong command lines ---------------------------------------------------------

@pytest.mark.parametrize("args", [
    [], ["-H", ""], ["-H", "a b"], ["-H", "sip:"], ["-H", "*.contoso.test"],
    ["-H", "127.0.0.1:5060"], ["-H", "127.0.0.1", "-T", "sctp"],
    ["-H", "127.0.0.1", "-T", ""], ["-H", "127.0.0.1", "-p", "0"],
    ["-H", "127.0.0.1", "-p", "65536"], ["-H", "127.0.0.1", "-p", "x"],
    ["-H", "127.0.0.1", "stray"], ["-H", "127.0.0.1", "--nonsense"],
    ["-H", "127.0.0.1", "-w", "10abc"], ["-H", "127.0.0.1", "-c", "nan"],
    ["-H", "127.0.0.1", "--profile", "nonsense"],
    ["-H", "127.0.0.1", "--file", "x"], ["-H", "127.0.0.1", "-t", "0"],
    ["-H", "127.0.0.1", "-4", "-6"], ["-H", "::1", "-4"],
    ["-H", "127.0.0.1", "--source", "::1"],
    ["-H", "127.0.0.1", "--key", "x.pem"],
    ["-H", "127.0.0.1", "--tls-min", "1.3", "--tls-max", "1.2"],
    ["-H", "127.0.0.1", "--state", "sip.nonsense=ok"]])
def test_a_wrong_command_line_is_refused(sip, args):
    assert sip.refuse(*args)


@pytest.mark.parametrize("args", [
    ["-H", "sips:contoso.test", "-T", "udp"],
    ["-H", "sips:contoso.test", "-T", "tcp"],
    ["-H", "sip:contoso.test;transport=tls", "-T", "udp"],
    ["-H", "sip:contoso.test:5060", "-p", "5070"]])
def test_a_uri_and_an_option_that_contradict_are_refused(sip, args):
    summary = sip.refuse(*args)
    assert args[2] in summary or {"-T": "--transport", "-p": "--port"}[
        args[2]] in summary


def test_every_id_of_the_contract_is_known_to_state(sip, servers):
    args = [part for each in sorted(sip.plugin.promise.ids)
            for part in ("--state", each + "=ok")]
    assert sip.ask(servers.peer("udp", says(503, "No")), *args).state == "OK"


def test_exit_ok_leaves_the_state_true(sip, servers):
    result = sip.ask(servers.peer("udp", says(503, "No")), "--exit-ok")
    assert (result.state, result.exit) == ("CRITICAL", 0)
