# SPDX-License-Identifier: GPL-3.0-or-later
"""test_output -- text, JSON, OpenMetrics, and hostile text in each."""

import os
import re
import subprocess

import pytest

from testenv.pki import HOST


# Text ------------------------------------------------------------------------

def unnamed(um, cert):
    """Text about a certificate; no long path of a file fills line 1."""
    _, path, *rest = um.about(cert)
    return um.run("--file", "-", *rest, stdin=path.read_bytes())


def test_line_1_names_the_worst_finding_and_fits_120_columns(pki, um):
    result = unnamed(um, pki.wildcard)
    assert "*.contoso.test" in result.summary or "wildcard" in result.summary
    assert len(result.line1.split(" | ")[0]) <= 120


def test_line_1_of_a_long_name_fits_120_columns_too(pki, um):
    cert = pki.leaf(cn=["x" * 60 + "." + "y" * 200], san=["DNS:" + HOST])
    result = um.run(*um.about(cert))
    assert len(result.line1.split(" | ")[0]) <= 120


def test_the_worst_finding_is_on_line_1_whatever_comes_first(pki, um):
    cert = pki.leaf(cn=[HOST, "b.contoso.test"], age=300, days=200)
    result = unnamed(um, cert)
    assert result.state == "CRITICAL"
    assert "expired" in result.summary


def test_unknown_is_worse_than_warning_and_better_than_critical(pki, um):
    args = um.about(pki.wildcard, "--file", "not-here.pem")
    warn = ["--state", "name.*=warning"]
    assert um.run(*args).state == "CRITICAL"
    assert um.run(*args, *warn).state == "UNKNOWN"


def test_without_v_only_what_is_not_ok_is_told(pki, um):
    cert = pki.leaf(san=["DNS:" + HOST, "DNS:*.contoso.test"])
    assert um.run(*um.about(cert)).findings == []
    told = um.run(*um.about(cert), "-v").findings
    assert {"name.san-wildcard", "name.cn-mismatch"} <= \
        {finding.id for finding in told}


def test_v_tells_what_holds_as_ok(pki, um):
    result = um.run(*um.about(pki.right), "-v")
    assert {finding.state for finding in result.findings} == {"OK"}
    assert len(result.findings) > 10


def test_vv_tells_the_facts(pki, um):
    quiet = um.run(*um.about(pki.right), "-v")
    result = um.run(*um.about(pki.right), "-vv")
    assert pki.right.sha256 not in quiet.out
    assert pki.right.sha256 in result.out
    assert "Contoso Issuing" in result.out


def test_vvv_tells_the_steps_of_the_handshake(um, pki, right_port):
    args = ["-H", "127.0.0.1", "-p", right_port, "--ca-file", pki.ca_file]
    steps = re.compile("ClientHello|client hello", re.I)
    assert not steps.search(um.run(*args, "-vv").out)
    assert steps.search(um.run(*args, "-vvv").out)


@pytest.mark.parametrize("many", ["-vvvv", "-vvvvvvvv"])
def test_more_v_than_there_are_levels_is_fine(pki, um, many):
    assert um.run(*um.about(pki.right), many).state == "OK"


def test_a_remedy_stands_below_its_finding(pki, um):
    finding = um.run(*um.about(pki.wildcard)).finding("name.cn-wildcard")
    assert "Exchange" in finding.remedy


def test_perfdata_stands_on_line_1_only(pki, um):
    result = um.run(*um.about(pki.right), "-vvv")
    assert set(result.perfdata) == {"days_left", "lifetime_left",
                                    "chain_days_left"}


def test_a_decimal_point_is_a_point_in_any_locale(pki, um):
    cert = pki.leaf(days=100.5)     # never a whole number of days left
    for name in ("de_DE.UTF-8", "C.UTF-8", "nonsense"):
        result = um.run(*um.about(cert), env={"LC_ALL": name})
        assert "." in result.perfdata["days_left"]["value"]


def test_the_time_zone_changes_nothing(pki, um):
    texts = {um.json(*um.about(pki.right), env={"TZ": zone}).facts["chain"]
             [0]["not_after"] for zone in ("UTC", "Asia/Tokyo", ":")}
    assert len(texts) == 1


# JSON and OpenMetrics --------------------------------------------------------

def test_json_tells_what_text_tells(pki, um):
    text = um.run(*um.about(pki.wildcard))
    result = um.json(*um.about(pki.wildcard))
    assert result.exit == text.exit == 2
    assert {finding.id: finding.state for finding in text.findings} == \
        {rule: state for rule, state in result.broken.items()
         if state != "OK"}
    assert set(result.metrics) == set(text.perfdata)


def test_json_gives_remedy_and_source(pki, um):
    finding = um.json(*um.about(pki.wildcard)).finding("name.cn-wildcard")
    assert finding["remedy"] and finding["source"]


def test_json_exit_is_true_and_not_always_0(pki, um):
    assert um.json(*um.about(pki.wildcard)).exit == 2
    assert um.json(*um.about(pki.right)).exit == 0


def test_json_of_a_wrong_command_line_is_json(um):
    result = um.json("--nonsense")
    assert result.broken == {"local.usage": "UNKNOWN"}


def test_json_of_a_dead_server_is_json(um, refused):
    result = um.json("-H", "127.0.0.1", "-p", refused)
    assert result.broken == {"net.refused": "CRITICAL"}
    assert result.facts.get("chain", []) == []


