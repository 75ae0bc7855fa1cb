# SPDX-License-Identifier: GPL-3.0-or-later
"""test_names -- whose name is accepted by whom: the name.* rules."""

import pytest

from testenv.contract import PROFILES, rows
from testenv.pki import HOST

OTHER = "other.contoso.test"
POOL = "pool.contoso.test"


# The fault this project was born from, on the wire ---------------------------

STORY = {
    "wildcard": (dict(cn=["*.contoso.test"], san=["DNS:*.contoso.test"]),
                 "name.cn-wildcard"),
    "no CN": (dict(cn=[], san=["DNS:" + HOST]), "name.cn-missing"),
    "short CN": (dict(cn=["um1"], san=["DNS:" + HOST]), "name.cn-invalid"),
    "name only in SAN": (dict(cn=[OTHER], san=["DNS:" + OTHER,
                                               "DNS:" + HOST]),
                         "name.cn-mismatch"),
}


@pytest.mark.parametrize("fault", STORY)
def test_each_fault_of_the_story_is_critical_and_named_on_line_1(
        pki, um, servers, fault):
    recipe, rule = STORY[fault]
    port = servers.tls(pki.leaf(**recipe))
    result = um.run("-H", "127.0.0.1", "-p", port, "--expect", HOST,
                    "--ca-file", pki.ca_file)
    assert result.state == "CRITICAL"
    finding = result.finding(rule)
    assert finding.state == "CRITICAL"
    assert finding.remedy and HOST in finding.remedy
    assert set(each.id.split(".")[0] for each in result.findings) == {"name"}


def test_the_story_ends_well_with_the_fqdn_as_common_name(pki, um, servers):
    port = servers.tls(pki.right)
    result = um.run("-H", "127.0.0.1", "-p", port, "--expect", HOST,
                    "--ca-file", pki.ca_file)
    assert (result.state, result.findings) == ("OK", [])


def test_a_common_name_without_any_san_is_the_cure_too(pki, um):
    result = um.judge(pki.leaf(san=None))
    assert (result.state, result.broken) == ("OK", {})


@pytest.mark.parametrize("profile", PROFILES)
def test_the_right_certificate_has_no_finding_in_any_profile(
        pki, um, profile):
    result = um.judge(pki.right, profile=profile)
    assert (result.state, result.broken) == ("OK", {})


# Every rule of the table, in every profile -----------------------------------

BREAKERS = {
    "name.cn-missing": dict(cn=[], san=["DNS:" + HOST]),
    "name.cn-wildcard": dict(cn=["*.contoso.test"], san=None),
    "name.cn-invalid": dict(cn=["um1"], san=["DNS:" + HOST]),
    "name.cn-multiple": dict(cn=[HOST, OTHER]),
    "name.cn-mismatch": dict(cn=[OTHER], san=["DNS:" + HOST]),
    "name.san-missing": dict(cn=[OTHER]),
    "name.san-wildcard": dict(cn=[HOST], san=["DNS:" + HOST,
                                              "DNS:*.contoso.test"]),
    "name.sip-domain": dict(cn=[HOST], san=["DNS:" + OTHER]),
    "name.literal": dict(cn=["*.contoso.test"]),
}


@pytest.mark.parametrize("rule,profile,state", rows(*BREAKERS))
def test_a_broken_name_rule_gets_the_verdict_of_its_profile(
        pki, um, rule, profile, state):
    result = um.judge(pki.leaf(**BREAKERS[rule]), profile=profile)
    assert result.judged(rule, state), (result.broken, result.passed)


@pytest.mark.parametrize("rule,profile,state", rows(*BREAKERS))
def test_a_name_rule_that_holds_is_passed_where_it_is_judged(
        pki, um, rule, profile, state):
    result = um.judge(pki.right, profile=profile)
    assert result.holds(rule) or state is None or \
        (profile, rule) == ("sip-domain", "name.cn-wildcard"), result.passed


@pytest.mark.parametrize("rule,profile,state", rows("name.server-missing"))
def test_a_pool_member_missing_from_the_san_is_told_by_lync_server_only(
        pki, um, rule, profile, state):
    cert = pki.leaf(cn=[POOL])
    args = ["--pool", POOL] if profile == "lync-server" else []
    result = um.judge(cert, *args, profile=profile, expect="fe1.contoso.test")
    assert result.judged(rule, state), result.broken


@pytest.mark.parametrize("rule,profile,state", rows("name.forbidden-domain"))
def test_an_onmicrosoft_name_is_forbidden_by_teams_only(
        pki, um, rule, profile, state):
    name = "sbc.contoso.onmicrosoft.com"
    result = um.judge(pki.leaf(cn=[name]), profile=profile, expect=name)
    assert result.judged(rule, state), result.broken


