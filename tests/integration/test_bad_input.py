# SPDX-License-Identifier: GPL-3.0-or-later
"""test_bad_input -- wrong command lines: one line, what is right, exit 3."""

import pytest

from testenv.pki import HOST

LOOPBACK = ["-H", "127.0.0.1"]


@pytest.fixture(scope="module")
def file_args(pki):
    return ["--file", str(pki.chain_file(pki.right)), "--ca-file",
            str(pki.ca_file), "--expect", HOST]


# Options ---------------------------------------------------------------------

def test_without_a_host_or_a_file_it_is_refused(um):
    summary = um.refuse()
    assert "-H" in summary or "--hostname" in summary
    assert "--file" in summary


@pytest.mark.parametrize("word", ["--nonsense", "-x", "--", "stray", "-",
                                  "---", "--=", "-H"])
def test_an_unknown_option_is_refused(um, word):
    assert um.refuse(*LOOPBACK, word) if word != "--" else um.refuse("--")


def test_a_mistyped_option_gets_a_suggestion(um):
    assert "--profile" in um.refuse(*LOOPBACK, "--profil", "cucm")


def test_an_option_without_its_value_is_refused(um):
    for option in ("-H", "--hostname", "-p", "--file", "-t", "--state",
                   "--profile", "--ca-file"):
        assert um.refuse(option)


def test_a_value_for_an_option_that_takes_none_is_refused(um):
    assert um.refuse(*LOOPBACK, "--matrix=yes")


@pytest.mark.parametrize("option", ["--auth-user", "--auth-file"])
def test_an_option_of_other_plugins_is_refused(um, option):
    assert um.refuse(*LOOPBACK, option, "x")


@pytest.mark.parametrize("option,value", [
    ("--profile", "nonsense"), ("--profile", ""), ("--profile", "CUCM"),
    ("--output", "xml"), ("--mutual", "maybe"), ("--revocation", "always"),
    ("--tls-min", "1.4"), ("--tls-max", "1"), ("--tls-min", "ssl3")])
def test_a_value_that_is_no_choice_is_refused_with_the_choices(
        um, option, value):
    summary = um.refuse(*LOOPBACK, option, value)
    known = {"--profile": "exchange-um", "--output": "json",
             "--mutual": "any", "--revocation": "staple",
             "--tls-min": "1.2", "--tls-max": "1.3"}[option]
    assert known in summary


# Ranges ----------------------------------------------------------------------

BAD_RANGES = ["10abc", "nan", "0x10", "20:10", "", "@", ":", "inf", "1e3",
              "10:20:30", "abc", "10%abc", "--5", "1,5:", " 10", "10 ", "~",
              "@~", "10:abc", "%", "1.2.3:", "30%:5", "+5:", "1_0:"]


@pytest.mark.parametrize("text", BAD_RANGES)
@pytest.mark.parametrize("option", ["-w", "-c"])
def test_a_bad_range_is_refused(um, file_args, text, option):
    summary = um.refuse(*file_args, option, text)
    assert "--warning" in summary or "--critical" in summary


@pytest.mark.parametrize("text", ["10", "10:", "~:10", "10:20", "@10:20",
                                  "0.5:", "-5:5", "33%:", "010:", "@0:0"])
def test_a_good_range_is_taken(um, file_args, text):
    assert um.run(*file_args, "-w", text).state in ("OK", "WARNING")


def test_a_leading_zero_is_not_octal(um, file_args):
    result = um.run(*file_args, "-w", "0190.5:")    # 190 days are left
    assert result.state == "WARNING"
    assert um.run(*file_args, "-w", "0180:").state == "OK"


# Ports, timeouts, hosts ------------------------------------------------------

@pytest.mark.parametrize("text", [
    "0", "65536", "-1", "abc", "", "5061,", ",5061", "5061,,5063", "5061x",
    "0x10", "5061 ", " 5061", "99999999999999999999", "5061:5063", "5061.0"])
def test_a_bad_port_is_refused(um, text):
    assert "--port" in um.refuse(*LOOPBACK, "-p", text)


@pytest.mark.parametrize("text", [
    "0", "-1", "abc", "", "nan", "inf", "1e9", "0x10", "5s", "1,5", "0.0",
    " 5", "99999999999999999999"])
def test_a_bad_timeout_is_refused(um, text):
    assert "--timeout" in um.refuse(*LOOPBACK, "-t", text)


