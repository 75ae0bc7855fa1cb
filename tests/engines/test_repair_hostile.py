# SPDX-License-Identifier: GPL-3.0-or-later
"""um-repair among enemies: peers, checks gone mad, files of strangers."""

import json
import os
import re
import shutil
import subprocess

import pytest

from engine.repair import (HOST, SERVICE, SHIPPED, Desk, executable, quoted,
                           shipped_actions)
from testenv.plugin import TREE
from testenv.tls import OpenSslServer


@pytest.fixture
def desk(tmp_path, pki):
    return Desk(tmp_path, pki)


def assert_clean_log(desk):
    """JSON objects, one a line, without a control byte in the file."""
    text = desk.log.read_bytes()
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f-\xff]", text)
    assert all(isinstance(each, dict) for each in desk.records())


SUBJECTS = [
    "*.$(touch x).test", "*.x;touch x", "*.`touch x`", "*.'\"\\ & touch x |",
    "*.x\n[CRITICAL] served.differs", "*.\x1b[2J\x00\u202e",
    '*.x"},{"id":"served.differs","state":"CRITICAL","x":"',
    "*.{fqdn}{thumbprint}%s", "*.'; Stop-Computer; '"]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_name_in_a_certificate_reaches_neither_command_nor_log(desk, subject):
    """The hook runs with what the configuration says and nothing more."""
    seen = desk.folder / "seen"
    hook = executable(desk.folder / "hook", '#!/bin/sh\n{ printf "<%%s>" "$@"; '
                      "env; cat; } >%s\n" % seen)
    bait = desk.hook("/bin/cp", desk.right, desk.served, name="bait",
                     findings=["served.differs"])
    desk.serve(desk.pki.leaf(cn=[subject], san=None))
    desk.write(bait, desk.hook(hook, "{fqdn}", "name.cn-wildcard",
                               findings=["name.cn-wildcard",
                                         "name.cn-mismatch"]),
               desk.allow({"served.differs": ("bait", True),
                           "name.cn-mismatch": ("cure", True)},
                          values='fqdn = "%s"' % HOST))
    assert desk.alarm()[0] == 1
    start, = desk.records("start")
    assert start["argv"] == [str(hook), HOST, "name.cn-wildcard"]
    names = set(start["before"])
    assert "served.differs" not in names and names <= known_ids()
    words = re.findall(r"touch|Stop-Computer|2J|thumbprint",
                       seen.read_text() + desk.log.read_text())
    assert words == []
    assert_clean_log(desk)


def test_peer_with_a_hostile_name_is_repaired_like_any_other(desk, pki):
    """A live one: TLS to the check, ids to us, a cure by the hook."""
    server = OpenSslServer(pki, pki.leaf(cn=["*.$(touch x)"], san=None))
    try:
        check = [desk.plugin, "-H", "127.0.0.1", "-p", server.port,
                 "--expect", HOST, "--ca-file", pki.ca_file]
        desk.write(desk.hook("/bin/true"), desk.allow(check=check))
        assert desk.alarm()[0] == 1
        assert desk.records("end")[0]["why"] == "name.cn-wildcard is still " \
            "there"
    finally:
        server.stop()


@pytest.mark.parametrize("name", [
    "$(touch x)", "; touch x", "'\"`|&", 'x"}\n{"event": "result"}',
    "\x1b[2J\u202e", b"\xff\xfe", "a" * 100000, "../../etc/passwd", "%s%n"],
    ids=lambda name: repr(name[:12]))
def test_hostile_name_from_the_engine_is_one_clean_line_of_the_log(desk, name):
    desk.write(desk.hook(), desk.allow())
    for state in ("CRITICAL", name):
        status, said = desk.alarm(host=name, service=name, state=state)
        assert status in (0, 2) and said.count("\n") == 1
        assert "\x1b" not in said and len(said) < 1000
    assert len(desk.records()) == 2 and not desk.is_cured()
    assert_clean_log(desk)


def test_environment_of_the_engine_reaches_no_command(desk):
    """Nagios puts the output of a check there, where it is asked to."""
    seen = desk.folder / "seen"
    hook = executable(desk.folder / "hook", "#!/bin/sh\nenv >%s\n" % seen)
    desk.write(desk.hook(hook), desk.allow())
    subprocess.run(desk.command(), stdout=subprocess.DEVNULL, timeout=30, env={
        **os.environ, "NAGIOS_SERVICEOUTPUT": "$(touch x)", "ENV": "/x",
        "PYTHONPATH": str(desk.folder), "LD_LIBRARY_PATH": "/x"})
    names = {line.split("=")[0] for line in seen.read_text().splitlines()}
    assert names <= {"PATH", "LC_ALL", "HOME", "PWD", "OLDPWD", "SHLVL", "_"}


