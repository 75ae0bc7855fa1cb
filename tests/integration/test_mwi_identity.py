# SPDX-License-Identifier: GPL-3.0-or-later
"""test_mwi_identity -- both ends judged as each other would: who is UM?"""

import pytest

from testenv.mwi import hop, hops
from testenv.pki import HOST
from testenv.sip import fine

POOL = "sfbpool.contoso.test"
# Each certificate of the lab that is no identity, and the rule of
# exchange-um that says so (facts: a peer is known by its CN alone).
WRONG = {"wildcard": "name.cn-wildcard", "no-cn": "name.cn-missing",
         "short": "name.cn-invalid", "san-only": "name.cn-mismatch"}
# How the gateway refuses those that it has to be shown.
ALERTS = {"foreign": "unknown_ca", "server-only": "unsupported_certificate",
          "expired": "certificate_expired"}


@pytest.fixture
def look(mwi, lab, lab_dns):
    """JSON about the two ends of the lab, by their names."""
    def looking(*args, um=True, gateway=None):
        line = ["--dns", lab_dns, "--ca-file", lab.ca_file, "-t", "5"]
        if um:
            line += ["--um", HOST, "--um-port", lab.um.port]
        if gateway:
            line += ["--gateway", POOL, "--gateway-port", gateway.port,
                     "-T", gateway.transport]
        return mwi.json(*line, *args)
    return looking


# UM's certificate as the gateway sees it --------------------------------------

def test_the_right_certificate_is_an_identity(look, lab):
    result = fine(look(gateway=lab.telling))
    assert "would take each other" in result.summary
    assert hops(result) == {"um": "OK", "gateway": "OK"}


@pytest.mark.parametrize("name,rule", WRONG.items())
def test_the_gateway_would_not_know_um(look, lab, name, rule):
    with lab.um_shows(name):
        result = look(gateway=lab.tls)
    assert result.broken["mwi.identity"] == result.state == "CRITICAL"
    assert result.broken[rule] == "CRITICAL"
    assert hops(result) == {"um": "CRITICAL", "gateway": "OK"}
    assert {rule, "mwi.identity"} <= set(hop(result, "um")["findings"])
    assert HOST in result.finding("mwi.identity")["where"]


@pytest.mark.parametrize("unjudged", ["--um-profile", "--gateway-profile"])
def test_who_was_not_judged_is_only_looked_at(look, lab, unjudged):
    result = look(unjudged, "none", gateway=lab.telling)
    assert "would take" not in result.summary
    assert "looked at" in result.summary


def test_without_tls_nobody_was_judged(look, lab):
    result = look(gateway=lab.plain("udp"))
    assert result.summary == "UM and gateway looked at"


@pytest.mark.parametrize("sender,broken", [
    (HOST, {}), ("um9.contoso.test", {"name.cn-mismatch": "CRITICAL"})])
def test_by_address_um_has_the_name_of_from(mwi, lab, sender, broken):
    result = mwi.json("--um", "127.0.0.1", "--um-port", lab.um.port,
                      "--ca-file", lab.ca_file, "--from", "sip:um@" + sender)
    assert result.broken == broken


@pytest.mark.parametrize("name,rule", WRONG.items())
def test_without_a_gateway_nobody_fails_to_know_um(look, lab, name, rule):
    with lab.um_shows(name):
        result = look()
    assert result.broken[rule] == "CRITICAL"
    assert "mwi.identity" not in result.broken


@pytest.mark.parametrize("name", WRONG)
def test_the_remedy_is_a_certificate_with_that_name(look, lab, name):
    with lab.um_shows(name):
        result = look(gateway=lab.tls)
    remedy = result.finding("mwi.identity")["remedy"]
    assert "New-ExchangeCertificate" in remedy
    assert "cn=" + HOST in remedy


def test_what_no_peer_minds_is_no_identity_finding(look, lab):
    with lab.um_shows("expired"):
        result = look(gateway=lab.tls)
    assert result.broken["time.expired"] == "CRITICAL"
    assert "mwi.identity" not in result.broken


@pytest.mark.parametrize("name", WRONG)
def test_um_profile_none_judges_nothing(look, lab, name):
    with lab.um_shows(name):
        result = look("--um-profile", "none", "-T", "tls")
    fine(result)
    assert not any(each.startswith("name.") for each in result.passed)


def test_the_profile_of_um_is_the_users_choice(look, lab):
    with lab.um_shows("wildcard"):
        result = look("--um-profile", "tls-server", gateway=lab.tls)
    assert "mwi.identity" not in result.broken


def test_the_cure_makes_the_path_whole(look, lab):
    with lab.um_shows("wildcard"):
        assert look(gateway=lab.tls).state == "CRITICAL"
    assert look(gateway=lab.tls).state == "OK"


def test_the_gateway_is_judged_by_its_profile(look, lab):
    result = look("--gateway-profile", "lync-server", gateway=lab.tls)
    assert result.holds("name.server-missing")
    result = look("--gateway-profile", "none", gateway=lab.tls)
    assert "name.server-missing" not in result.passed


def test_a_gateway_by_a_name_that_is_not_its_own(mwi, lab, lab_dns):
    result = mwi.json("--dns", lab_dns, "--ca-file", lab.ca_file,
                      "--gateway", HOST, "--gateway-port", lab.tls.port,
                      "-T", "tls")
    assert result.broken["name.cn-mismatch"] == "CRITICAL"
    assert "mwi.identity" not in result.broken


# --cert shown to the gateway --------------------------------------------------