def test_a_name_that_only_ends_like_onmicrosoft_is_allowed(pki, um):
    name = "sbc.notonmicrosoft.com"
    result = um.judge(pki.leaf(cn=[name]), profile="teams-sbc", expect=name)
    assert result.holds("name.forbidden-domain")


def test_a_wildcard_cn_beside_a_san_is_no_matter_to_a_sip_domain(pki, um):
    cert = pki.leaf(cn=["*.contoso.test"], san=["DNS:" + HOST])
    result = um.judge(cert, profile="sip-domain")
    assert (result.state, "name.cn-wildcard" in result.broken) == ("OK", False)


# The common name -------------------------------------------------------------

@pytest.mark.parametrize("name", [
    "um1", "192.0.2.1", "2001:db8::1", "um 1.contoso.test",
    "um1.contoso.test ", "um1.contoso.test.", "um_1.contoso.test",
    "um1.cöntoso.test", "um1..contoso.test", ".contoso.test",
    "sip:um1.contoso.test", "um1.contoso.test/", ""])
def test_a_common_name_that_is_no_fqdn_is_invalid(pki, um, name):
    cert = pki.leaf(cn=[name], san=["DNS:" + HOST])
    assert um.judge(cert).broken["name.cn-invalid"] == "CRITICAL"


@pytest.mark.parametrize("name", [
    "um1.contoso.test", "UM1.Contoso.TEST", "um-1.contoso.test",
    "1um.contoso.test", "xn--um-eka.contoso.test"])
def test_a_common_name_that_is_an_fqdn_is_valid(pki, um, name):
    result = um.judge(pki.leaf(cn=[name]), expect=name)
    assert (result.state, result.broken) == ("OK", {})


def test_a_name_that_stands_only_in_the_san_is_said_to(pki, um):
    cert = pki.leaf(cn=[OTHER], san=["DNS:" + HOST])
    text = um.judge(cert).text("name.cn-mismatch").lower()
    assert "san" in text or "subject alternative name" in text


def test_one_of_several_common_names_may_be_the_expected_one(pki, um):
    result = um.judge(pki.leaf(cn=[OTHER, HOST]))
    assert result.broken == {"name.cn-multiple": "WARNING"}


def test_all_objections_are_told_not_the_first(pki, um):
    cert = pki.leaf(cn=["*.contoso.test", "um1"], san=["DNS:*.contoso.test"])
    assert set(um.judge(cert).broken) == {
        "name.cn-wildcard", "name.cn-invalid", "name.cn-multiple",
        "name.cn-mismatch", "name.san-wildcard"}


@pytest.mark.parametrize("cn", ["um1xcontoso.test", "um1.contoso.testx",
                                "xum1.contoso.test", "contoso.test",
                                "um1.contoso", "a.um1.contoso.test"])
def test_a_name_that_a_regular_expression_might_take_does_not_match(
        pki, um, cn):
    broken = um.judge(pki.leaf(cn=[cn])).broken
    assert broken["name.cn-mismatch"] == "CRITICAL"


@pytest.mark.parametrize("cn", ["UM1.CONTOSO.TEST", "Um1.Contoso.Test"])
@pytest.mark.parametrize("profile", PROFILES)
def test_case_does_not_matter_in_any_profile(pki, um, cn, profile):
    result = um.judge(pki.leaf(cn=[cn]), profile=profile)
    assert (result.state, result.broken) == ("OK", {})


# What is expected ------------------------------------------------------------

def test_the_root_label_of_an_expected_name_is_understood(pki, um):
    assert um.judge(pki.right, expect=HOST + ".").broken == {}


@pytest.mark.parametrize("profile", PROFILES)
def test_any_of_several_expected_names_will_do(pki, um, profile):
    result = um.judge(pki.right, "--expect", OTHER, profile=profile)
    assert (result.state, result.broken) == ("OK", {})


@pytest.mark.parametrize("profile", PROFILES)
def test_none_of_several_expected_names_is_critical(pki, um, profile):
    result = um.judge(pki.right, "--expect", "b.contoso.test",
                      profile=profile, expect="a.contoso.test")
    assert result.state == "CRITICAL"


def test_an_expected_a_label_matches_as_it_stands(pki, um):
    name = "xn--bcher-kva.contoso.test"
    for profile in PROFILES:
        result = um.judge(pki.leaf(cn=[name]), profile=profile,
                          expect=name.upper())
        assert (result.state, result.broken) == ("OK", {})


