# SPDX-License-Identifier: GPL-3.0-or-later
"""test_mwi_mailbox -- the state of a mailbox, and phones that subscribe."""

import pytest

from testenv.mwi import breaks_at, hop, hops, uri
from testenv.sip import fine

TRANSPORTS = ("udp", "tcp", "tls")


@pytest.fixture(params=TRANSPORTS)
def port(lab, request):
    """A port of the lab for any client, by each transport."""
    return lab.tls if request.param == "tls" else lab.plain(request.param)


def counts(result):
    return {label: result.metrics[label]["value"] for label in
            ("messages_new", "messages_old", "urgent_new")
            if label in result.metrics}


# Counts (RFC 3842 5.2) --------------------------------------------------------

def test_published_counts_are_read(mwi, lab, port):
    lab.publish("mwitest", "3/7 (2/1)")
    result = fine(mwi.fetch(lab, port))
    assert counts(result) == {"messages_new": 3, "messages_old": 7,
                              "urgent_new": 2}
    assert result.facts["mailbox"]["voice-message"] == {
        "new": 3, "old": 7, "urgent_new": 2, "urgent_old": 1}
    assert result.facts["mailbox"]["waiting"] is True


def test_without_urgent_counts_there_is_no_metric(mwi, lab, port):
    lab.publish("mwitest", "5/0")
    assert counts(mwi.fetch(lab, port)) == {"messages_new": 5,
                                            "messages_old": 0}


def test_an_empty_mailbox_is_fine(mwi, lab, port):
    lab.publish("mwitest", "0/0 (0/0)")
    result = fine(mwi.fetch(lab, port))
    assert counts(result)["messages_new"] == 0
    assert result.facts["mailbox"]["waiting"] is False


def test_the_newest_state_counts(mwi, lab):
    for new in (1, 2):
        lab.publish("mwitest", "%d/0" % new)
        assert counts(mwi.fetch(lab, lab.plain()))["messages_new"] == new


def test_a_count_beyond_32_bits_is_the_largest(mwi, lab, port):
    lab.publish("mwitest", "9999999999/0")
    assert counts(mwi.fetch(lab, port))["messages_new"] == 2 ** 32 - 1


def test_nothing_known_yet_is_no_error(mwi, lab, port):
    result = fine(mwi.fetch(lab, port, user="forbidden"))
    assert counts(result) == {}
    assert hops(result)["mailbox"] == "OK"


def test_the_mailbox_says_what_it_holds(mwi, lab, port):
    lab.publish("mwitest", "3/7")
    result = mwi.fetch(lab, port)
    assert "3 new, 7 old" in hop(result, "mailbox")["says"]
    assert "3 new, 7 old" in result.summary
    assert result.metrics["subscribe_time"]["value"] > 0


def test_by_ipv6(mwi, lab):
    if not lab.values["HOST6"]:
        pytest.skip("no IPv6 here")
    lab.publish("mwitest", "6/6")
    result = fine(mwi.fetch(lab, lab.plain("udp", "::1")))
    assert counts(result)["messages_new"] == 6


# Thresholds -------------------------------------------------------------------

@pytest.mark.parametrize("limits,state", [
    (["--new-warning", "3"], "OK"), (["--new-warning", "2"], "WARNING"),
    (["--new-critical", "2"], "CRITICAL"),
    (["--new-warning", "1", "--new-critical", "2"], "CRITICAL"),
    (["--new-warning", "2", "--new-critical", "3"], "WARNING"),
    (["--new-critical", "@3:3"], "CRITICAL")])
def test_new_messages_have_limits(mwi, lab, port, limits, state):
    lab.publish("mwitest", "3/9")
    result = mwi.fetch(lab, port, *limits)
    assert result.state == state
    if state == "OK":
        assert result.holds("mwi.count")
    else:
        assert "3 new" in breaks_at(result, "mailbox", "mwi.count",
                                    state)["text"]


def test_limits_stand_in_the_perfdata(mwi, lab):
    lab.publish("mwitest", "3/9")
    told = mwi.run(*mwi.by(lab.plain(), "--mailbox", uri("mwitest"),
                           *mwi.as_user(lab, "mwitest"), "--new-warning",
                           "5", "--new-critical", "10"))
    datum = told.perfdata["messages_new"]
    assert (datum["value"], datum["warning"], datum["critical"]) == \
        ("3", "5", "10")


# The subscription fails -------------------------------------------------------

def test_a_subscription_refused(mwi, lab, port):
    result = mwi.fetch(lab, port, user="deny")
    text = breaks_at(result, "mailbox", "mwi.subscribe-refused")["text"]
    assert "403" in text


def test_wrong_credentials_for_a_mailbox(mwi, lab, port):
    result = mwi.json(*mwi.by(
        port, "--mailbox", uri("mwitest"), "--auth-user", "mwitest",
        "--auth-file", lab.password("bob")))
    text = breaks_at(result, "mailbox", "mwi.subscribe-refused")["text"]
    assert "wrong credentials" in text


def test_a_mailbox_that_does_not_exist(mwi, lab, port):
    result = mwi.json(*mwi.by(port, "--mailbox", uri("nobody"),
                              *mwi.as_user(lab, "mwitest")))
    text = breaks_at(result, "mailbox", "mwi.subscribe-refused")["text"]
    assert "404" in text


def test_a_subscription_taken_that_tells_nothing(mwi, lab, port):
    result = mwi.fetch(lab, port, user="nonotify", timeout=2)
    finding = breaks_at(result, "mailbox", "mwi.no-notify")
    assert finding["remedy"]


def test_a_subscription_that_is_ended(mwi, lab, port):
    result = mwi.fetch(lab, port, user="ended")
    text = breaks_at(result, "mailbox", "mwi.terminated")["text"]
    assert "deactivated" in text


# --subscribe ------------------------------------------------------------------

def test_a_phone_that_subscribes(mwi, lab, port):
    result = fine(mwi.loop(lab, port, "--subscribe"))
    assert result.metrics["subscribe_time"]["value"] > 0
    assert lab.left("mwitest") == (0, 0)


@pytest.mark.parametrize("user,rule", [
    ("deny", "mwi.subscribe-refused"), ("nonotify", "mwi.no-notify"),
    ("ended", "mwi.terminated")])
def test_a_phone_whose_subscription_fails(mwi, lab, port, user, rule):
    result = mwi.loop(lab, port, "--subscribe", user=user, timeout=2)
    breaks_at(result, "register", rule)
    assert "notify" not in hops(result)
    assert lab.left(user) == (0, 0)


def test_a_state_published_is_not_what_was_injected(mwi, lab, port):
    lab.publish("mwitest", "3/7")
    result = fine(mwi.loop(lab, port, "--subscribe"))
    assert result.metrics["delivery_time"]["value"] > 0


# Everything at once -----------------------------------------------------------

def test_the_whole_path_in_one_run(mwi, lab, port):
    lab.publish("mwitest", "2/8")
    result = fine(mwi.loop(
        lab, port, "--um", "127.0.0.1", "--um-port", port.port,
        "--um-profile", "none", "--subscribe", "--mailbox", uri("mwitest")))
    assert list(hops(result)) == ["um", "gateway", "register", "notify",
                                  "phone", "mailbox"]
    assert result.metrics["hops_ok"]["value"] == 6
    assert counts(result)["messages_new"] == 2