@pytest.mark.parametrize("name", ["--dry-run", "-h", ""])
def test_name_like_an_option_is_no_option(desk, name):
    desk.write(desk.hook(), desk.allow())
    assert desk.alarm(host=name)[0] in (2, 3)
    assert not desk.is_cured()


GOOD = {"state": "CRITICAL", "exit": 2, "findings": [
    {"id": "name.cn-wildcard", "state": "CRITICAL"}]}


def broken(**changed):
    return json.dumps({**GOOD, **changed})


@pytest.mark.parametrize("what", [
    "", "null", "[]", "nonsense", json.dumps(GOOD)[:-1],
    "[" * 100000, broken(exit=0), broken(state="OK"), broken(findings=None),
    broken(findings=[{"id": "name.cn-wildcard"}]),
    broken(findings=[{"id": 1, "state": "CRITICAL"}]),
    broken(findings=[{"id": "a.b;c", "state": "CRITICAL"}]),
    broken(findings=[{"id": "name.cn-wildcard", "state": "BAD"}]),
    broken(findings=[{"id": "name.cn-wildcard\n", "state": "CRITICAL"}]),
    broken(findings={"id": "name.cn-wildcard", "state": "CRITICAL"}),
    json.dumps(GOOD) + json.dumps(GOOD)], ids=lambda what: what[:40])
def test_check_that_speaks_nonsense_starts_nothing(desk, what):
    assert_starts_nothing(desk, "cat <<'END'\n%s\nEND\nexit 2\n" % what)


@pytest.mark.parametrize("how, told", [
    ("head -c 100000000 /dev/zero; exit 2", "more than"),
    ("sleep 600", "ended by us"), ("exec yes", "ended by us"),
    ("kill -9 $$", "ended with -9"), ("exit 42", "ended with 42"),
    ("echo '%s'; exit 1" % json.dumps(GOOD), "does not fit")])
def test_check_that_goes_mad_starts_nothing(desk, how, told):
    assert_starts_nothing(desk, how, told)


def assert_starts_nothing(desk, script, told=""):
    check = executable(desk.folder / "check", "#!/bin/sh\n" + script + "\n")
    desk.write(desk.hook(), desk.allow(check=[check],
                                       more="check_timeout = 1.5"))
    assert desk.alarm()[0] == 1
    assert desk.result()["decision"] == "check-failed"
    assert told in desk.result()["why"]
    assert not desk.is_cured() and not desk.records("start")


def test_the_stand_in_of_these_tests_would_start_a_repair(desk):
    """Otherwise those above prove nothing."""
    check = executable(desk.folder / "check", "#!/bin/sh\necho '%s'\nexit 2\n"
                       % json.dumps(GOOD))
    desk.write(desk.hook(), desk.allow(check=[check])).alarm()
    assert desk.is_cured()


def test_output_of_an_action_is_cut_and_harmless(desk):
    hook = executable(desk.folder / "h", "#!/bin/sh\n"
                      "printf '\\033[2J\\377\\n'; head -c 9000000 /dev/zero\n")
    desk.write(desk.hook(hook), desk.allow()).alarm()
    end, = desk.records("end")
    assert end["output"].startswith("?[2J\ufffd\n??") and end["cut"]
    assert len(end["output"]) <= 2000
    assert_clean_log(desk)


# Files of strangers ---------------------------------------------------------
@pytest.mark.parametrize("mode", [0o666, 0o664, 0o646])
@pytest.mark.parametrize("file", ["config", "hook", "plugin", "state"])
def test_what_others_may_write_is_refused(desk, file, mode):
    hook = executable(desk.folder / "hook", "#!/bin/sh\nexit 0\n")
    desk.write(desk.hook(hook), desk.allow())
    path = {"hook": hook}.get(file) or getattr(desk, file)
    path.chmod(mode | 0o111)
    status, said = desk.alarm()
    assert status == 3 and "written by others" in said
    assert not desk.records("start")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("file", ["config", "plugin", "state"])
