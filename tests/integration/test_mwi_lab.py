# SPDX-License-Identifier: GPL-3.0-or-later
"""test_mwi_lab -- UM's NOTIFY through Kamailio to a phone, and what fails."""

import pytest

from testenv.mwi import breaks_at, hop, hops, uri
from testenv.sip import fine

TRANSPORTS = ("udp", "tcp", "tls")
# Users for whom the lab refuses: status, and what that means to MWI (facts).
REFUSALS = {"forbidden": (403, "not allowed"),
            "unsolicited": (481, "nobody subscribed"),
            "badevent": (489, "message-summary"),
            "untrusted": (504, "would not trust")}


@pytest.fixture(params=TRANSPORTS)
def port(lab, request):
    """A port of the lab for any client, by each transport."""
    return lab.tls if request.param == "tls" else lab.plain(request.param)


# It works ---------------------------------------------------------------------

def test_the_lamp_hears_of_it(mwi, lab, port):
    result = fine(mwi.loop(lab, port))
    assert hops(result) == dict.fromkeys(
        ["gateway", "register", "notify", "phone"], "OK")


def test_times_are_told(mwi, lab, port):
    metrics = mwi.loop(lab, port).metrics
    for label in ("delivery_time", "notify_time", "register_time"):
        assert metrics[label]["value"] > 0 and metrics[label]["unit"] == "s"
    assert metrics["hops_ok"]["value"] == 4


def test_delivery_is_no_later_than_the_run(mwi, lab, port):
    result = mwi.loop(lab, port)
    assert result.metrics["delivery_time"]["value"] < result.elapsed


def test_each_hop_says_whom_it_asked(mwi, lab, port):
    result = mwi.loop(lab, port)
    for name in ("gateway", "register", "notify"):
        assert hop(result, name)["address"] == "127.0.0.1:%d" % port.port
    for name in ("register", "notify", "phone"):
        assert hop(result, name)["times"]["answer"] > 0
    assert "200" in hop(result, "notify")["says"]
    assert hop(result, "phone")["host"] == uri("mwitest")


@pytest.mark.parametrize("name", ["telling", "silent"])
def test_by_mutual_tls(mwi, lab, name):
    gateway = getattr(lab, name)
    result = fine(mwi.loop(
        lab, gateway, *lab.identity("right"), "--registrar-port",
        lab.tls.port, "--um-profile", "none"))
    assert hop(result, "notify")["address"].endswith(":%d" % gateway.port)
    assert hop(result, "register")["address"].endswith(":%d" % lab.tls.port)


def test_a_phone_elsewhere_than_the_gateway(mwi, lab):
    result = mwi.json(*mwi.by(
        lab.plain("udp"), *mwi.phone(lab), "--registrar", "127.0.0.2",
        "--registrar-port", lab.plain().port, timeout=1))
    # Nobody listens there: the registrar is asked, not the gateway.
    breaks_at(result, "register", result.findings[0]["id"])
    assert "127.0.0.2" in hop(result, "register")["address"]


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_by_ipv6(mwi, lab, transport):
    if not lab.values["HOST6"]:
        pytest.skip("no IPv6 here")
    result = fine(mwi.loop(lab, lab.plain(transport, "::1")))
    assert hop(result, "notify")["address"].startswith("[::1]")


def test_without_a_phone_the_gateways_word_is_taken(mwi, lab, port):
    result = mwi.json(*mwi.by(port, "--notify", uri("swallow")))
    fine(result)
    assert hops(result) == {"gateway": "OK", "notify": "OK"}
    assert "delivery_time" not in result.metrics


def test_without_a_phone_nobody_may_be_at_home(mwi, lab, port):
    result = mwi.json(*mwi.by(port, "--notify", uri("deny")))
    text = breaks_at(result, "notify", "mwi.notify-refused")["text"]
    assert "480" in text and "not registered" in text


def test_an_address_that_does_not_exist(mwi, lab, port):
    result = mwi.json(*mwi.by(port, "--notify", uri("nobody")))
    text = breaks_at(result, "notify", "mwi.notify-refused")["text"]
    assert "404" in text


# The registrar refuses --------------------------------------------------------

def test_a_wrong_password(mwi, lab, port):
    result = mwi.json(*mwi.by(
        port, "--notify", uri("mwitest"), "--phone", "--auth-user", "mwitest",
        "--auth-file", lab.password("bob")))
    finding = breaks_at(result, "register", "mwi.register-refused")
    assert "wrong credentials" in finding["text"]
    assert "--auth-file" in finding["remedy"]
    assert "notify" not in hops(result)