def test_openmetrics_tells_state_findings_and_metrics(pki, um):
    result = um.metrics(*um.about(pki.wildcard))
    assert result.values("um_state") == [({}, 2.0)]
    found = {labels["id"] for labels, _ in result.values("um_finding")}
    assert "name.cn-wildcard" in found
    assert all(set(labels) == {"id", "where"}
               for labels, _ in result.values("um_finding"))
    assert 189 < result.values("um_days_left")[0][1] < 191
    assert result.exit == 2


def test_openmetrics_of_nothing_wrong_has_no_finding(pki, um):
    result = um.metrics(*um.about(pki.right))
    assert result.values("um_state") == [({}, 0.0)]
    assert result.values("um_finding") == []


# Hostile text ----------------------------------------------------------------

T61 = 0x14                      # a string type that takes any byte
HOSTILE = {
    "newline": b"a\nCRITICAL b", "pipe": b"a | x=1;;;;", "escape": b"\x1b[2J",
    "tag": b"<script>alert(1)</script>", "nul": b"a\0b", "cr": b"a\rOK",
    "c1": "\u009b2J".encode(), "override": "\u202egnp.exe".encode(),
    "separator": "a\u2028b".encode(), "long": b"x" * 60000, "empty": b"",
    "percent": b"%s%n%d", "quote": b"a'b\"c\\d", "tab": b"a\tb",
    "backtick": b"`id`$(id)", "latin": b"\xff\xfe", "overlong": b"\xc0\xaf",
    "surrogate": b"\xed\xa0\x80",
}


def hostile(pki, kind, issuer=None):
    """A leaf with such a name as CN and in the SAN."""
    name = HOSTILE[kind]
    return pki.leaf(cn=[(T61, name)], san=[(2, name), (6, name)],
                    issuer=issuer)


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("level", [[], ["-v"], ["-vvv"]])
def test_hostile_names_become_harmless_text(pki, um, kind, level):
    result = um.run(*um.about(hostile(pki, kind), *level))
    assert result.state == "CRITICAL"
    assert result.finding("name.cn-mismatch")


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_names_become_valid_json_and_openmetrics(pki, um, kind):
    result = um.json(*um.about(hostile(pki, kind)))
    assert result.state == "CRITICAL"
    assert len(result.facts["chain"]) == 2
    assert um.metrics(*um.about(hostile(pki, kind))).exit == 2


@pytest.mark.parametrize("kind", ["newline", "tag", "pipe", "latin"])
def test_hostile_names_are_harmless_on_the_wire_too(pki, um, servers, kind):
    port = servers.tls(hostile(pki, kind))
    result = um.run("-H", "127.0.0.1", "-p", port, "--expect", HOST, "-vvv")
    assert result.finding("name.cn-mismatch")


@pytest.mark.parametrize("kind", ["newline", "pipe", "escape", "tag",
                                  "latin", "override", "quote", "percent"])
def test_hostile_file_names_become_harmless_text(um, kind):
    result = um.run("--file", b"missing-" + HOSTILE[kind])
    assert result.state == "UNKNOWN"
    assert um.json("--file", b"missing-" + HOSTILE[kind]).exit == 3
    assert um.metrics("--file", b"missing-" + HOSTILE[kind]).exit == 3


@pytest.mark.parametrize("level", [[], ["-vvv"]])
def test_hostile_names_of_an_issuer_become_harmless_text(pki, um, level):
    issuer = pki.authority("Bad Issuer", pki.stranger,
                           cn=[b"<b>|\n\x1b" + b"y" * 3000])
    result = um.run(*um.about(pki.leaf(issuer=issuer), *level))
    assert result.state == "CRITICAL"
    assert result.finding("chain.untrusted")


def test_two_thousand_names_are_judged_at_once_and_told_briefly(pki, um):
    names = ["DNS:host%d.contoso.test" % number for number in range(1999)]
    cert = pki.leaf(san=[*names, "DNS:" + HOST])
    result = um.run(*um.about(cert, "-P", "tls-server"))
    assert (result.state, result.findings) == ("OK", [])
    assert result.elapsed < 1 + um.plugin.slack
    missing = um.run(*um.about(cert, "-P", "tls-server", "--expect",
                            "none.contoso.test"))
    assert missing.state == "OK"        # HOST is still expected too


def test_two_thousand_names_are_taken_from_the_wire(pki, um, servers):
    names = ["DNS:host%d.contoso.test" % number for number in range(1999)]
    cert = pki.leaf(san=[*names, "DNS:" + HOST])
    result = um.look(servers.tls(cert), profile="tls-server")
    assert (result.state, result.broken) == ("OK", {})
    assert len(result.facts["chain"][0]["dns"]) == 2000


def test_two_thousand_names_that_miss_are_told_briefly(pki, um):
    names = ["DNS:host%d.contoso.test" % number for number in range(2000)]
    cert = pki.leaf(san=names)
    result = um.run(*um.about(cert, "-P", "tls-server"))
    assert result.finding("name.san-missing").state == "CRITICAL"
    assert len(result.out) < 4000


# The end of the pipe ---------------------------------------------------------

def test_a_reader_that_went_away_does_not_kill_the_plugin(pki, um):
    source, sink = os.pipe()
    os.close(source)
    try:
        done = subprocess.run(
            um.plugin.command + list(map(str, um.about(pki.wildcard))),
            stdout=sink, stderr=subprocess.PIPE, timeout=60)
    finally:
        os.close(sink)
    assert (done.returncode, done.stderr) == (2, b"")
