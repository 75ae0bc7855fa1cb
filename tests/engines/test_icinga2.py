# SPDX-License-Identifier: GPL-3.0-or-later
"""test_icinga2 -- contrib/icinga2 as Icinga 2 takes it, on one node."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from engine import icinga2
from testenv.plugin import TREE, build_directory
from testenv.ports import free_udp_port, refused_port
from testenv.tls import OpenSslServer

SHIPPED = TREE / "contrib/icinga2"
PLUGINS = build_directory() / "plugins"
README = SHIPPED / "README.md"
RULES = [SHIPPED / ("um-%s.conf" % part)
         for part in ("commands", "templates", "services")]
HEAD = icinga2.HEAD.format(name="master", plugins=PLUGINS)
FILES = "".join(map(icinga2.include, RULES))

NAMES = """
	vars.um_servers = [ "um1.test", "um2.test" ]
	vars.gateways = [ "sfb.test" ]
	vars.sbcs = [ "sbc.test" ]
"""
OPTIONS = """
	vars.um_servers["um1.test"] = {
		um_cert_port = 5061
		mwi_path_um_port = 5061
	}
	vars.um_servers["um2.test"] = {}
	vars.gateways["sfb.test"] = {
		um_cert_pool = "pool.test"
		mwi_path_from = "sip:a@b.test"
	}
	vars.sbcs["sbc.test"] = {
		um_cert_profile = "tls-server"
		sip_options_port = 5067
	}