def test_an_unknown_user(mwi, lab, port):
    result = mwi.json(*mwi.by(
        port, "--notify", uri("nobody"), "--phone", "--auth-user", "nobody",
        "--auth-file", lab.password("mwitest")))
    finding = breaks_at(result, "register", "mwi.register-refused")
    assert "wrong credentials" in finding["text"]


def test_somebody_elses_address(mwi, lab, port):
    result = mwi.json(*mwi.by(
        port, "--notify", uri("mwitest"), "--phone",
        *mwi.as_user(lab, "bob")))
    text = breaks_at(result, "register", "mwi.register-refused")["text"]
    assert "403" in text and "wrong credentials" in text


def test_no_password_at_all(mwi, lab, port):
    result = mwi.json(*mwi.by(port, "--notify", uri("mwitest"), "--phone"))
    text = breaks_at(result, "register", "mwi.register-refused")["text"]
    assert "401" in text and "none are given" in text


# The gateway refuses ----------------------------------------------------------

@pytest.mark.parametrize("user", REFUSALS)
def test_a_refusal_is_told_with_its_meaning(mwi, lab, port, user):
    result = mwi.loop(lab, port, user=user)
    finding = breaks_at(result, "notify", "mwi.notify-refused")
    status, meaning = REFUSALS[user]
    assert str(status) in finding["text"] and meaning in finding["text"]
    assert finding["remedy"]
    assert "phone" not in hops(result)
    assert lab.left(user) == (0, 0)


def test_a_refusal_for_the_certificate_has_its_diagnostics(mwi, lab, port):
    result = mwi.loop(lab, port, user="untrusted")
    text = result.text("sip.ms-diagnostics")
    assert "1010" in text and "CERT_E_CN_NO_MATCH" in text


@pytest.mark.parametrize("user", ["forbidden", "unsolicited", "badevent"])
def test_another_refusal_has_none(mwi, lab, port, user):
    assert set(mwi.loop(lab, port, user=user).broken) == {"mwi.notify-refused"}


def test_a_stranger_cannot_inject(mwi, lab):
    result = mwi.loop(lab, lab.silent, *lab.identity("wildcard"),
                      "--registrar-port", lab.tls.port,
                      "--um-profile", "none")
    assert result.broken["mwi.notify-refused"] == "CRITICAL"
    assert "certificate" in result.text("mwi.notify-refused")
    assert "notify_time" not in result.metrics
    assert lab.bindings("mwitest") == 0


# It does not arrive as it should ----------------------------------------------

def test_accepted_and_never_delivered(mwi, lab, port):
    result = mwi.loop(lab, port, user="swallow", timeout=2)
    finding = breaks_at(result, "phone", "mwi.not-delivered")
    assert uri("swallow") in finding["text"] and finding["remedy"]
    assert hops(result)["notify"] == "OK"
    assert "delivery_time" not in result.metrics
    assert lab.bindings("swallow") == 0


def test_delivered_twice(mwi, lab, port):
    result = mwi.loop(lab, port, user="twice")
    finding = breaks_at(result, "phone", "mwi.duplicate", "WARNING")
    assert "2 times" in finding["text"]
    assert result.metrics["delivery_time"]["value"] > 0


def test_delivered_late_is_delivered(mwi, lab, port):
    result = fine(mwi.loop(lab, port, user="late", timeout=8))
    assert result.metrics["delivery_time"]["value"] >= 1.1


@pytest.mark.parametrize("option,state", [("-w", "WARNING"),
                                          ("-c", "CRITICAL")])
def test_delivered_late_is_slow_by_a_limit(mwi, lab, port, option, state):
    result = mwi.loop(lab, port, option, "1", user="late", timeout=8)
    breaks_at(result, "phone", "mwi.slow", state)
    metric = result.metrics["delivery_time"]
    assert metric["warning" if option == "-w" else "critical"] in ("1", 1)


def test_within_the_limits_is_told(mwi, lab, port):
    result = mwi.loop(lab, port, "-w", "4", "-c", "5")
    assert result.state == "OK" and result.holds("mwi.slow")


def test_counts_changed_on_the_way(mwi, lab, port):
    result = mwi.loop(lab, port, user="alter")
    finding = breaks_at(result, "phone", "mwi.altered")
    assert "4242" in finding["text"]


def test_garbage_instead_of_the_body(mwi, lab, port):
    result = mwi.loop(lab, port, user="garble")
    finding = breaks_at(result, "phone", "mwi.altered")
    assert "PDF" in finding["text"]


@pytest.mark.parametrize("user", ["swallow", "twice", "alter", "garble"])
def test_nothing_stays_behind_a_failure(mwi, lab, port, user):
    mwi.loop(lab, port, user=user, timeout=2)
    assert lab.left(user) == (0, 0)