def test_what_belongs_to_a_stranger_is_refused(desk, file):
    desk.write(desk.hook(), desk.allow())
    os.chown(getattr(desk, file), 65534, 65534)
    status, said = desk.alarm()
    assert status == 3 and "neither to root nor to us" in said


def test_private_password_is_private(desk):
    password = desk.folder / "password"
    password.write_text("x\n")
    password.chmod(0o644)
    desk.write('[engine.icinga2]\nhost = "localhost"\nuser = "u"\n'
               'password_file = %s\nca_file = %s\n' % (
                   quoted(password), quoted(shutil.copy(
                       desk.pki.ca_file, desk.folder / "ca"))))
    (desk.folder / "ca").chmod(0o644)
    status, said = desk.check_config()
    assert status == 3 and "read by everybody" in said


SSH = '[host.h.ssh]\nhost = "127.0.0.1"\nuser = "u"\n'
CHECKED = '[host.h.service.s]\ncheck = ["/bin/true"]\n'
OWN = '[action.x]\nkind = "repair"\nfindings = ["a.b"]\n'
WRONG = {           # what is wrong: the text, and what is told
    "an unknown key": ("nonsense = 1", "nothing is called so"),
    "an unknown key of a host": ("[host.h]\nenable = true",
                                 "host.h.enable: nothing is called so"),
    "an unknown action": (CHECKED + 'repair."net.refused".action = "nobody"',
                          "the name of an action"),
    "an action for another finding": (
        CHECKED + 'repair."served.differs".action = "start-um-dual"',
        "is not for served.differs"),
    "enabled as a text": (
        CHECKED + 'repair."net.refused" = { action = "start-um-dual", '
        'enabled = "yes" }', "true or false"),
    "a program without its path": (
        '[host.h.service.s]\ncheck = ["true"]', "its whole path"),
    "no such program": ('[host.h.service.s]\ncheck = ["/no/such"]',
                        "No such file"),
    "a folder for a program": ('[host.h.service.s]\ncheck = ["/usr"]',
                               "want a program"),
    "a command as one text": ('[host.h.service.s]\ncheck = "/bin/true -x"',
                              "a list"),
    "an empty command": ("[host.h.service.s]\ncheck = []", "a list"),
    "a host that is two": ('[host."a!b"]', "without ; and !"),
    "a host that ends Nagios' command": ('[host."a;b"]', "without ; and !"),
    "a host of two lines": ('[host."a\\nb"]', "the engine's name"),
    "ssh to an option": (
        '[host.h.ssh]\nhost = "-oProxyCommand=x"\nuser = "u"', "ssh.host"),
    "ssh as an option": ('[host.h.ssh]\nhost = "h"\nuser = "-x"', "ssh.user"),
    "ssh with a path that it would expand": ('[ssh]\nkey = "/%h/~"',
                                             "ssh.key"),
    "an action without the host's ssh": (
        CHECKED + 'repair."served.differs".action = "restart-um"',
        "needs the host's ssh"),
    "an action without ssh's key": (
        SSH + CHECKED + 'repair."served.differs".action = "restart-um"',
        "needs ssh.key"),
    "an action of two sorts": (
        OWN + 'command = ["/bin/true"]\npowershell = "x"',
        "powershell: nothing is called so"),
    "an action for no finding": (
        OWN.replace('"a.b"', "") + 'command = ["/bin/true"]', "finding ids"),
    "negative seconds": (OWN + 'command = ["/bin/true"]\nsettle = -1',
                         "seconds"),
    "endless seconds": (OWN + 'command = ["/bin/true"]\ntimeout = inf',
                        "seconds"),
    "no TOML": ("[[[", "um-repair.toml"),
}


@pytest.mark.parametrize("text, told", WRONG.values(), ids=WRONG.keys())
def test_wrong_configuration_is_told_in_one_line(desk, text, told):
    desk.write(shipped_actions(), text)
    status, said = desk.check_config()
    assert status == 3 and said.count("\n") == 1 and told in said, said


def test_script_too_long_for_windows_is_told(desk):
    key = desk.folder / "key"
    key.touch(0o600)
    desk.write('[ssh]\nkey = %s\nknown_hosts = %s\n[action.long]\n'
               'kind = "repair"\nfindings = ["a.b"]\npowershell = "%s"\n' % (
                   quoted(key), quoted(key), "x" * 4000) + SSH +
               '[host.h.service.s]\ncheck = ["/bin/true"]\n'
               'repair."a.b".action = "long"')
    status, said = desk.check_config()
    assert status == 3 and "too long" in said