"""


def host(text, name="h"):
    return 'object Host "%s" {\ncheck_command = "dummy"\n%s}\n' % (name, text)


class Found:
    """What Icinga 2 makes of the shipped rules and these objects."""

    def __init__(self, directory, objects, before=""):
        good, said = icinga2.validate(directory, HEAD + before + FILES +
                                      objects)
        assert good, said
        self.services = icinga2.objects(directory, "Service")
        self.parents = {}
        for each in icinga2.objects(directory, "Dependency").values():
            child = each["child_host_name"] + "!" + each["child_service_name"]
            self.parents.setdefault(child, set()).add(
                each["parent_host_name"] + "!" + each["parent_service_name"])

    def vars(self, name):
        return self.services[name]["vars"]


# The files -------------------------------------------------------------------

def test_the_commands_are_what_the_plugins_print():
    made = subprocess.run([SHIPPED / "make-commands", PLUGINS], check=True,
                          capture_output=True, text=True).stdout
    assert made == (SHIPPED / "um-commands.conf").read_text()
    for name in ("check_um_cert", "check_sip_options", "check_mwi_path"):
        assert subprocess.run([PLUGINS / name, "--icinga2-command"],
                              capture_output=True, text=True,
                              check=True).stdout in made


def test_debians_configuration_takes_the_files_as_the_readme_copies_them(
        tmp_path):
    debian = Path("/etc/icinga2")
    try:
        shutil.copytree(debian, tmp_path / "ConfigDir", symlinks=True)
    except (PermissionError, shutil.Error, FileNotFoundError):
        pytest.skip("/etc/icinga2 cannot be read")
    icinga2.follow(README, "One machine", tmp_path)
    text = icinga2.include(tmp_path / "ConfigDir" / "icinga2.conf")
    good, said = icinga2.validate(tmp_path, text)
    assert good, said
    found = icinga2.objects(tmp_path, "Service")
    assert "voice mail!um-cert um1.contoso.test" in found
    assert "sbc1.contoso.test!sbc-options sbc1.contoso.test" in found


def test_the_readmes_examples_of_variables_are_taken(tmp_path):
    examples = re.findall(r"\n```\n(vars\..*?\n)```\n", README.read_text(),
                          re.S)
    assert len(examples) == 3
    hosts = [host(text, "h%d" % number)
             for number, text in enumerate(examples)]
    found = Found(tmp_path, "".join(hosts) +
                  host("vars.gateways = [ name ]\n", "sfb1.contoso.test"))
    assert {"h0!um-cert um2.contoso.test", "h1!um-cert um2010.contoso.test",
            "h2!mwi-path lamp"} <= set(found.services)
    assert found.parents == {"h2!mwi-path lamp": {
        "sfb1.contoso.test!gateway-cert sfb1.contoso.test"}}


# The rules -------------------------------------------------------------------

@pytest.mark.parametrize("text", [NAMES, OPTIONS], ids=["names", "options"])
def test_the_arrays_of_a_host_make_these_services_and_no_other(tmp_path, text):
    assert set(Found(tmp_path, host(text)).services) == {
        "h!um-cert um1.test", "h!um-options um1.test",
        "h!um-cert um2.test", "h!um-options um2.test",
        "h!gateway-cert sfb.test", "h!gateway-options sfb.test",
        "h!sbc-cert sbc.test", "h!sbc-options sbc.test",
        "h!mwi-path um1.test sfb.test", "h!mwi-path um2.test sfb.test"}


def test_a_path_depends_on_the_certificates_at_its_ends(tmp_path):
    assert Found(tmp_path, host(NAMES)).parents == {
        "h!mwi-path um1.test sfb.test": {"h!um-cert um1.test",
                                         "h!gateway-cert sfb.test"},
        "h!mwi-path um2.test sfb.test": {"h!um-cert um2.test",
                                         "h!gateway-cert sfb.test"}}


def test_each_kind_of_server_is_judged_as_its_peers_judge_it(tmp_path):
    found = Found(tmp_path, host(NAMES))
    assert found.vars("h!um-cert um1.test") == {
        "um_cert_hostname": "um1.test", "um_cert_port": "5061,5063",
        "um_cert_profile": "exchange-um"}
    assert found.vars("h!gateway-cert sfb.test") == {
        "um_cert_hostname": "sfb.test", "um_cert_profile": "lync-server"}
    assert found.vars("h!sbc-cert sbc.test") == {
        "um_cert_hostname": "sbc.test", "um_cert_profile": "teams-sbc"}
    for name in ("um-options um2", "gateway-options sfb", "sbc-options sbc"):
        assert found.vars("h!%s.test" % name) == {
            "sip_options_hostname": name.split()[1] + ".test",
            "sip_options_port": 5061, "sip_options_transport": "tls"}


def test_what_is_said_of_one_server_holds_for_it_alone(tmp_path):
    found = Found(tmp_path, host(OPTIONS))
    assert found.vars("h!um-cert um1.test")["um_cert_port"] == 5061
    assert found.vars("h!um-cert um2.test")["um_cert_port"] == "5061,5063"
    assert found.vars("h!gateway-cert sfb.test")["um_cert_pool"] == "pool.test"
    assert found.vars("h!sbc-cert sbc.test")["um_cert_profile"] == "tls-server"
    assert found.vars("h!sbc-options sbc.test")["sip_options_port"] == 5067
    path = found.vars("h!mwi-path um1.test sfb.test")
    assert path["mwi_path_um_port"] == 5061
    assert path["mwi_path_from"] == "sip:a@b.test"
    assert path["mwi_path_um"] == "um1.test"
    assert path["mwi_path_gateway"] == "sfb.test"
    other = found.vars("h!mwi-path um2.test sfb.test")
    assert other["mwi_path_um_port"] == 5063


def test_a_host_without_these_variables_gets_nothing(tmp_path):
    found = Found(tmp_path, host("") + host("vars.um_servers = []\n", "i"))
    assert found.services == {}


def test_paths_that_are_named_take_the_place_of_the_others(tmp_path):
    found = Found(tmp_path, host("""
	vars.um_servers = [ "um1.test" ]
	vars.gateways = [ "sfb.test" ]
	vars.mwi_paths["lamp"] = {
		um_server = "um1.test"
		mwi_path_um = "192.0.2.1"
	}
	vars.mwi_paths["pbx"] = {
		gateway = "pbx.test"
		mwi_path_transport = "udp"
	}
    """))
    paths = {name: each["vars"] for name, each in found.services.items()
             if each["check_command"] == "mwi_path"}
    assert paths == {
        "h!mwi-path lamp": {"um_server": "um1.test", "mwi_path_um_port": 5063,
                            "mwi_path_um": "192.0.2.1"},
        "h!mwi-path pbx": {"gateway": "pbx.test", "mwi_path_transport": "udp",
                           "mwi_path_gateway": "pbx.test"}}
    assert found.parents == {"h!mwi-path lamp": {"h!um-cert um1.test"}}


def test_a_path_may_begin_and_end_at_servers_with_a_host_of_their_own(
        tmp_path):
    found = Found(
        tmp_path,
        host('vars.gateways = [ name ]\n', "sfb.test") +
        host("""
	vars.um_servers = [ name ]
	vars.mwi_paths["lamp"] = {
		um_server = "um1.test"
		gateway = "sfb.test"
		gateway_host = "sfb.test"
	}
        """, "um1.test"))
    assert found.parents == {"um1.test!mwi-path lamp": {
        "um1.test!um-cert um1.test", "sfb.test!gateway-cert sfb.test"}}


def test_um_endpoint_says_where_all_of_a_hosts_checks_run(tmp_path):
    probe = ('object Endpoint "master" {}\n'
             'object Zone "master" { endpoints = [ "master" ] }\n'
             'object Endpoint "probe" {}\n'
             'object Zone "probe" { endpoints = [ "probe" ]; '
             'parent = "master" }\n')
    found = Found(tmp_path, probe + host(
        NAMES + 'zone = "master"\nvars.um_endpoint = "probe"\n') +
        host(NAMES, "i"))
    where = {name: each["command_endpoint"]
             for name, each in found.services.items()}
    assert len(where) == 20
    assert {at for name, at in where.items() if name[0] == "h"} == {"probe"}
    assert {at for name, at in where.items() if name[0] == "i"} == {""}


def test_every_service_has_its_group_and_notes_and_a_link_where_wanted(
        tmp_path):
    groups = {"um_cert": "um-certificates", "sip_options": "um-answers",
              "mwi_path": "um-mwi-paths"}
    link = 'const UmNotesUrl = "https://wiki.test/"\n'
    for name, each in Found(tmp_path, host(NAMES), link).services.items():
        command = each["check_command"]
        assert each["groups"] == [groups[command]], name
        assert "man check_" + command in each["notes"]
        assert each["notes_url"] == "https://wiki.test/check_" + command
    assert set(icinga2.objects(tmp_path, "ServiceGroup")) == \
        set(groups.values())
    plain = Found(tmp_path, host(NAMES))
    assert {each["notes_url"] for each in plain.services.values()} == {""}


# A daemon --------------------------------------------------------------------

EVERY_FORM = """
object Host "forms" {
	check_command = "dummy"
	vars.um_cert_timeout = 2.5
}
object Service "forms" {
	host_name = "forms"
	check_command = "um_cert"
	vars.um_cert_hostname = "127.0.0.1"
	vars.um_cert_port = [ %d, %d ]
	vars.um_cert_state = [ "crypto.*=ok", "net.refused=warning" ]
	vars.um_cert_issuer = "-$$1 'x' \\\\ \\"y\\""
	vars.um_cert_verbose = 2
	vars.um_cert_matrix = false
	vars.um_cert_tls_legacy = true
}
"""

TELL = """
object NotificationComponent "notification" { }
object User "u" { }
object NotificationCommand "tell" {
	command = [ "/bin/sh", "-c", "echo \\"$$0\\" >>\\"$$1\\"",
		"$service.name$", "%s" ]
}
apply Notification "tell" to Service {
	command = "tell"
	users = [ "u" ]
	types = [ Problem, Custom ]
	assign where true
}
"""

UM = """
	vars.um_cert_ca_file = "%s"
	vars.mwi_path_ca_file = "%s"
	vars.um_servers["um1.contoso.test"] = {
		um_cert_hostname = "127.0.0.1"
		um_cert_expect = "um1.contoso.test"
		um_cert_port = %d
	}
	vars.mwi_paths["lamp"] = {
		um_server = "um1.contoso.test"
		mwi_path_um = "127.0.0.1"
		mwi_path_um_port = %d
	}
