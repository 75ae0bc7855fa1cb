# SPDX-License-Identifier: GPL-3.0-or-later
"""test_state -- --state, --exit-ok, --extra-opts: what is made of findings."""

import pytest

from testenv.pki import HOST


# --state ---------------------------------------------------------------------

def states(*pairs):
    return [part for pair in pairs for part in ("--state", pair)]


@pytest.mark.parametrize("word", ["ok", "OK", "warning", "Warning",
                                  "critical", "unknown"])
def test_state_changes_the_verdict_of_what_is_broken(pki, um, word):
    cert = pki.leaf(eku=("clientAuth",))
    result = um.json(*um.about(cert),
                     *states("usage.server-auth=" + word))
    assert result.broken == {"usage.server-auth": word.upper()}
    assert result.state == word.upper()


def test_state_takes_a_glob(pki, um):
    result = um.json(*um.about(pki.wildcard), *states("name.*=ok"))
    assert result.state == "OK"
    assert set(result.broken.values()) == {"OK"}


def test_the_last_state_that_fits_wins(pki, um):
    cert = pki.leaf(eku=("clientAuth",))
    for pairs, state in (
            (["usage.*=ok", "usage.server-auth=warning"], "WARNING"),
            (["usage.server-auth=warning", "usage.*=ok"], "OK"),
            (["usage.server-auth=warning", "name.*=ok"], "WARNING")):
        assert um.json(*um.about(cert), *states(*pairs)).state == state


def test_state_never_makes_what_holds_a_finding(pki, um):
    result = um.json(*um.about(pki.right), *states("*=critical"))
    assert (result.state, result.broken) == ("OK", {})


def test_state_makes_what_is_noted_as_ok_a_warning(pki, um):
    cert = pki.leaf(san=["DNS:" + HOST, "DNS:*.contoso.test"])
    result = um.json(*um.about(cert), *states("name.san-wildcard=warning"))
    assert result.broken == {"name.san-wildcard": "WARNING"}


def test_state_may_name_findings_of_the_network(um, refused):
    result = um.json("-H", "127.0.0.1", "-p", refused,
                     *states("net.refused=unknown"))
    assert result.state == "UNKNOWN"


def test_state_may_name_local_files(um):
    result = um.json("--file", "not-here", *states("local.file=warning"))
    assert result.state == "WARNING"


def test_every_id_of_the_contract_is_known_to_state(pki, um):
    ids = sorted(um.plugin.promise.ids)
    result = um.json(*um.about(pki.right),
                     *states(*(each + "=ok" for each in ids)))
    assert result.state == "OK"


@pytest.mark.parametrize("pair", [
    "name.nonsense=ok", "nonsense.*=ok", "net.timeout", "net.timeout=",
    "net.timeout=bad", "=ok", "", "net.timeout=ok,warning", "NET.TIMEOUT=ok"])
def test_a_state_that_means_nothing_is_refused(pki, um, pair):
    assert um.refuse(*um.about(pki.right), *states(pair))


# --exit-ok -------------------------------------------------------------------

def test_exit_ok_ends_with_0_and_keeps_the_truth(pki, um):
    text = um.run(*um.about(pki.wildcard), "--exit-ok")
    assert (text.exit, text.state) == (0, "CRITICAL")
    result = um.json(*um.about(pki.wildcard), "--exit-ok")
    assert (result.exit, result.doc["exit"]) == (0, 2)


def test_exit_ok_does_not_cover_a_wrong_command_line(um):
    _, status, out, _ = um.plugin.spawn("--exit-ok", "--nonsense")
    assert status == 3 and out.startswith("UM_CERT UNKNOWN: ")


def test_exit_ok_covers_a_dead_server(um, refused):
    result = um.run("-H", "127.0.0.1", "-p", refused, "--exit-ok")
    assert (result.exit, result.state) == (0, "CRITICAL")


# --extra-opts ----------------------------------------------------------------

@pytest.fixture
def ini(pki, tmp_path):
    def write(text):
        path = tmp_path / "options.ini"
        path.write_text(text)
        return path
    return write


def test_extra_opts_reads_the_section_of_the_plugin(pki, um, ini):
    path = ini("[other]\nnonsense=1\n[check_um_cert]\n# comment\n"
               "; comment\nexpect = %s\nca-file=%s\nP = tls-server\n"
               % (HOST, pki.ca_file))
    result = um.json("--extra-opts=@%s" % path, "--file",
                     pki.chain_file(pki.right))
    assert (result.state, result.broken) == ("OK", {})
    assert "name.cn-mismatch" not in result.passed


def test_extra_opts_reads_another_section(pki, um, ini):
    path = ini("[mine]\nexpect=other.contoso.test\n")
    for words in (["--extra-opts=mine@%s" % path],
                  ["--extra-opts", "mine@%s" % path]):
        result = um.judge(pki.right, *words, expect=None)
        assert result.broken == {"name.cn-mismatch": "CRITICAL"}


def test_an_argument_wins_over_extra_opts(pki, um, ini):
    path = ini("[check_um_cert]\nprofile=lync-edge\n")
    result = um.judge(pki.leaf(san=None), "--extra-opts=@%s" % path,
                      profile="exchange-um")
    assert (result.state, result.broken) == ("OK", {})


@pytest.mark.parametrize("text", [
    "[other]\nexpect=x\n", "[check_um_cert]\nnonsense=1\n",
    "[check_um_cert]\nprofile=nonsense\n", "[check_um_cert\nexpect=x\n",
    "expect=x\n", "\0\1\2"])
def test_extra_opts_of_no_use_are_refused(pki, um, ini, text):
    args = um.about(pki.right)
    assert um.refuse(*args, "--extra-opts=@%s" % ini(text))


def test_a_missing_extra_opts_file_is_refused(pki, um):
    summary = um.refuse(*um.about(pki.right), "--extra-opts=@not-here.ini")
    assert "not-here.ini" in summary