@pytest.mark.parametrize("host", [
    "um1.contoso.test:5061", "127.0.0.1:5061", "", " ", "um1 .contoso.test",
    "um1\n.contoso.test", "um1\t", "\x1b[2J", "a..b", "*.contoso.test",
    "bücher.test", "http://um1.contoso.test/", "um1/x", "x" * 300, "|", "<b>",
    "127.0.0.1;id", "sip:", "sip:user@", "sip:um1.contoso.test:99999",
    "999.999.999.999:1", "[::1]:5061", "-"])
def test_a_host_that_is_none_is_refused(um, host):
    assert "--hostname" in um.refuse("-H", host)


def test_a_host_with_a_port_is_told_about_p(um):
    summary = um.refuse("-H", "um1.contoso.test:5061")
    assert "-p" in summary or "--port" in summary


@pytest.mark.parametrize("text", ["nonsense", "", "127.0.0.1:5", "1.2.3"])
def test_a_source_that_is_no_address_is_refused(um, text):
    assert "--source" in um.refuse(*LOOPBACK, "--source", text)


@pytest.mark.parametrize("text", ["nonsense", "", "127.0.0.1:0",
                                  "127.0.0.1:99999", "127.0.0.1:x",
                                  "dns.contoso.test"])
def test_a_resolver_that_is_no_address_is_refused(um, text):
    assert "--dns" in um.refuse("-H", "um1.contoso.test", "--dns", text)


@pytest.mark.parametrize("text", [
    "", "abc", "AB:CD", "g" * 64, "a" * 63, "a" * 65, "a" * 40,
    ":".join(["ab"] * 31)])
def test_a_fingerprint_that_is_no_sha256_is_refused(um, text):
    assert "--fingerprint" in um.refuse(*LOOPBACK, "--fingerprint", text)


@pytest.mark.parametrize("option", ["--expect", "--pool", "--sip-domain"])
@pytest.mark.parametrize("name", ["", "a b", "*.contoso.test",
                                  "bücher.test"])
def test_a_name_that_is_none_is_refused(um, file_args, option, name):
    profile = {"--pool": "lync-server", "--sip-domain": "sip-domain"}.get(
        option, "exchange-um")
    assert option in um.refuse(*file_args, "-P", profile, option, name)


# Contradictions --------------------------------------------------------------

def contradiction(um, *args):
    """Refused, and the line names both sides."""
    return um.refuse(*args)


def test_a_host_beside_a_file_is_a_contradiction(um, file_args):
    summary = contradiction(um, *file_args, *LOOPBACK)
    assert "--file" in summary
    assert "-H" in summary or "--hostname" in summary


def test_both_address_families_are_a_contradiction(um):
    assert contradiction(um, *LOOPBACK, "-4", "-6")


@pytest.mark.parametrize("family,host", [("-4", "::1"), ("-6", "127.0.0.1")])
def test_an_address_of_the_other_family_is_a_contradiction(um, family, host):
    assert contradiction(um, family, "-H", host)


@pytest.mark.parametrize("host,source", [("127.0.0.1", "::1"),
                                         ("::1", "127.0.0.1")])
def test_a_source_of_the_other_family_is_a_contradiction(um, host, source):
    assert contradiction(um, "-H", host, "--source", source)


def test_two_different_ports_are_a_contradiction(um):
    summary = contradiction(um, "-H", "sip:um1.contoso.test:5061", "-p",
                            "5063")
    assert "--port" in summary


def test_a_crl_with_revocation_off_is_a_contradiction(um, file_args):
    summary = contradiction(um, *file_args, "--crl", "x.crl",
                            "--revocation", "off")
    assert "--crl" in summary and "--revocation" in summary


def test_a_key_without_a_certificate_is_a_contradiction(um):
    summary = contradiction(um, *LOOPBACK, "--key", "x.pem")
    assert "--cert" in summary


def test_tls_min_above_tls_max_is_a_contradiction(um):
    assert contradiction(um, *LOOPBACK, "--tls-min", "1.3", "--tls-max",
                         "1.2")


@pytest.mark.parametrize("option", [
    ["-p", "5061"], ["--sni", "x.test"], ["--mutual", "yes"],
    ["--tls-legacy"], ["--tls-min", "1.2"], ["--cert", "x.pem"]])
def test_an_option_for_servers_beside_a_file_is_a_contradiction(
        um, file_args, option):
    assert contradiction(um, *file_args, *option)


def test_standard_input_given_twice_is_unknown(um, pki):
    result = um.run("--file", "-", "--file", "-",
                    stdin=pki.pem(pki.right).read_bytes())
    assert result.state in ("UNKNOWN", "CRITICAL")


# What an agent forbids -------------------------------------------------------

def test_no_option_needs_a_character_that_nrpe_forbids(um):
    told = um.tell("--help", status=3)
    examples = told.split("Examples:")[1]
    assert not set("[]'<>|&`;") & set(examples)