"""
CERTIFICATE = "um!um-cert um1.contoso.test"
PATH = "um!mwi-path lamp"


@pytest.fixture(scope="module")
def nowhere():
    with refused_port() as one, refused_port() as two:
        yield one, two


@pytest.fixture(scope="module")
def um_port():
    return free_udp_port()


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Where the notifications go: a line each."""
    return tmp_path_factory.mktemp("told") / "told"


@pytest.fixture(scope="module")
def node(tmp_path_factory, pki, nowhere, um_port, told):
    node = icinga2.Node(tmp_path_factory.mktemp("i"), pki)
    um = host(UM % (pki.ca_file, pki.ca_file, um_port, um_port), "um")
    try:
        yield node.start(node.endpoint() + FILES + TELL % told + um +
                         EVERY_FORM % nowhere)
    finally:
        node.stop()


def test_every_form_of_a_variable_reaches_the_plugin_as_it_was_meant(
        node, nowhere):
    result = node.check_now("forms!forms")["last_check_result"]
    first, second = map(str, nowhere)
    assert result["command"] == [
        str(PLUGINS / "check_um_cert"), "--hostname", "127.0.0.1",
        "--issuer", "-$1 'x' \\ \"y\"", "--port", first, "--port", second,
        "--state", "crypto.*=ok", "--state", "net.refused=warning",
        "--timeout", "2.500000", "--tls-legacy", "--verbose", "--verbose"]
    assert result["exit_status"] == 1
    assert ":" + first in result["output"]
    assert "net.refused 127.0.0.1:" + second in result["output"]


def hard(node, name):
    """Checks until Icinga believes it; the attributes then."""
    for _ in range(3):
        attrs = node.check_now(name)
        if attrs["state_type"] == 1 and attrs["last_hard_state"] == \
                attrs["state"]:
            break
    return attrs


def test_a_wrong_certificate_alarms_once_and_not_again_as_the_path(
        node, pki, um_port, told):
    server = OpenSslServer(pki, pki.wildcard, port=um_port)
    try:
        certificate = hard(node, CERTIFICATE)
        assert certificate["last_hard_state"] == 2
        assert certificate["max_check_attempts"] == 3
        path = hard(node, PATH)
        assert path["last_hard_state"] == 2
        assert "name.cn-wildcard" in path["last_check_result"]["output"]
        assert path["last_reachable"] is False
        assert certificate["last_reachable"] is True
    finally:
        server.stop()
    # What is told last comes last, so that what is missing was not told.
    node.post("/v1/actions/send-custom-notification", type="Service",
              service=PATH, author="t", comment="t", force=True)
    wanted = sorted(name.split("!")[1] for name in (CERTIFICATE, PATH))

    def lines():
        return told.exists() and sorted(told.read_text().splitlines())
    icinga2.wait_until("what is told",
                       lambda: set(wanted) <= set(lines() or []), node)
    assert lines() == wanted
    server = OpenSslServer(pki, pki.right, port=um_port)
    try:
        assert hard(node, CERTIFICATE)["last_hard_state"] == 0
        path = node.check_now(PATH)
        assert (path["state"], path["last_reachable"]) == (0, True)
    finally:
        server.stop()
