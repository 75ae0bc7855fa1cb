# SPDX-License-Identifier: GPL-3.0-or-later
"""test_mwi_told -- what check_mwi_path tells: the path, thresholds, help."""

import re

import pytest

from testenv.mwi import hop, hops
from testenv.mwi_peer import deliver, subscribed, take_only
from testenv.sip import fine, only
from testenv.sip_peer import says, silent

TRANSPORTS = ("udp", "tcp", "tls")
OPTIONS = {
    "--help", "--version", "--timeout", "--verbose", "--source", "--dns",
    "--ipv4", "--ipv6", "--ca-file", "--ca-path", "--cert", "--key",
    "--key-pass-file", "--sni", "--tls-min", "--tls-max", "--tls-legacy",
    "--auth-user", "--auth-file", "--state", "--output", "--extra-opts",
    "--exit-ok", "--um", "--um-port", "--um-profile", "--gateway",
    "--gateway-port", "--gateway-profile", "--transport", "--notify",
    "--phone", "--registrar", "--registrar-port", "--mailbox",
    "--subscribe", "--warning", "--critical", "--new-warning",
    "--new-critical"}
PATH = ["gateway", "register", "notify", "phone", "mailbox"]


@pytest.fixture
def everything(lamp, servers):
    """(The run of all hops, the PBX)."""
    def run(transport, *args, how=None, **steps):
        pbx = servers.pbx(transport, **steps)
        return (how or lamp.ask)(pbx, *lamp.phone(
            "--subscribe", "--mailbox", lamp.address, *args)), pbx
    return run


# Facts -----------------------------------------------------------------------

@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_hops_stand_in_path_order(everything, transport):
    result, pbx = everything(transport)
    fine(result)
    place = "127.0.0.1:%d" % pbx.port
    assert list(hops(result)) == PATH
    for each in result.facts["hops"]:
        assert {"name", "host", "address", "state", "times",
                "findings"} <= set(each)
        assert (each["state"], each["findings"]) == ("OK", [])
        assert set(each["times"]) == {"connect", "handshake", "answer"}
        if each["name"] != "phone":
            assert each["address"] == place
    assert hop(result, "phone")["host"] == "sip:lamp@contoso.test"
    encrypted = hop(result, "register")["times"]["handshake"] > 0
    assert encrypted == (transport == "tls")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_each_time_is_measured(everything, transport):
    metrics = everything(transport)[0].metrics
    times = {"delivery_time", "notify_time", "register_time",
             "subscribe_time"}
    assert times <= set(metrics)
    for label in times:
        assert 0 < metrics[label]["value"] < 3
        assert metrics[label]["unit"] == "s"
    assert (metrics["hops_ok"]["value"], metrics["hops_ok"]["max"]) == \
        (len(hops(everything(transport)[0])),) * 2


def test_the_mailbox_is_a_fact(fetch):
    body = (b"Messages-Waiting: yes\r\nMessage-Account: sip:77@contoso.test"
            b"\r\nVoice-Message: 2/8 (1/3)\r\nFax-Message: 4/5\r\n")
    result, _ = fetch("udp", subscribe=subscribed(body=body))
    assert result.facts["mailbox"] == {
        "waiting": True, "account": "sip:77@contoso.test",
        "voice-message": {"new": 2, "old": 8, "urgent_new": 1,
                          "urgent_old": 3},
        "fax-message": {"new": 4, "old": 5}}


def test_a_count_that_was_not_told_is_no_metric(fetch):
    result, _ = fetch("udp", subscribe=subscribed(
        body=b"Messages-Waiting: no\r\nVoice-Message: 0/8\r\n"))
    assert "urgent_new" not in result.metrics


# The picture -----------------------------------------------------------------

