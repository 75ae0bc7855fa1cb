# SPDX-License-Identifier: GPL-3.0-or-later
"""test_time -- validity, thresholds in days and in percent: the time.* rules.
"""

from datetime import datetime, timezone

import pytest

from testenv.contract import PROFILES, rows

EXPIRED = dict(age=210, days=200)
FUTURE = dict(age=-2, days=200)
EXPIRING = dict(age=180, days=200)      # 20 days left of 200
LAST_DAYS = dict(age=190, days=200)     # 10
POLICY = "2.23.140.1.2.2"


def day(text):
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


# Every rule in every profile -------------------------------------------------

BREAKERS = {"time.expired": EXPIRED, "time.not-yet-valid": FUTURE,
            "time.expiring": EXPIRING}


@pytest.mark.parametrize("rule,profile,state", rows(*BREAKERS))
def test_a_broken_time_rule_gets_the_verdict_of_its_profile(
        pki, um, rule, profile, state):
    result = um.judge(pki.leaf(**BREAKERS[rule]), profile=profile)
    assert result.broken == {rule: state}


@pytest.mark.parametrize("rule,profile,state",
                         rows("time.expiring", badly=True))
def test_the_last_days_are_critical_in_every_profile(
        pki, um, rule, profile, state):
    result = um.judge(pki.leaf(**LAST_DAYS), profile=profile)
    assert result.broken == {rule: state}


@pytest.mark.parametrize("rule,profile,state", rows("time.too-long"))
def test_a_public_certificate_of_a_year_is_too_long_in_2026(
        pki, um, rule, profile, state):
    cert = pki.leaf(policies=(POLICY,), days=365)
    result = um.judge(cert, profile=profile)
    assert result.broken == {rule: state}


# Expired ---------------------------------------------------------------------

def test_an_expired_certificate_has_negative_days_left(pki, um):
    result = um.judge(pki.leaf(**EXPIRED))
    assert -10.1 < result.metrics["days_left"]["value"] < -9.9
    assert result.metrics["lifetime_left"]["value"] <= 0


def test_a_certificate_expired_for_years_is_critical(pki, um):
    cert = pki.leaf(age=3000, days=90)
    result = um.judge(cert)
    assert result.broken == {"time.expired": "CRITICAL"}


def test_a_certificate_expired_minutes_ago_is_critical(pki, um):
    cert = pki.leaf(age=200.003, days=200)
    assert um.judge(cert).broken == {"time.expired": "CRITICAL"}


def test_an_expired_certificate_is_told_on_the_wire_too(pki, um, servers):
    result = um.look(servers.tls(pki.leaf(**EXPIRED)))
    assert result.broken == {"time.expired": "CRITICAL"}


@pytest.mark.parametrize("recipe,rule", [
    (dict(age=400, days=390), "time.expired"),
    (dict(age=-1, days=390), "time.not-yet-valid"),
    (dict(age=1000, days=1005), "time.expiring")])
def test_the_time_of_an_intermediate_counts_too(pki, um, recipe, rule):
    middle = pki.authority("Short Lived", pki.root, **recipe)
    leaf = pki.leaf(issuer=middle)
    result = um.judge(leaf)
    assert result.broken == {rule: "CRITICAL"}
    assert "Short Lived" in str(result.finding(rule))


def test_the_time_of_a_root_that_is_sent_counts_too(pki, um):
    root = pki.authority("Old Root", age=4000, days=3650)
    leaf = pki.leaf(issuer=root)
    result = um.plugin.json(
        "--file", pki.pem(leaf, root), "--ca-file", pki.pem(root))
    assert result.broken["time.expired"] == "CRITICAL"


def test_a_date_beyond_2050_is_read(pki, um):
    cert = pki.leaf(days=365 * 60)
    result = um.judge(cert)
    assert result.broken == {}
    assert result.metrics["days_left"]["value"] > 365 * 59


# Thresholds ------------------------------------------------------------------

@pytest.mark.parametrize("days,left,state", [
    (200, 31, None), (200, 29, "WARNING"), (200, 15, "WARNING"),
    (200, 13, "CRITICAL"), (47, 17, None), (47, 15, "WARNING"),
    (47, 8, "WARNING"), (47, 6, "CRITICAL"), (6, 2.5, None),
    (6, 1.5, "WARNING"), (6, 0.5, "CRITICAL"), (3650, 29, "WARNING")])
def test_the_default_is_the_smaller_of_days_and_share_of_the_lifetime(
        pki, um, days, left, state):
    result = um.judge(pki.leaf(days=days, age=days - left))
    assert result.broken.get("time.expiring") == state