@pytest.mark.parametrize("name, value", [
    ("thumbprint", "0123'; Stop-Computer; '"), ("thumbprint", ""),
    ("thumbprint", "\u2019; Stop-Computer; \u2019" + "0" * 20),
    ("thumbprint", "0" * 40 + "\n"), ("fqdn", "um1.contoso.test;x"),
    ("fqdn", "$(x).contoso.test"), ("fqdn", "-oProxyCommand=x.test"),
    ("fqdn", "um1"), ("fqdn", "um1.contoso.test "), ("server", "um1\u2018"),
    ("server", "a" * 300), ("gateway", "a'b"), ("policy", 'a"b'),
    ("policy", " a"), ("other", "a b"), ("other", "-x"), ("other", "{fqdn}")])
def test_value_that_could_be_more_than_a_name_is_refused(desk, name, value):
    desk.write("[host.h.values]\n%s = %s\n" % (name, quoted(value)))
    status, said = desk.check_config()
    assert status == 3 and "values.%s" % name in said


# What is shipped ------------------------------------------------------------
def known_ids():
    text = (TREE / "common" / "check" / "ids.c").read_text()
    return set(re.findall(r'^\t"([a-z.-]+)",$', text, re.M))


EVERYTHING = {
    "server": "um1", "fqdn": HOST, "pool": "sfbpool.contoso.test",
    "thumbprint": "0" * 40, "gateway": "Lync pool", "policy": "Default Policy"}


def test_shipped_actions_are_for_findings_that_there_are(desk):
    found = re.findall(r'"([a-z0-9]+\.[a-z0-9-]+)"', shipped_actions())
    assert found and set(found) <= known_ids()


def test_each_shipped_action_can_be_filled_and_sent(desk):
    key = desk.folder / "key"
    key.touch(0o600)
    actions = re.findall(r'(?s)^\[action\.(\S+)\]\nkind = "(\w+)"\n'
                         r'findings = \["([^"]+)"', shipped_actions(), re.M)
    looks = [name for name, kind, _ in actions if kind == "look"]
    services = ["[host.h.service.%s]\ncheck = [\"/bin/true\"]\n"
                "repair.%s.action = \"%s\"\n" % (name, quoted(finding), name)
                for name, kind, finding in actions if kind == "repair"]
    desk.write(
        "[ssh]\nkey = %s\nknown_hosts = %s\n" % (quoted(key), quoted(key)),
        shipped_actions(), SSH, "[host.h.values]\n", *(
            "%s = %s" % (name, quoted(value))
            for name, value in EVERYTHING.items()), *services,
        "[host.h.service.all]\ncheck = [\"/bin/true\"]\nlook = %s" %
        quoted(looks))
    status, said = desk.check_config()
    assert status == 0 and len(looks) > 3 and len(services) > 5, said
    assert "repaired" not in said


def at_home(desk, text):
    """The shipped configuration with this desk's paths."""
    key = desk.folder / "key"
    key.touch(0o600)
    for old, new in (("/var/log/um-repair/audit.jsonl", desk.log),
                     ("/var/lib/um-repair", desk.state),
                     ("/etc/monitoring-plugins-um/um-repair.key", key),
                     ("/etc/monitoring-plugins-um/um-repair.known_hosts", key),
                     ("/usr/lib/nagios/plugins/check_um_cert", desk.plugin)):
        assert old in text
        text = text.replace(old, str(new))
    desk.config.write_text(text)
    desk.config.chmod(0o644)


def test_shipped_configuration_is_sound_and_allows_nothing(desk):
    at_home(desk, SHIPPED.read_text())
    status, said = desk.check_config()
    assert status == 0 and said.count("\n") == 1
    assert desk.alarm(host="um1.contoso.test", service=SERVICE)[0] == 2


def test_example_of_the_shipped_configuration_works_once_uncommented(desk):
    text = SHIPPED.read_text()
    text = re.sub(r"(?m)^#(key|known_hosts) =", r"\1 =", text)
    start = text.index("#[host.")
    end = text.index("# Actions: looking")
    text = text[:start] + re.sub(r"(?m)^#", "", text[start:end]) + text[end:]
    at_home(desk, text)
    status, said = desk.check_config()
    assert status == 0 and said.count("told, not done") == 2, said
    assert "repaired" not in said