def drawn(result):
    """{hop: mark} of the path that -v draws, in order."""
    return dict((name, mark) for mark, name in re.findall(
        r"^(ok|XX) ([a-z]+) ", result.out, re.M))


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_v_draws_the_path(everything, lamp, transport):
    result, _ = everything(transport, "-v", how=lamp.say)
    assert drawn(result) == dict.fromkeys(PATH, "ok")
    assert list(drawn(result)) == PATH
    assert " ms" in result.out


@pytest.mark.parametrize("broken,steps", [
    ("register", dict(register=says(403, "No"))),
    ("register", dict(subscribe=says(489, "No"))),
    ("notify", dict(notify=says(403, "No"))),
    ("phone", dict(notify=take_only)),
    ("phone", dict(notify=deliver(body=b"")))])
def test_the_broken_hop_is_marked(lamp, servers, broken, steps):
    pbx = servers.pbx("tcp", **steps)
    result = lamp.say(pbx, *lamp.phone("--subscribe", "-v"), timeout=1)
    marks = drawn(result)
    assert [name for name, mark in marks.items() if mark == "XX"] == [broken]
    assert list(marks)[-1] == broken
    line = [each for each in result.lines if each.startswith("XX")][0]
    assert result.findings[-1].id in line


def test_without_v_nothing_is_drawn(everything, lamp):
    result, _ = everything("udp", how=lamp.say)
    assert len(result.lines) == 1, result.out
    assert "sip:lamp@contoso.test" in result.summary
    assert "3 new" in result.summary


def test_vv_has_the_facts_and_vvv_the_messages(everything, lamp):
    two, _ = everything("udp", "-vv", how=lamp.say)
    three, _ = everything("udp", "-vvv", how=lamp.say)
    assert "hops:" in two.out and "NOTIFY sip:lamp@" not in two.out
    for first in ("REGISTER sip:contoso.test", "SUBSCRIBE sip:lamp@",
                  "NOTIFY sip:lamp@", "Voice-Message: 3/7"):
        assert first in three.out


def test_the_first_broken_hop_is_the_summary(lamp, servers):
    pbx = servers.pbx("udp", notify=says(403, "Forbidden"))
    result = lamp.say(pbx, *lamp.phone())
    assert "403 Forbidden" in result.summary and "gateway" in result.summary


# Thresholds ------------------------------------------------------------------

@pytest.mark.parametrize("args,state", [
    (["-w", "@0:9"], "WARNING"), (["-c", "@0:9"], "CRITICAL"),
    (["-w", "@0:9", "-c", "@0:9"], "CRITICAL"), (["-w", "9", "-c", "9"],
                                                 "OK")])
def test_the_time_to_delivery_is_judged(follow, args, state):
    result, _ = follow("udp", *args)
    assert result.state == state
    assert result.judged("mwi.slow", state) or result.holds("mwi.slow")
    if state != "OK":
        assert hop(result, "phone")["state"] == state


@pytest.mark.parametrize("args,state", [
    (["--new-warning", "2"], "WARNING"), (["--new-critical", "2"],
                                          "CRITICAL"),
    (["--new-warning", "2", "--new-critical", "2"], "CRITICAL"),
    (["--new-warning", "3"], "OK"), (["--new-critical", "4:"], "CRITICAL"),
    (["--new-warning", "@3:3"], "WARNING"), ([], "OK")])
def test_new_messages_are_judged(fetch, args, state):
    result, _ = fetch("udp", *args)
    if state == "OK":
        assert fine(result).holds("mwi.count") == bool(args)
    else:
        assert "3 new" in only(result, "mwi.count", state)["text"]


def test_the_thresholds_are_in_the_perfdata(everything, lamp):
    result, _ = everything("udp", "-w", "5", "-c", "7", "--new-warning",
                           "20", "--new-critical", "30", how=lamp.say)
    data = result.perfdata
    assert (data["delivery_time"]["warning"],
            data["delivery_time"]["critical"]) == ("5", "7")
    assert (data["messages_new"]["warning"],
            data["messages_new"]["critical"]) == ("20", "30")
    assert data["hops_ok"]["value"] == data["hops_ok"]["max"] == "5"