@pytest.mark.parametrize("name", [
    "bücher.contoso.test", "*.contoso.test", "um1 contoso.test",
    "um1.contoso.test:5061", "", "um1\n.contoso.test", "sip:um1@x.test"])
def test_an_expected_name_that_can_match_nothing_is_refused(pki, um, name):
    assert um.refuse("--file", pki.pem(pki.right), "--expect", name)


def test_a_u_label_is_refused_with_a_hint_at_a_labels(pki, um):
    summary = um.refuse("--file", pki.pem(pki.right), "--expect",
                        "bücher.contoso.test")
    assert "xn--" in summary or "A-label" in summary


# Where no name is known ------------------------------------------------------

COMPARING = {"name.cn-mismatch", "name.san-missing", "name.server-missing",
             "name.sip-domain", "name.literal"}


@pytest.mark.parametrize("profile", PROFILES)
def test_without_an_expected_name_a_file_is_not_compared_and_says_so(
        pki, um, profile):
    result = um.judge(pki.leaf(cn=[OTHER]), profile=profile, expect=None)
    assert (result.state, result.broken) == ("OK", {})
    finding = result.finding("name.not-compared")
    assert finding["state"] == "OK"
    assert "--expect" in finding["text"] + (finding["remedy"] or "")
    assert not COMPARING & set(result.passed)


def test_name_not_compared_is_printed_without_verbosity(pki, um):
    result = um.run("--file", pki.chain_file(pki.right),
                    "--ca-file", pki.ca_file)
    assert [each.id for each in result.findings] == ["name.not-compared"]
    assert result.state == "OK"


def test_with_an_expected_name_nothing_is_said_about_not_comparing(pki, um):
    assert um.judge(pki.right).finding("name.not-compared") is None


def test_an_address_as_host_is_not_compared(um, right_port):
    result = um.look(right_port, expect=None)
    assert result.finding("name.not-compared")["state"] == "OK"


def test_a_name_as_host_is_compared(um, right_port):
    result = um.look(right_port, host="localhost", expect=None)
    assert result.finding("name.not-compared") is None
    assert result.broken == {"name.cn-mismatch": "CRITICAL"}


def test_expect_takes_the_place_of_the_host_name(um, right_port):
    result = um.look(right_port, host="localhost")
    assert (result.state, result.broken) == ("OK", {})


def test_rules_that_compare_nothing_are_judged_without_a_name(pki, um):
    result = um.judge(pki.wildcard, expect=None)
    assert result.broken["name.cn-wildcard"] == "CRITICAL"


# Wildcards in a SAN ----------------------------------------------------------

ONE_LABEL = ("teams-sbc", "tls-server")


@pytest.mark.parametrize("profile", ONE_LABEL)
def test_a_wildcard_covers_one_label_where_the_profile_allows_it(
        pki, um, profile):
    cert = pki.leaf(cn=[OTHER], san=["DNS:*.contoso.test"])
    assert um.judge(cert, profile=profile).holds("name.san-missing")


@pytest.mark.parametrize("profile", ONE_LABEL)
@pytest.mark.parametrize("name", [
    "*.um1.contoso.test", "um*.contoso.test", "*1.contoso.test", "*",
    "um1.*.test", "*.*.test", "**.contoso.test", "*.test"])
def test_other_wildcards_cover_nothing(pki, um, profile, name):
    cert = pki.leaf(cn=[OTHER], san=["DNS:" + name])
    assert um.judge(cert, profile=profile).broken["name.san-missing"] == \
        "CRITICAL"


@pytest.mark.parametrize("expect", ["a.um1.contoso.test", "contoso.test"])
@pytest.mark.parametrize("profile", ONE_LABEL)
def test_a_wildcard_covers_neither_two_labels_nor_none(
        pki, um, profile, expect):
    cert = pki.leaf(cn=[OTHER], san=["DNS:*.contoso.test"])
    result = um.judge(cert, profile=profile, expect=expect)
    assert result.broken["name.san-missing"] == "CRITICAL"


@pytest.mark.parametrize("profile", ["lync-server", "lync-edge"])
def test_a_wildcard_does_not_cover_a_lync_name(pki, um, profile):
    cert = pki.leaf(san=["DNS:*.contoso.test"])
    assert um.judge(cert, profile=profile).broken["name.san-missing"] == \
        "CRITICAL"


