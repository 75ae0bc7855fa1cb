# SPDX-License-Identifier: GPL-3.0-or-later
"""test_nrpe -- contrib/nrpe as it is shipped, by a real NRPE and check_nrpe."""

import json
import re
import shlex
import string
import subprocess

import pytest
from engine.nrpe import Nrpe
from engine.site import PLUGINS, Site
from engine.text import unmeasured
from testenv import contract
from testenv.output import Text
from testenv.plugin import TREE, Plugin

SHIPPED = TREE / "contrib/nrpe"
COMMANDS = SHIPPED / "um-nrpe.cfg"
ARGUMENTS = SHIPPED / "um-nrpe-arguments.cfg"

# src/nrpe.c, NASTY_METACHARS: a request with one of them is refused.
FORBIDDEN = "|`&><'\\[]{};\r\n"
# include/common.h, MAX_PACKETBUFFER_LENGTH: a packet's text, and its NUL.
OLD_PACKET = 1024


@pytest.fixture(scope="module")
def site(pki):
    site = Site(pki)
    site.show("um1", site.pki.wildcard, 5061, 5063)
    site.show("sfbpool", site.server("sfbpool"), 5061)
    yield site
    site.stop()


@pytest.fixture(scope="module")
def nrpe(site):
    nrpe = Nrpe(site, COMMANDS, ARGUMENTS)
    yield nrpe
    nrpe.stop()


def defined(path):
    """{command: command line}"""
    return dict(re.findall(r"^command\[(\w+)\]=(.*)$", path.read_text(), re.M))


def directly(site, name):
    """What the shipped command prints without NRPE."""
    words = shlex.split(defined(COMMANDS)[name])
    done = subprocess.run(
        [site.plugins / name, *words[1:]], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, text=True, timeout=30)
    return done.returncode, done.stdout


def test_a_check_goes_the_whole_way(nrpe):
    """Mutual TLS to the daemon, its plugin by TLS to the server."""
    status, out = nrpe.ask("check_sip_options")
    result = Text(out, contract.PLUGINS["check_sip_options"], 0)
    assert (status, result.state) == (0, "OK")
    assert "rtt" in result.perfdata


def test_without_a_certificate_nobody_is_answered(nrpe):
    status, out = nrpe.ask("check_sip_options", identity=False)
    assert status != 0
    assert "SIP_OPTIONS" not in out


@pytest.mark.parametrize("name", ["check_um_cert", "check_mwi_path"])
def test_the_output_about_a_bad_server_passes_whole(nrpe, site, name):
    status, out = nrpe.ask(name)
    assert status == 2
    assert "name.cn-wildcard" in out
    assert len(out) > OLD_PACKET
    there, said = directly(site, name)
    assert (status, unmeasured(out)) == (there, unmeasured(said))


@pytest.mark.parametrize("name", PLUGINS)
def test_the_first_line_passes_in_an_old_packet(nrpe, name):
    """What does not fit is cut off behind it."""
    status, out = nrpe.ask(name, packets=["-2"])
    assert len(out.rstrip("\n").encode()) < OLD_PACKET
    first = Text(out.split("\n", 1)[0] + "\n", contract.PLUGINS[name], 0)
    assert contract.EXIT[first.state] == status
    assert first.perfdata


def test_no_choice_and_no_preset_has_a_forbidden_character():
    for name in PLUGINS:
        told = Plugin(name).tell("--list-options", "--output", "json")
        for option in json.loads(told)["options"]:
            for value in [*option["choices"], option["preset"] or ""]:
                assert not set(value) & set(FORBIDDEN), option


def test_every_shipped_command_is_loaded(nrpe):
    """One that it does not know NRPE tells as such."""
    for name in [*PLUGINS, *(each + "_of" for each in PLUGINS)]:
        assert "not defined" not in nrpe.ask(name)[1]
    assert "not defined" in nrpe.ask("check_other")[1]


HOSTILE = ["--file=/etc/shadow", "-v", "$HOME", "$(id)", "a b", "*", "#", "",
           "~root", '"', "$ARG2$", "".join(sorted(set(string.printable) -
                                                  set(FORBIDDEN)))]


@pytest.mark.parametrize("value", HOSTILE)
def test_an_argument_is_the_value_it_was_sent_as(value):
    """NRPE puts it in the place of $ARGn$ and has sh run the line."""
    for line in defined(ARGUMENTS).values():
        assert "".join(re.findall(r"[$]ARG\d[$]", line)) == \
            "$ARG1$$ARG2$$ARG3$"
        sent = re.sub(r"[$]ARG\d[$]", lambda _: value, line)
        said = subprocess.run(
            ["sh", "-c", "printf '%s\\0' " + sent], stdout=subprocess.PIPE,
            text=True, timeout=30, check=True).stdout.split("\0")[:-1]
        words = shlex.split(re.sub(r"[$]ARG\d[$]", "", line))
        assert said == [word + value if word.endswith("=") else word
                        for word in words]


def test_debians_daemon_refuses_arguments(nrpe):
    """README.md: it is built without, whatever dont_blame_nrpe says."""
    status, out = nrpe.ask("check_um_cert_of", "um1.contoso.test", "5061",
                           "exchange-um")
    assert status == 3
    assert "UM_CERT" not in out
    assert "Request contained command arguments!" in nrpe.log()