@pytest.mark.parametrize("steps,ok,walked", [
    (dict(register=says(403, "No")), 1, 2),
    (dict(notify=says(403, "No")), 2, 3), (dict(notify=take_only), 3, 4)])
def test_hops_ok_counts_them(follow, steps, ok, walked):
    metric = follow("udp", **steps)[0].metrics["hops_ok"]
    assert (metric["value"], metric["max"]) == (ok, walked)


# States ----------------------------------------------------------------------

@pytest.mark.parametrize("rule,state,args,steps", [
    ("mwi.slow", "ok", ["-c", "@0:9"], {}),
    ("mwi.not-delivered", "warning", [], dict(notify=take_only)),
    ("mwi.notify-refused", "unknown", [], dict(notify=says(403, "No"))),
    ("mwi.register-refused", "ok", [], dict(register=says(403, "No"))),
    ("mwi.*", "warning", [], dict(notify=silent)),
    ("mwi.duplicate", "critical", [], dict(notify=deliver(times=2)))])
def test_state_changes_what_a_finding_is_worth(
        follow, rule, state, args, steps):
    result, _ = follow("udp", *args, "--state", "%s=%s" % (rule, state),
                       **steps)
    assert result.state == state.upper()
    assert set(result.broken.values()) == {state.upper()}
    assert set(hops(result).values()) <= {"OK", state.upper()}


def test_every_id_of_the_contract_is_known_to_state(lamp, servers):
    args = [part for each in sorted(lamp.plugin.promise.ids)
            for part in ("--state", each + "=ok")]
    pbx = servers.pbx("udp", notify=says(503, "No"))
    assert lamp.loop(pbx, *args).state == "OK"


def test_exit_ok_leaves_the_state_true(lamp, servers):
    pbx = servers.pbx("udp", notify=says(503, "No"))
    result = lamp.loop(pbx, "--exit-ok")
    assert (result.state, result.exit) == ("CRITICAL", 0)


def test_openmetrics_has_a_family_a_metric(lamp, servers):
    result = lamp.metrics(*lamp.by(servers.pbx("udp"), *lamp.phone()))
    names = " ".join(result.families)
    for label in ("delivery_time", "notify_time", "hops_ok"):
        assert label in names
    assert result.exit == 0


# Help, Icinga ----------------------------------------------------------------

def options_of(mwi):
    return set(re.findall(r"^ +(?:-\w, )?(--[a-z0-9-]+)",
                          mwi.tell("--help", status=3), re.M))


def test_help_names_every_option_of_the_contract(mwi):
    assert OPTIONS <= options_of(mwi)


def test_options_that_mean_nothing_here_are_not_offered(mwi):
    assert not {"--hostname", "--port", "--file", "--count", "--ok",
                "--uri", "--profile", "--fingerprint"} & options_of(mwi)


def test_help_fits_80_columns_and_ends_with_examples(mwi):
    told = mwi.tell("--help", status=3)
    assert max(map(len, told.split("\n"))) <= 80
    assert "check_mwi_path --" in told.split("Examples:")[1]
    assert not set("[]'<>|&`;") & set(told.split("Examples:")[1])


def test_version_is_told_with_exit_3(mwi):
    told = mwi.tell("--version", status=3)
    assert re.match(r"check_mwi_path \d+\.\d+\.\d+", told)


def test_the_icinga_command_has_the_options_of_the_help(mwi):
    told = mwi.tell("--icinga2-command")
    assert told.count("{") == told.count("}")
    assert "check_mwi_path" in told
    named = set(re.findall(r'"(--[a-z0-9-]+)" = ', told))
    assert named < options_of(mwi)
    assert {"--um", "--gateway", "--notify", "--phone", "--mailbox",
            "--new-warning", "--auth-file"} <= named


# Wrong command lines ---------------------------------------------------------

GATEWAY = ["--gateway", "127.0.0.1"]
LAMP = ["--notify", "sip:a@b.test"]