def test_teams_takes_the_name_from_the_cn_or_the_san(pki, um):
    for recipe in (dict(cn=[HOST], san=None), dict(cn=[OTHER], san=[
            "DNS:" + HOST]), dict(cn=["*.contoso.test"], san=None),
            dict(cn=[], san=["DNS:" + HOST])):
        result = um.judge(pki.leaf(**recipe), profile="teams-sbc")
        assert (result.state, result.broken) == ("OK", {})


@pytest.mark.parametrize("profile", ["lync-server", "lync-edge", "tls-server"])
def test_a_cn_alone_is_no_san(pki, um, profile):
    result = um.judge(pki.leaf(san=None), profile=profile)
    assert result.broken["name.san-missing"] == "CRITICAL"


# A Lync pool -----------------------------------------------------------------

@pytest.mark.parametrize("cn,san,broken", [
    (POOL, [POOL, HOST], {}),
    (HOST, [POOL, HOST], {"name.cn-mismatch": "CRITICAL"}),
    (POOL, [HOST], {"name.san-missing": "CRITICAL"}),
    (POOL, [POOL], {"name.server-missing": "CRITICAL"}),
    (POOL, [OTHER], {"name.san-missing": "CRITICAL",
                     "name.server-missing": "CRITICAL"}),
])
def test_a_pool_certificate_carries_pool_and_member(pki, um, cn, san, broken):
    cert = pki.leaf(cn=[cn], san=["DNS:" + name for name in san])
    result = um.judge(cert, "--pool", POOL, profile="lync-server")
    assert result.broken == broken


# RFC 5922 --------------------------------------------------------------------

DOMAIN = "contoso.test"


@pytest.mark.parametrize("cn,san,fits", [
    (None, ["URI:sip:contoso.test"], True),
    (None, ["URI:sip:CONTOSO.test"], True),
    (None, ["URI:SIP:contoso.test"], True),
    (None, ["DNS:contoso.test"], True),
    (None, ["URI:sip:other.test", "DNS:contoso.test"], False),
    (None, ["URI:sip:other.test", "URI:sip:contoso.test"], True),
    (None, ["URI:sips:contoso.test"], False),
    (None, ["URI:sips:other.test", "DNS:contoso.test"], True),
    (None, ["URI:sip:user@contoso.test"], False),
    (None, ["URI:sip:user@other.test", "DNS:contoso.test"], True),
    (None, ["URI:sip:*.test"], False),
    (None, ["DNS:*.test"], False),
    (None, ["IP:192.0.2.1"], False),
    (DOMAIN, None, True),
    (DOMAIN, ["DNS:other.test"], False),
    (DOMAIN, ["IP:192.0.2.1"], False),
    ("*.test", None, False),
    ("sip.contoso.test", None, False),
])
def test_a_sip_domain_is_found_as_rfc_5922_says(pki, um, cn, san, fits):
    cert = pki.leaf(cn=[cn] if cn else [], san=san)
    result = um.judge(cert, "--sip-domain", DOMAIN, profile="sip-domain")
    assert result.holds("name.sip-domain") == fits, result.broken


def test_the_sip_domain_defaults_to_the_expected_name(pki, um):
    cert = pki.leaf(cn=[DOMAIN])
    assert um.judge(cert, profile="sip-domain", expect=DOMAIN).broken == {}


def test_a_sip_domain_of_its_own_takes_the_place_of_the_expected_name(
        pki, um):
    result = um.judge(pki.right, "--sip-domain", DOMAIN, profile="sip-domain")
    assert result.broken["name.sip-domain"] == "CRITICAL"


# CUCM ------------------------------------------------------------------------

@pytest.mark.parametrize("recipe", [
    dict(cn=[HOST], san=None), dict(cn=[OTHER], san=["DNS:" + HOST])])
def test_cucm_takes_the_literal_name_from_cn_or_san(pki, um, recipe):
    assert um.judge(pki.leaf(**recipe), profile="cucm").holds("name.literal")


# Names that lie --------------------------------------------------------------

LIES = [HOST.encode() + b"\0.evil.test", b"\0" + HOST.encode(),
        HOST.encode() + b"\0"]


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("profile", PROFILES)
def test_a_name_with_nul_never_matches(pki, um, lie, profile):
    cert = pki.leaf(cn=[lie], san=[(2, lie)])
    result = um.judge(cert, profile=profile)
    assert result.state == "CRITICAL"
    assert not {"name.cn-mismatch", "name.san-missing", "name.literal",
                "name.sip-domain"} & set(result.passed)


def test_a_name_with_nul_is_told_whole(pki, um):
    cert = pki.leaf(cn=[LIES[0]], san=None)
    assert "evil.test" in str(um.judge(cert).findings)
