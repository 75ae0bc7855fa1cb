# SPDX-License-Identifier: GPL-3.0-or-later
"""test_completion -- what a real bash completes, by itself and with Debian's.

The completions are inserted, and the arguments looked at that then arrive.
"""

import re

from pack.bash import Bash
from pack.make import BUILD, PLUGINS, TREE, run

import pytest

FOLDER = TREE / "contrib/completion"
FILE = FOLDER / "monitoring-plugins-um.bash"
FRAMEWORK = ". /usr/share/bash-completion/bash_completion\n"
PROFILES = {"exchange-um", "lync-server", "lync-edge", "teams-sbc",
            "sip-domain", "cucm", "tls-server"}      # of the contract


@pytest.fixture(scope="module", params=["alone", "bash-completion"])
def bash(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bash")
    for name in ("da", "db"):
        (folder / name).mkdir()
    for name in ("data.pem", "two words.pem"):
        (folder / name).touch()
    (folder / "hosts").write_text("192.0.2.1 um1.contoso.test um1\n"
                                  "192.0.2.2 sbc.contoso.test\n")
    source = ". %s\n" % FILE
    if request.param == "bash-completion":
        source = FRAMEWORK + source
    with Bash(folder, source) as shell:
        yield shell


def test_file_is_what_the_option_tables_make():
    """To obey: make completion in the build."""
    made = run(FOLDER / "make-completion", TREE / "common/check/ids.c",
               *(BUILD / "plugins" / name for name in PLUGINS))
    assert made == FILE.read_text()


def test_shellcheck_is_content():
    assert run("shellcheck", "-s", "bash", FILE) == ""


@pytest.mark.parametrize("plugin", PLUGINS)
@pytest.mark.parametrize("typed", ["", "--"])
def test_all_options_of_the_help_are_offered(bash, plugin, typed):
    told = run("sh", "-c", '"$0" --help; [ $? -eq 3 ]',
               BUILD / "plugins" / plugin)
    wanted = re.findall(r"^(?:  -\w, |      )(--[\w-]+)", told, re.M)
    offered = bash.complete("%s %s" % (plugin, typed))
    assert set(offered) == set(wanted)


@pytest.mark.parametrize("line", [
    "check_um_cert -P ", "check_um_cert -vv --profile ",
    "check_sip_options -H sbc.contoso.test:5061 --profile ",
    "check_sip_options --header 'X: y' -P "])
def test_values_that_are_known_are_offered(bash, line):
    assert PROFILES <= set(bash.complete(line))


def test_value_of_another_plugin_is_not_offered(bash):
    """check_mwi_path alone has profiles with "none"."""
    assert "none" in bash.complete("check_mwi_path --um-profile ")
    assert "none" not in bash.complete("check_um_cert --profile ")


@pytest.mark.parametrize("typed, arrives", [
    ("--profile te", ["--profile", "teams-sbc"]),
    ("--profile=te", ["--profile=teams-sbc"]),
    ("-P te", ["-P", "teams-sbc"]),
    ("-Pte", ["-Pteams-sbc"]),
    ("--sni n", ["--sni", "none"])])
def test_value_is_completed_however_it_is_joined(bash, typed, arrives):
    assert bash.complete("check_um_cert " + typed) == arrives


@pytest.mark.parametrize("joined", ["--file ", "--file="])
def test_files_are_completed_and_quoted_where_a_file_is_wanted(bash, joined):
    arrived = bash.complete("check_um_cert %stwo" % joined)
    assert "".join(arrived).endswith("two words.pem")
    assert bash.complete("check_um_cert --ca-file da") == [
        "--ca-file", "da", "data.pem"]


def test_only_folders_are_offered_where_a_folder_is_wanted(bash):
    assert bash.complete("check_um_cert --ca-path d") == [
        "--ca-path", "da", "db"]


def test_hosts_that_bash_knows_are_offered_for_a_host(bash):
    assert bash.complete("check_um_cert -H um1.") == [
        "-H", "um1.contoso.test"]


@pytest.mark.parametrize("option", ["--expect", "-p", "-w"])
def test_nothing_is_offered_where_nothing_is_known(bash, option):
    assert bash.complete("check_um_cert %s d" % option) == [option, "d"]


def test_finding_ids_are_offered_for_state_then_states(bash):
    assert bash.complete("check_um_cert --state net.t") == [
        "--state", "net.timeout="]
    first, *others = bash.complete("check_um_cert --state net.timeout=")[1:]
    assert {first.partition("=")[2], *others} == {
        "ok", "warning", "critical", "unknown"}
    assert bash.complete("check_um_cert --state=net.timeout=u") == [
        "--state=net.timeout=unknown"]


def test_command_typed_as_a_value_is_not_run(bash):
    trap = bash.folder / "trapped"
    bash.complete_only("check_um_cert --state $(touch${IFS}trapped)=o")
    bash.complete_only("check_um_cert -P `touch${IFS}trapped`")
    assert not trap.exists()


@pytest.mark.parametrize("plugin", PLUGINS)
def test_bash_completion_finds_it_by_the_name_of_the_plugin(
        installed, tmp_path, plugin):
    """In a shell that has loaded it by no other name."""
    share = installed / "usr/local/share"
    with Bash(tmp_path, "export XDG_DATA_DIRS=%s\n" % share +
              FRAMEWORK) as shell:
        assert shell.complete(plugin + " --tls-m") == [
            "--tls-max", "--tls-min"]