@pytest.mark.parametrize("args,words", [
    ([], ["--um", "--gateway"]),
    (["--notify", "sip:a@b.test"], ["--gateway"]),
    (["--um", "127.0.0.1", *LAMP], ["--notify", "--gateway"]),
    (["--mailbox", "sip:a@b.test"], ["--um", "--gateway"]),
    ([*GATEWAY, "--phone"], ["--phone", "--notify"]),
    ([*GATEWAY, *LAMP, "--subscribe"], ["--subscribe", "--phone"]),
    ([*GATEWAY, *LAMP, "--registrar", "127.0.0.1"],
     ["--registrar", "--phone"]),
    ([*GATEWAY, *LAMP, "--registrar-port", "5060"],
     ["--registrar-port", "--phone"]),
    ([*GATEWAY, "--um-port", "5061"], ["--um-port", "--um"]),
    (["--um", "127.0.0.1", "--gateway-port", "5060"],
     ["--gateway-port", "--gateway"]),
    ([*GATEWAY, "--new-warning", "3"], ["--new-warning", "--mailbox"]),
    ([*GATEWAY, "--new-critical", "3"], ["--new-critical", "--mailbox"]),
    ([*GATEWAY, *LAMP, "-w", "3"], ["--warning", "--phone"]),
    ([*GATEWAY, *LAMP, "-c", "3"], ["--critical", "--phone"])])
def test_a_contradiction_is_refused_by_its_names(mwi, args, words):
    summary = mwi.refuse(*args)
    for word in words:
        assert word in summary


@pytest.mark.parametrize("option", ["--um-port", "--gateway-port"])
@pytest.mark.parametrize("value", ["0", "65536", "x", "", "5060,5061"])
def test_a_wrong_port_is_refused(mwi, option, value):
    assert option in mwi.refuse("--um", "127.0.0.1", *GATEWAY, option, value)


@pytest.mark.parametrize("option", ["--um", "--gateway", "--registrar"])
@pytest.mark.parametrize("value", ["", "a b", "*.contoso.test", "a_b|c",
                                   "127.0.0.1:5060", "x" * 300])
def test_a_wrong_host_is_refused(mwi, option, value):
    args = [*GATEWAY, *LAMP, "--phone", option, value]
    assert option in mwi.refuse(*args)


@pytest.mark.parametrize("option", ["--notify", "--mailbox"])
@pytest.mark.parametrize("value", [
    "", "lamp", "lamp@contoso.test", "sip:", "sip:contoso.test",
    "tel:+4930123", "sip:a b@contoso.test", "sip:a@", "sip:@contoso.test",
    "sip:a@contoso.test\r\nX-Evil: 1", "mailto:a@b.test"])
def test_a_wrong_address_is_refused(mwi, option, value):
    assert option in mwi.refuse(*GATEWAY, option, value)


@pytest.mark.parametrize("args", [
    ["stray"], ["--nonsense"], ["-H", "127.0.0.1"], ["-p", "5060"],
    ["-T", "sctp"], ["-T", ""], ["--um-profile", "nonsense"],
    ["--gateway-profile", "nonsense"], ["-t", "0"], ["-4", "-6"],
    ["--source", "nonsense"], ["--key", "x.pem"],
    ["--tls-min", "1.3", "--tls-max", "1.2"],
    ["--state", "mwi.nonsense=ok"], ["--state", "mwi.slow=fine"],
    ["--auth-user", "lamp"], ["--auth-file", "x"],
    [*LAMP, "--phone", "-w", "10abc"], [*LAMP, "--phone", "-c", "nan"],
    ["--mailbox", "sip:a@b.test", "--new-warning", "0x10"],
    [*LAMP, "--from", "nobody"], [*LAMP, "--from", "sip:"]])
def test_a_wrong_command_line_is_refused(mwi, args):
    assert mwi.refuse(*GATEWAY, *args)
