# SPDX-License-Identifier: GPL-3.0-or-later
"""test_sip_lab -- Kamailio as a front end: whom it knows, how it turns away.
"""

import pytest

from testenv.plugin import SLACK
from testenv.sip import among, fine, only

# What it does with an OPTIONS by the certificate that is shown: a status, or
# the alert. Seen with Kamailio 5.6; the silent port closes where the other
# one refuses with a status.
SHOWN = {
    "right": 200, "wildcard": 504, "no-cn": 403, "short": 403,
    "san-only": 403, "unlisted": 403, "foreign": "unknown_ca",
    "server-only": "unsupported_certificate",
    "expired": "certificate_expired"}
STRANGERS = [name for name, seen in SHOWN.items() if seen in (403, 504)]
REJECTED = [name for name, seen in SHOWN.items() if isinstance(seen, str)]
VERSIONS = ("1.2", "1.3")


@pytest.fixture
def shown(sip, lab):
    """JSON of a run that shows one of the lab's certificates."""
    def showing(port, name, *args):
        return sip.ask(port, *lab.identity(name), *args)
    return showing


# Mutual TLS ------------------------------------------------------------------

@pytest.mark.parametrize("version", VERSIONS)
def test_the_right_certificate_is_welcome(lab, shown, version):
    for port in (lab.telling, lab.silent):
        fine(shown(port, "right", "--tls-max", version))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", STRANGERS)
def test_a_stranger_is_told_why(lab, shown, name, version):
    result = shown(lab.telling, name, "--tls-max", version)
    assert result.broken == {"sip.status": "CRITICAL",
                             "sip.ms-diagnostics": "CRITICAL"}
    assert str(SHOWN[name]) in result.text("sip.status")
    reason = {504: "1010", 403: "1005"}[SHOWN[name]]
    assert reason in result.text("sip.ms-diagnostics")


def test_the_wildcard_is_named_as_the_fault(lab, shown):
    text = shown(lab.telling, "wildcard").text("sip.ms-diagnostics")
    assert "CERT_E_CN_NO_MATCH" in text and "*.contoso.test" in text


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", STRANGERS)
def test_a_stranger_is_hung_up_on(lab, shown, name, version):
    result = shown(lab.silent, name, "--tls-max", version)
    text = only(result, "sip.closed")["text"]
    assert "certificate" in text
    assert ("has no CN" in text) == (name == "no-cn")
    assert result.elapsed < 1 + SLACK


@pytest.mark.parametrize("name,rule", [
    ("wildcard", "name.cn-wildcard"), ("no-cn", "name.cn-missing"),
    ("short", "name.cn-invalid")])
def test_the_story_is_told_from_our_end(lab, shown, name, rule):
    result = shown(lab.silent, name, "--profile", "exchange-um",
                   "--ca-file", lab.ca_file)
    assert result.broken["sip.closed"] == "CRITICAL"
    assert result.broken[rule] == "CRITICAL"


@pytest.mark.parametrize("name", ["san-only", "unlisted"])
def test_our_name_shows_that_our_certificate_has_another(lab, shown, name):
    result = shown(lab.silent, name, "--profile", "exchange-um",
                   "--ca-file", lab.ca_file, "--contact",
                   "sip:um1.contoso.test")
    assert result.broken["name.cn-mismatch"] == "CRITICAL"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("port", ["telling", "silent"])
@pytest.mark.parametrize("name", REJECTED)
def test_a_rejected_certificate_has_its_alert(
        lab, shown, name, port, version):
    result = shown(getattr(lab, port), name, "--tls-max", version)
    finding = only(result, "tls.client-cert-refused")
    assert SHOWN[name] in finding["text"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("port", ["telling", "silent"])
def test_without_a_certificate_nobody_comes_in(sip, lab, port, version):
    result = sip.ask(getattr(lab, port), "--tls-max", version)
    only(result, "tls.client-cert-required")


def test_who_becomes_a_configured_server_is_let_in(lab, shown):
    with lab.trusts("um2.contoso.test"):
        fine(shown(lab.telling, "unlisted"))
    assert shown(lab.telling, "unlisted").state == "CRITICAL"


def test_a_stranger_loses_every_probe(lab, shown):
    result = shown(lab.silent, "wildcard", "-n", "3", "-i", "0",
                   "--reconnect")
    assert result.broken["sip.closed"] == "CRITICAL"
    assert set(result.broken) <= {"sip.closed", "sip.loss"}
    assert result.metrics["loss"]["value"] == 100


# Any client ------------------------------------------------------------------

@pytest.mark.parametrize("version", VERSIONS)
def test_the_open_port_takes_whoever_comes(sip, lab, shown, version):
    fine(sip.ask(lab.tls, "--tls-max", version, "--tls-min", version))
    fine(shown(lab.tls, "foreign", "--tls-max", version))


def test_a_server_of_2008_is_reached_the_old_way(sip, lab):
    fine(sip.ask(lab.tls, "--tls-legacy", "--tls-max", "1.0"))


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_the_plain_port_answers(sip, lab, transport, address):
    if address == "::1" and not lab.values["HOST6"]:
        pytest.skip("no IPv6 here")
    fine(sip.ask(lab.plain(transport, address), "--require-method",
                 "SUBSCRIBE", "--require-header", "Server=^um-lab$"))


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_fifty_probes_are_all_answered(sip, lab, transport):
    result = fine(sip.ask(lab.plain(transport), "-n", "50", "-i", "0"))
    assert result.metrics["loss"]["value"] == 0


# Users -----------------------------------------------------------------------

def user(lab, name, transport="udp"):
    return lab.plain(transport), "-u", "sip:%s@127.0.0.1" % name


def test_a_user_who_never_answers(sip, lab):
    only(sip.ask(*user(lab, "drop"), timeout=1), "sip.no-answer")


def test_a_user_who_is_only_tried(sip, lab):
    only(sip.ask(*user(lab, "trying"), timeout=1), "sip.provisional-only")


def test_a_user_who_takes_a_second(sip, lab):
    result = fine(sip.ask(*user(lab, "slow")))
    assert result.metrics["rtt"]["value"] >= 0.9


def test_a_user_who_is_busy(sip, lab):
    result = sip.ask(*user(lab, "busy", "tcp"))
    assert result.broken == {"sip.status": "CRITICAL",
                             "sip.retry-after": "CRITICAL"}
    assert "7" in result.text("sip.retry-after")


def test_a_user_who_does_not_exist(sip, lab):
    result = sip.ask(*user(lab, "nope"))
    assert result.broken == {"sip.status": "WARNING",
                             "sip.ms-diagnostics": "WARNING"}


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_user_with_a_password(sip, lab, transport):
    fine(sip.ask(*user(lab, "auth", transport), "--auth-user", "alice",
                 "--auth-file", lab.password_file))


@pytest.mark.parametrize("name,password", [("alice", "wrong"),
                                           ("bob", "secret")])
def test_wrong_credentials_are_refused(sip, lab, name, password):
    result = sip.ask(*user(lab, "auth"), "--auth-user", name, "--auth-file",
                     sip.password(password))
    among(result, "sip.auth", "sip.status")


def test_no_hops_left_is_a_refusal(sip, lab):
    result = sip.ask(lab.plain(), "--max-forwards", "0")
    assert "483" in only(result, "sip.status", "WARNING")["text"]
