# SPDX-License-Identifier: GPL-3.0-or-later
"""test_wrappers -- negate, urlize and check_cluster around the plugins."""

import re
import subprocess
from pathlib import Path

import pytest
from engine.text import unmeasured
from testenv import contract
from testenv.output import Text
from testenv.pki import HOST
from testenv.plugin import Plugin
from testenv.ports import refused_port
from testenv.tls import OpenSslServer

WRAPPERS = Path("/usr/lib/nagios/plugins")
UM_CERT = contract.PLUGINS["check_um_cert"]


@pytest.fixture(scope="module")
def plugin():
    return Plugin("check_um_cert")


@pytest.fixture(scope="module")
def bad(pki):
    """The options that look at a server with a wildcard certificate."""
    server = OpenSslServer(pki, pki.wildcard)
    yield ["-H", "127.0.0.1", "-p", str(server.port), "--expect", HOST,
           "--ca-file", str(pki.ca_file)]
    server.stop()


@pytest.fixture(scope="module")
def examples(pki, bad):
    """Options for each state: {state: options}."""
    about = ["--ca-file", str(pki.ca_file), "--expect", HOST, "--file"]
    # Never a whole number of days left: that changes while we look.
    right = str(pki.chain_file(pki.leaf(days=200.5)))
    return {"OK": [*about, right],
            "WARNING": [*about, right, "-w", "999999:", "-c", "1:"],
            "CRITICAL": bad,
            "UNKNOWN": [*about, "/nonexistent"]}


def wrapped(wrapper, *words):
    """(exit status, standard output)"""
    done = subprocess.run(
        [WRAPPERS / wrapper, *map(str, words)], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout


NEGATED = {"OK": "CRITICAL", "WARNING": "WARNING", "CRITICAL": "OK",
           "UNKNOWN": "UNKNOWN"}


@pytest.mark.parametrize("state", NEGATED)
def test_negate_swaps_the_state_and_keeps_every_line(plugin, examples, state):
    plain = plugin.run(*examples[state])
    assert plain.state == state
    status, out = wrapped("negate", plugin.path, *examples[state])
    assert status == contract.EXIT[NEGATED[state]]
    assert unmeasured(out) == unmeasured(plain.out)


@pytest.mark.parametrize("state", NEGATED)
def test_negate_rewrites_the_state_and_leaves_the_rest(plugin, examples,
                                                       state):
    """-s; what it printed parses as our own output does."""
    plain = plugin.run(*examples[state])
    status, out = wrapped("negate", "-s", plugin.path, *examples[state])
    said = Text(out, UM_CERT, 0)
    assert said.state == NEGATED[state]
    assert status == contract.EXIT[said.state]
    assert said.summary == plain.summary
    assert set(said.perfdata) == set(plain.perfdata)
    assert [finding.id for finding in said.findings] == \
        [finding.id for finding in plain.findings]


def test_negate_tells_each_state_as_it_is_told_to(plugin, examples):
    """A refused port is what is wanted, everything else the alarm."""
    for state, wanted in (("OK", 2), ("WARNING", 2), ("CRITICAL", 0),
                          ("UNKNOWN", 3)):
        assert wrapped("negate", "--ok=CRITICAL", "--warning=CRITICAL",
                       "--critical=OK", plugin.path,
                       *examples[state])[0] == wanted


def test_urlize_links_the_line_and_keeps_perfdata(plugin, bad):
    """Of several lines it passes on the first only."""
    plain = plugin.run(*bad)
    assert len(plain.lines) > 1
    status, out = wrapped("urlize", "https://wiki.contoso.test/um?a=b&c=d",
                          plugin.path, *bad)
    assert status == 2
    line, data = plain.line1.split(" | ")
    assert re.sub(" +", " ", unmeasured(out)) == unmeasured(
        '<A href="https://wiki.contoso.test/um?a=b&c=d">%s </A> | %s' % (
            line, data))


def test_urlize_passes_a_quoted_value_on(plugin, bad):
    words = [plugin.path, *bad, "--issuer", "'a;b c'", "--state", "'n*=ok'"]
    status, out = wrapped("urlize", "https://wiki.contoso.test/",
                          " ".join(map(str, words)))
    assert status == 2
    assert 'wanted one with "a;b c"' in out


def test_a_cluster_counts_the_states_of_the_plugins(examples, plugin):
    states = ["OK", "CRITICAL", "OK", "WARNING", "UNKNOWN", "CRITICAL"]
    data = ",".join(str(plugin.run(*examples[state]).exit)
                    for state in states)
    status, out = wrapped("check_cluster", "-s", "-l", "SBCs", "-d", data,
                          "-w", "0", "-c", "4")
    assert out == "CLUSTER WARNING: SBCs: 2 ok, 1 warning, 1 unknown, " \
        "2 critical\n"
    assert status == 1


def test_a_cluster_is_critical_when_too_many_are_not_ok():
    """Two SIP servers that nobody is at home at, and one more allowed."""
    sip = Plugin("check_sip_options")
    with refused_port() as port:
        each = sip.run("-H", "127.0.0.1", "-T", "tcp", "-p", port)
    data = ",".join([str(each.exit)] * 2)
    status, out = wrapped("check_cluster", "-s", "-l", "SBCs", "-d", data,
                          "-w", "0", "-c", "1")
    assert (status, out) == (
        2, "CLUSTER CRITICAL: SBCs: 0 ok, 0 warning, 0 unknown, 2 critical\n")
