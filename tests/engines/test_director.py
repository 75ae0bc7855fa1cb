# SPDX-License-Identifier: GPL-3.0-or-later
"""The basket of contrib/director in Debian's Icinga Director."""

import json
import re
import subprocess

import pytest

from engine import icinga2, readme
from engine.director import MODULES, Director
from testenv.plugin import TREE, Plugin, build_directory

FOLDER = TREE / "contrib" / "director"
BASKET = (FOLDER / "um-basket.json").read_text()
COMMANDS = {"um_cert": "check_um_cert", "sip_options": "check_sip_options",
            "mwi_path": "check_mwi_path"}
DATA_TYPE = "Icinga\\Module\\Director\\DataType\\"

# As Debian's zones.conf has it.
GLOBAL_ZONE = 'object Zone "director-global" { global = true }\n'

# Addresses where nothing listens, so that no check waits for anybody.
HOST = {"object_type": "object", "check_command": "dummy",
        "imports": ["um-host"], "address": "127.0.0.1",
        "vars": {"um_servers": ["127.0.0.11", "127.0.0.12"],
                 "gateways": ["127.0.0.21"], "sbcs": ["127.0.0.31"],
                 "mwi_path_verbose": 2}}


@pytest.fixture(scope="module")
def node(tmp_path_factory, pki):
    node = icinga2.Node(tmp_path_factory.mktemp("n"), pki)
    try:
        yield node.start(node.endpoint() + GLOBAL_ZONE)
    finally:
        node.stop()


@pytest.fixture(scope="module")
def director(tmp_path_factory):
    """With the basket imported."""
    director = Director(tmp_path_factory.mktemp("d"))
    try:
        director.start().restore(BASKET)
        yield director
    finally:
        director.stop()


@pytest.fixture(scope="module")
def deployed(director, node):
    """An Icinga 2 that has the basket and one host from the Director."""
    director.kickstart(node, "root", icinga2.PASSWORD)
    director.run("host", "create", "site", "--json", json.dumps(HOST))
    director.deploy()
    icinga2.wait_until("what was deployed", lambda: has_host(node), node)
    return node


def has_host(node):
    """Did Icinga 2 take what was deployed? Refused, it keeps what it had."""
    packages = node.directory / "DataDir" / "api" / "packages"
    for status in packages.glob("director/*/status"):
        assert status.read_text() in ("", "0"), \
            (status.parent / "startup.log").read_text()
    try:
        return node.get("/v1/objects/hosts")
    except OSError:                     # it reloads
        return None


def options(plugin):
    told = Plugin(plugin).tell("--list-options", "--output", "json")
    return [row for row in json.loads(told)["options"] if row["scheduled"]]


def comparable(basket):
    """A basket without the ids of a database and what is not set."""
    names = {str(number): field["varname"]
             for number, field in basket["Datafield"].items()}

    def clean(value):
        if isinstance(value, list):
            return [clean(each) for each in value]
        if not isinstance(value, dict):
            return value
        if "datafield_id" in value:
            value = {**value, "datafield_id": names[str(value["datafield_id"])]}
        return {key: clean(each) for key, each in value.items()
                if each not in (None, [], {}) and key != "originalId"}
    fields = {names[number]: field
              for number, field in basket["Datafield"].items()}
    return clean({**basket, "Datafield": fields})


def exported(director):
    kinds = set(json.loads(BASKET)) - {"Datafield", "DatafieldCategory"}
    return comparable(director.dump(*kinds))


def test_the_basket_is_what_the_tables_make():
    made = subprocess.run([FOLDER / "make-basket"], stdout=subprocess.PIPE,
                          check=True, text=True, timeout=60,
                          env={"UM_BUILD": str(build_directory())}).stdout
    assert made == BASKET


def test_director_takes_all_that_the_basket_says(director):
    """It drops what it does not know of an argument, or of the whole file."""
    assert exported(director) == comparable(json.loads(BASKET))


def test_a_second_import_changes_nothing(director):
    def state():
        return exported(director), director.sql(
            "SELECT COUNT(*) FROM director_activity_log"), \
            director.sql("SELECT COUNT(*) FROM director_datafield")
    before = state()
    director.restore(BASKET)
    assert state() == before


def test_a_key_that_the_director_does_not_know_is_refused(director):
    before = exported(director)
    basket = json.loads(BASKET)
    basket["DataList"]["um_cert_mutual"]["entries"].pop()
    basket["Command"]["um_cert"]["patience"] = "60"
    done = director.attempt("basket", "restore", stdin=json.dumps(basket))
    assert done.returncode == 1
    assert '"patience"' in done.stderr
    assert exported(director) == before