@pytest.mark.parametrize("args,state", [
    (["-w", "195:"], "WARNING"), (["-w", "185:"], None),
    (["-c", "195:"], "CRITICAL"), (["-w", "195:", "-c", "193:"], "CRITICAL"),
    (["--warning", "96%:"], "WARNING"), (["--warning", "89%:"], None),
    (["--critical", "96%:"], "CRITICAL"), (["-w", "100"], "WARNING"),
    (["-w", "4000"], None), (["-w", "@100:200"], "WARNING"),
    (["-w", "~:100"], "WARNING"), (["-w", "@0%:50%"], None),
    (["-w", "@0%:92%"], "WARNING"), (["-w", "191.5:"], "WARNING")])
def test_thresholds_are_taken_in_days_and_in_percent(pki, um, args, state):
    # The leaf has 190 days left of 200, the intermediate 3285 of 3650.
    result = um.judge(pki.right, *args)
    assert result.broken.get("time.expiring") == state


def test_a_given_critical_leaves_the_default_warning_in_force(pki, um):
    cert = pki.leaf(**EXPIRING)
    assert um.judge(cert, "-c", "1:").broken == {"time.expiring": "WARNING"}


def test_a_given_warning_leaves_the_default_critical_in_force(pki, um):
    cert = pki.leaf(**LAST_DAYS)
    assert um.judge(cert, "-w", "1:").broken == {"time.expiring": "CRITICAL"}


def test_percent_is_of_each_certificates_own_lifetime(pki, um):
    middle = pki.authority("Half Gone", pki.root, age=500, days=1000)
    result = um.judge(pki.leaf(issuer=middle), "-w", "60%:", "-c", "5%:")
    assert result.broken == {"time.expiring": "WARNING"}
    assert "Half Gone" in str(result.finding("time.expiring"))


def test_the_worst_of_the_chain_counts(pki, um):
    middle = pki.authority("Nearly Gone", pki.root, age=1000, days=1005)
    leaf = pki.leaf(issuer=middle, **EXPIRING)
    assert um.judge(leaf).broken == {"time.expiring": "CRITICAL"}


# Perfdata --------------------------------------------------------------------

def test_perfdata_counts_the_leaf_and_the_chain(pki, um):
    middle = pki.authority("Hundred", pki.root, age=900, days=1000)
    result = um.judge(pki.leaf(issuer=middle))
    metrics = result.metrics
    assert 189.9 < metrics["days_left"]["value"] < 190.1
    assert 94.9 < metrics["lifetime_left"]["value"] < 95.1
    assert metrics["lifetime_left"]["unit"] == "%"
    assert 99.9 < metrics["chain_days_left"]["value"] < 100.1


def test_perfdata_shows_the_thresholds_of_the_leaf(pki, um):
    result = um.run("--file", pki.chain_file(pki.right), "--ca-file",
                    pki.ca_file, "-w", "40:", "-c", "20:")
    assert result.perfdata["days_left"].group("warning", "critical") == \
        ("40:", "20:")


def test_a_file_has_no_connect_and_handshake_time(pki, um):
    assert set(um.judge(pki.right).metrics) == \
        {"days_left", "lifetime_left", "chain_days_left"}


def test_a_server_has_connect_and_handshake_time(um, right_port):
    result = um.look(right_port)
    assert result.metrics["connect_time"]["unit"] == "s"
    assert 0 < result.metrics["handshake_time"]["value"] < 5


# How long a public certificate may live --------------------------------------

LIMITS = [("2026-03-10", 398, True), ("2026-03-10", 399, False),
          ("2026-03-16", 200, True), ("2026-03-16", 201, False),
          ("2027-03-16", 100, True), ("2027-03-16", 101, False),
          ("2029-03-16", 47, True), ("2029-03-16", 48, False),
          ("2022-01-01", 398, True), ("2022-01-01", 399, False)]


@pytest.mark.parametrize("issued,days,fine", LIMITS)
def test_the_limit_is_that_of_the_issue_date(pki, um, issued, days, fine):
    # RFC 5280 counts both ends: a second less than whole days
    cert = pki.leaf(policies=(POLICY,), not_before=day(issued),
                    days=days - 1 / 86400)
    result = um.judge(cert, profile="tls-server")
    assert ("time.too-long" not in result.broken) == fine


def test_a_private_certificate_may_live_as_long_as_it_likes(pki, um):
    for policies in ((), ("1.2.3.4",)):
        cert = pki.leaf(policies=policies, days=3000)
        assert um.judge(cert, profile="tls-server").broken == {}


@pytest.mark.parametrize("policy", ["2.23.140.1.1", "2.23.140.1.2.1",
                                    "2.23.140.1.2.2", "2.23.140.1.2.3"])
def test_each_public_policy_is_known(pki, um, policy):
    cert = pki.leaf(policies=(policy,), days=3000)
    for profile in PROFILES:
        assert "time.too-long" in um.judge(cert, profile=profile).broken
