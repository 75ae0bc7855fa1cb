# SPDX-License-Identifier: GPL-3.0-or-later
"""test_told -- the lists, the matrix, the help: made from the tables."""

import json
import re

import pytest

from testenv import contract


# Lists -----------------------------------------------------------------------

def test_list_profiles_names_every_profile(um):
    told = um.tell("--list-profiles")
    for profile in contract.PROFILES:
        assert profile in told


def listed_rules(um):
    """--list-rules as JSON: {id: {key: value}}."""
    told = json.loads(um.tell("--list-rules", "--output", "json"))
    return {rule["id"]: rule for rule in told["rules"]}


def test_list_rules_names_every_rule_with_sentence_and_source(um):
    rules = listed_rules(um)
    told = um.tell("--list-rules")
    assert set(rules) == set(contract.VERDICTS)
    for rule, row in rules.items():
        assert row["says"] and row["source"], row
        assert rule in told


def letters(rule, profile):
    """The cell of the contract's table: "C", "W/C", "-"."""
    first = contract.VERDICTS[rule].split()[contract.PROFILES.index(profile)]
    row = contract.BADLY.get(rule)
    if (rule, profile) == ("name.cn-wildcard", "sip-domain"):
        return "-/C"            # only where there is no SAN
    if (rule, profile) == ("chain.incomplete", "exchange-um"):
        return "W/C"            # where no path is found
    second = row.split()[0] if row else first
    return first if first == second else first + "/" + second


@pytest.mark.parametrize("rule", contract.VERDICTS)
def test_list_rules_tells_the_verdicts_of_the_contract(um, rule):
    verdicts = listed_rules(um)[rule]["verdicts"]
    assert verdicts == {profile: letters(rule, profile)
                        for profile in contract.PROFILES}


# --matrix --------------------------------------------------------------------

def test_the_matrix_has_every_profile_and_keeps_the_exit_state(pki, um):
    cert = pki.wildcard
    result = um.json(*um.about(cert, "--matrix", "-P", "teams-sbc"))
    assert result.state == "OK"
    matrix = result.facts["matrix"]
    assert {profile: state[0] for profile, state in matrix.items()} == dict(
        zip(contract.PROFILES, ("C", "C", "C", "O", "C", "C", "O")))


@pytest.mark.parametrize("profile", contract.PROFILES)
def test_the_matrix_says_what_the_profile_itself_says(pki, um, profile):
    cert = pki.leaf(cn=["*.contoso.test"], eku=("serverAuth",), cdp=None)
    matrix = um.json(*um.about(cert, "--matrix")).facts["matrix"]
    assert matrix[profile] == um.judge(cert, profile=profile).state


def test_the_matrix_is_a_table_in_text(pki, um):
    result = um.run(*um.about(pki.right, "--matrix"))
    for profile in contract.PROFILES:
        assert re.search(r"^\s*%s\b.*\bOK\b" % profile, result.out, re.M)


def test_the_matrix_obeys_state(pki, um):
    args = um.about(pki.wildcard, "--matrix", "--state",
                    "name.*=warning")
    matrix = um.json(*args).facts["matrix"]
    assert matrix["lync-edge"] == "WARNING"


# Help, version, Icinga -------------------------------------------------------

@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_fits_80_columns_ends_with_examples_and_exit_3(um, option):
    told = um.tell(option, status=3)
    assert max(map(len, told.split("\n"))) <= 80
    assert "Examples" in told
    assert "check_um_cert -H" in told.split("Examples")[1]


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_version_is_told_with_exit_3(um, option):
    told = um.tell(option, status=3)
    assert re.match(r"check_um_cert \d+\.\d+\.\d+", told)


def test_help_wins_over_a_wrong_command_line(um):
    assert "Examples" in um.tell("--nonsense", "--help", status=3)


def options_of(um):
    return set(re.findall(r"^ +(?:-\w, )?(--[a-z0-9-]+)",
                          um.tell("--help", status=3), re.M))


def test_help_names_every_option_of_the_contract(um):
    assert {
        "--help", "--version", "--timeout", "--verbose", "--hostname",
        "--port", "--source", "--dns", "--ca-file", "--ca-path", "--cert",
        "--key", "--key-pass-file", "--sni", "--tls-min", "--tls-max",
        "--tls-legacy", "--state", "--output", "--extra-opts", "--exit-ok",
        "--file", "--profile", "--expect", "--pool", "--sip-domain",
        "--warning", "--critical", "--revocation", "--crl", "--same-as",
        "--fingerprint", "--issuer", "--mutual", "--matrix",
        "--list-profiles", "--list-rules"} <= options_of(um)


def test_options_that_mean_nothing_here_are_not_offered(um):
    assert not {"--auth-user", "--auth-file", "--icinga2-command"} & \
        options_of(um)


def test_the_icinga_command_has_the_options_of_the_help(um):
    told = um.tell("--icinga2-command")
    assert told.count("{") == told.count("}")
    assert 'object CheckCommand "' in told and "check_um_cert" in told
    named = set(re.findall(r'"(--[a-z0-9-]+)" = ', told))
    assert named < options_of(um)
    assert {"--hostname", "--port", "--profile", "--expect",
            "--timeout"} <= named
    assert not {"--help", "--version"} & named