@pytest.mark.parametrize("command", COMMANDS)
def test_each_option_is_a_field_of_its_kind(director, command):
    basket = exported(director)
    fields = {each["datafield_id"]: each
              for each in basket["Command"][command]["fields"]}
    rows = options(COMMANDS[command])
    for row in rows:
        name = "%s_%s" % (command, row["name"].replace("-", "_"))
        flag = row["value"] is None
        kind = ("Number" if flag and row["repeats"] else
                "Boolean" if flag else
                "Array" if row["repeats"] else
                "Datalist" if row["choices"] else "String")
        field = basket["Datafield"][name]
        assert field["datatype"] == DATA_TYPE + "DataType" + kind
        assert (MODULES / "director" / "library" / "Director" / "DataType" /
                ("DataType%s.php" % kind)).exists()
        if kind == "Datalist":
            entries = basket["DataList"][field["settings"]["datalist"]]
            assert {each["entry_name"] for each in entries["entries"]} == \
                set(row["choices"])
        del fields[name]
    assert rows and not fields


@pytest.mark.parametrize("command", COMMANDS)
def test_the_rendered_command_is_that_of_the_plugin(
        deployed, command, tmp_path):
    """Of its own --icinga2-command, as Icinga 2 understands both."""
    plugin = COMMANDS[command]
    accepted, told = icinga2.validate(tmp_path, icinga2.HEAD.format(
        plugins=build_directory() / "plugins", name="alone") +
        Plugin(plugin).tell("--icinga2-command"))
    assert accepted, told
    ours = icinga2.objects(tmp_path, "CheckCommand")[command]
    theirs = deployed.get("/v1/objects/checkcommands/" + command)[0]["attrs"]
    assert theirs["arguments"] == ours["arguments"]
    assert theirs["command"] == ours["command"] == \
        [str(build_directory() / "plugins" / plugin)]
    assert theirs["timeout"] == ours["timeout"]


def test_the_arrays_of_a_host_become_its_services(deployed):
    """By the names that contrib/icinga2 gives them."""
    found = {name.partition("!")[2]: (attrs["check_command"], attrs["vars"])
             for name, attrs in deployed.services().items()}
    expected = {}
    for kind, name, more in (
            ("um", "127.0.0.11",
             {"um_cert_port": "5061,5063", "um_cert_profile": "exchange-um"}),
            ("um", "127.0.0.12",
             {"um_cert_port": "5061,5063", "um_cert_profile": "exchange-um"}),
            ("gateway", "127.0.0.21", {"um_cert_profile": "lync-server"}),
            ("sbc", "127.0.0.31", {"um_cert_profile": "teams-sbc"})):
        expected["%s-cert %s" % (kind, name)] = (
            "um_cert", {"um_cert_hostname": name, **more})
        expected["%s-options %s" % (kind, name)] = (
            "sip_options", {"sip_options_hostname": name,
                            "sip_options_port": "5061",
                            "sip_options_transport": "tls"})
    for name in "127.0.0.11", "127.0.0.12":
        expected["mwi-path " + name] = (
            "mwi_path", {"mwi_path_um": name, "mwi_path_um_port": "5063",
                         "mwi_path_gateway": "$host.vars.gateways$",
                         "mwi_path_transport": "tls"})
    assert found == expected


def test_the_host_of_the_readme_is_one_for_the_director(
        director, deployed):
    """Of a Director that knows its Icinga 2's own commands."""
    blocks = re.findall(r"^```\n(.*?)^```$", (FOLDER / "README.md").read_text(),
                        re.MULTILINE | re.DOTALL)
    block, = [each for each in blocks if "host create" in each]
    try:
        subprocess.run(["bash", "-ec", block], check=True, timeout=60,
                       env=director.env, stdin=subprocess.DEVNULL)
        host = json.loads(director.run("host", "show", "voicemail", "--json"))
    finally:                            # not to be deployed
        director.attempt("host", "delete", "voicemail")
    fields = {each["varname"] for each in
              json.loads(BASKET)["Datafield"].values()}
    assert host["imports"] == ["um-host"]
    assert {"um_servers", "gateways", "sbcs"} < set(host["vars"]) <= fields


def test_the_path_is_walked_from_the_um_server_to_the_gateway(deployed):
    """$host.vars.gateways$, an array, is one --gateway on the command line."""
    result = path_walked(deployed)
    line = " ".join(result["command"])
    assert "--um 127.0.0.12" in line
    assert line.count("--gateway") == line.count("--gateway 127.0.0.21") == 1
    assert "net.refused UM 127.0.0.12:5063" in result["output"]


def test_a_number_of_verbose_counts(deployed):
    """A variable of the host; Icinga 2 does not show the function itself."""
    assert path_walked(deployed)["command"].count("--verbose") == 2


def path_walked(node):
    return node.check_now("site!mwi-path 127.0.0.12")["last_check_result"]


def test_the_block_of_the_main_readme_imports_and_deploys(
        director, deployed, tmp_path):
    block, = [each for each in readme.blocks("Schedule it")
              if "icingacli" in each]
    machine = readme.Machine(tmp_path, TREE / "contrib")
    machine.do(block, **director.env)