@pytest.mark.parametrize("port", ["telling", "silent"])
def test_the_gateway_answers_whom_it_knows(look, lab, port):
    result = fine(look(*lab.identity("right"), gateway=getattr(lab, port)))
    assert hop(result, "gateway")["says"].startswith("200")


@pytest.mark.parametrize("port", ["telling", "silent"])
@pytest.mark.parametrize("name", [*WRONG, "unlisted"])
def test_the_gateway_turns_a_strangers_certificate_away(look, lab, name, port):
    result = look(*lab.identity(name), gateway=getattr(lab, port))
    assert result.broken["mwi.identity"] == "CRITICAL"
    assert "mwi.identity" in hop(result, "gateway")["findings"]
    assert hops(result)["gateway"] == "CRITICAL"


@pytest.mark.parametrize("port", ["telling", "silent"])
@pytest.mark.parametrize("name,alert", ALERTS.items())
def test_the_gateway_refuses_the_handshake(look, lab, name, alert, port):
    result = look(*lab.identity(name), gateway=getattr(lab, port))
    assert result.broken["mwi.identity"] == "CRITICAL"
    assert alert in result.text("mwi.identity")
    assert hops(result)["gateway"] == "CRITICAL"


@pytest.mark.parametrize("name,rule", [
    ("wildcard", "name.cn-wildcard"), ("no-cn", "name.cn-missing"),
    ("short", "name.cn-invalid")])
def test_without_um_the_certificate_shown_is_judged(look, lab, name, rule):
    result = look(*lab.identity(name), um=False, gateway=lab.silent)
    assert result.broken[rule] == "CRITICAL"
    assert result.broken["mwi.identity"] == "CRITICAL"


def test_without_um_from_says_which_name_is_ours(look, lab):
    result = look(*lab.identity("san-only"), "--from", "sip:um@" + HOST,
                  um=False, gateway=lab.silent)
    assert result.broken["name.cn-mismatch"] == "CRITICAL"


def test_without_a_name_the_advice_is_an_option_of_ours(look, lab, mwi):
    result = look(*lab.identity("right"), um=False, gateway=lab.telling)
    text = result.text("name.not-compared")
    for word in text.split():
        if word.startswith("--"):
            assert word.strip(",.;") in mwi.tell("--help", status=3), text


def test_without_a_certificate_to_show_nobody_is_turned_away(look, lab):
    result = fine(look(gateway=lab.silent))
    assert "certificate seen" in hop(result, "gateway")["says"]


def test_who_becomes_a_configured_server_is_let_in(look, lab):
    with lab.trusts("um2.contoso.test"):
        result = look(*lab.identity("unlisted"), um=False,
                      gateway=lab.telling)
    assert "mwi.identity" not in result.broken


# Servers that are not there ---------------------------------------------------

def test_a_gateway_that_is_down_is_named(mwi, lab, lab_dns, refused):
    result = mwi.json("--dns", lab_dns, "--ca-file", lab.ca_file, "--um", HOST,
                      "--um-port", lab.um.port, "--gateway", POOL,
                      "--gateway-port", refused, "-T", "tls")
    assert result.broken == {"net.refused": "CRITICAL"}
    assert hops(result) == {"um": "OK", "gateway": "CRITICAL"}


def test_a_um_that_is_down_is_named(mwi, lab, lab_dns, refused):
    result = mwi.json("--dns", lab_dns, "--ca-file", lab.ca_file, "--um", HOST,
                      "--um-port", refused, "--gateway", POOL,
                      "--gateway-port", lab.tls.port, "-T", "tls")
    assert result.broken == {"net.refused": "CRITICAL"}
    assert hops(result) == {"um": "CRITICAL", "gateway": "OK"}


@pytest.mark.parametrize("profile", ["exchange-um", "none"])
def test_a_closed_tls_port_may_be_start_up_mode(mwi, profile, refused):
    result = mwi.json("--um", "127.0.0.1", "--um-port", refused, "-T", "tcp",
                      "--um-profile", profile)
    remedy = result.finding("net.refused")["remedy"]
    if profile == "none":
        assert "UMStartupMode" not in remedy
    else:
        for word in ("UMStartupMode", "5061 call router", "5063 UM service"):
            assert word in remedy


def test_a_name_that_nobody_knows_is_a_broken_hop(mwi, lab, lab_dns):
    result = mwi.json("--dns", lab_dns, "--ca-file", lab.ca_file, "--um",
                      "gone.contoso.test", "--gateway", POOL,
                      "--gateway-port", lab.tls.port, "-T", "tls")
    assert result.broken == {"dns.nxdomain": "CRITICAL"}
    assert hops(result) == {"um": "CRITICAL", "gateway": "OK"}


# The picture ------------------------------------------------------------------

def test_v_draws_the_path_and_marks_what_is_broken(mwi, lab, lab_dns):
    with lab.um_shows("wildcard"):
        told = mwi.run("--dns", lab_dns, "--ca-file", lab.ca_file, "--um",
                       HOST, "--um-port", lab.um.port, "--gateway", POOL,
                       "--gateway-port", lab.tls.port, "-T", "tls", "-v",
                       "--state", "*=ok", "--state", "name.*=critical")
    drawn = [line for line in told.lines if " ms" in line and
             not line.startswith(("[", "MWI_PATH"))]
    assert len(drawn) == 2
    assert HOST in drawn[0] and "broken" in drawn[0]
    assert POOL in drawn[1] and "broken" not in drawn[1]
