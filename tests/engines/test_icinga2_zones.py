# SPDX-License-Identifier: GPL-3.0-or-later
"""test_icinga2_zones -- master, satellite and probe of contrib/icinga2."""

import re
import time

import pytest
from engine import icinga2
from testenv import contract, output
from testenv.kamailio import Lab
from testenv.plugin import TREE
from testenv.ports import free_udp_port
from testenv.tls import OpenSslServer

SHIPPED = TREE / "contrib/icinga2"
NAMES = {part: part + ".contoso.test"
         for part in ("master", "satellite", "probe")}

HOSTS = """
object Host "voice mail" {{
	check_command = "dummy"

	vars.um_cert_ca_file = "{ca}"
	vars.um_servers["um1.contoso.test"] = {{
		um_cert_hostname = "127.0.0.1"
		um_cert_expect = "um1.contoso.test"
		um_cert_port = {um}
		sip_options_hostname = "127.0.0.1"
		sip_options_port = {lab.um.port}
		sip_options_warning = 5
		sip_options_critical = 9.5
		sip_options_count = 2
	}}
	vars.mwi_paths["lamp"] = {{
		gateway = "127.0.0.1"
		mwi_path_gateway_port = {lab.silent.port}
		mwi_path_ca_file = "{lab.ca_file}"
		mwi_path_cert = "{lab.pki}/right.pem"
		mwi_path_key = "{lab.pki}/right.key"
		mwi_path_notify = "sip:mwitest@contoso.test"
		mwi_path_phone = true
		mwi_path_registrar_port = {lab.tls.port}
		mwi_path_auth_user = "mwitest"
		mwi_path_auth_file = "{phone}"
		mwi_path_warning = 5
		mwi_path_critical = 9
	}}
}}

object Host "perimeter" {{
	check_command = "dummy"

	vars.um_endpoint = "probe.contoso.test"
	vars.um_cert_ca_file = "{ca}"
	vars.sbcs["um1.contoso.test"] = {{
		um_cert_hostname = "127.0.0.1"
		um_cert_expect = "um1.contoso.test"
		um_cert_port = {um}
		um_cert_verbose = 2
	}}
}}
"""
CERTIFICATE = "voice mail!um-cert um1.contoso.test"
ANSWERS = "voice mail!um-options um1.contoso.test"
LAMP = "voice mail!mwi-path lamp"
PROBED = "perimeter!sbc-cert um1.contoso.test"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    lab = Lab(tmp_path_factory.mktemp("lab"))
    yield lab
    lab.stop()


class Um:
    """A UM server whose certificate is changed; its port stays."""

    def __init__(self, pki):
        self.pki, self.port, self.server = pki, free_udp_port(), None

    def shows(self, cert):
        self.stop()
        self.server = OpenSslServer(self.pki, cert, port=self.port)

    def stop(self):
        if self.server:
            self.server.stop()
            self.server = None


@pytest.fixture(scope="module")
def um(pki):
    um = Um(pki)
    um.shows(pki.right)
    yield um
    um.stop()


def zones(part, nodes):
    """The shipped zones.conf; every machine is this one, and calls the others.

    Who waits to be called again would wait ten seconds.
    """
    text = (SHIPPED / "distributed" / (part + "-zones.conf")).read_text()
    text = re.sub(r"\thost = .*\n", "", text)
    for node in nodes:
        if node.name != NAMES[part]:
            text = text.replace(
                'Endpoint "%s" {' % node.name,
                'Endpoint "%s" {\n\thost = "127.0.0.1"\n\tport = %d' % (
                    node.name, node.port))
    return text


@pytest.fixture(scope="module")
def nodes(tmp_path_factory, pki, lab, um):
    directory = tmp_path_factory.mktemp("z")
    nodes = [icinga2.Node(directory, pki, name) for name in NAMES.values()]
    hosts = HOSTS.format(lab=lab, um=um.port, ca=pki.ca_file,
                         phone=lab.password("mwitest"))
    (nodes[0].directory / "ConfigDir").mkdir()
    icinga2.follow(SHIPPED / "README.md", "Many sites", nodes[0].directory)
    (nodes[0].directory / "ZonesDir/site1/um-hosts.conf").write_text(hosts)
    try:
        for part, node in reversed(list(zip(NAMES, nodes))):
            node.start(zones(part, nodes))
        yield nodes
    finally:
        for node in nodes:
            node.stop()


def is_ready(node, *kinds):
    """Is it connected to all that it knows, and has it these objects?"""
    try:
        api = node.get("/v1/status/ApiListener")[0]["status"]["api"]
        return not api["not_conn_endpoints"] and \
            all(node.get("/v1/objects/" + kind) for kind in kinds)
    except OSError:
        return False            # it loads what it was given


class Site:
    """What the master sees of the checks that the satellite schedules."""

    def __init__(self, master, satellite):
        self.master, self.satellite = master, satellite

    def check_now(self, name):
        return self.master.check_now(name, by=self.satellite)


@pytest.fixture(scope="module")
def site(nodes):
    """Once what the master has was given to the others."""
    master, satellite, probe = nodes
    icinga2.wait_until("the configuration", lambda: (
        is_ready(probe, "checkcommands/um_cert") and
        is_ready(satellite, "services?filter=true") and is_ready(master)),
        satellite)
    return Site(master, satellite)


def parsed(master, name):
    """{label: what Icinga's own parser makes of the performance data}."""
    host, service = name.split("!")
    script = ('get_service("%s", "%s").last_check_result.performance_data'
              '.map(parse_performance_data)' % (host, service))
    answer = master.post("/v1/console/execute-script", command=script)[0]
    assert answer["code"] == 200, answer
    return {each["label"]: each for each in answer["result"]}


def number(text):
    """A plain upper limit; Icinga keeps no other threshold."""
    return float(text) if text and re.fullmatch(output.NUMBER, text) else None


# Configuration ---------------------------------------------------------------

def test_the_files_of_every_node_are_taken_by_icinga(tmp_path):
    for part, name in NAMES.items():
        directory = tmp_path / part
        zone_file = SHIPPED / "distributed" / (part + "-zones.conf")
        if part == "master":
            (directory / "ConfigDir").mkdir(parents=True)
            icinga2.follow(SHIPPED / "README.md", "Many sites", directory)
            zone_file = directory / "ConfigDir/zones.conf"
        directory.mkdir(exist_ok=True)
        good, said = icinga2.validate(
            directory, icinga2.HEAD.format(name=name, plugins="/nowhere") +
            icinga2.include(zone_file))
        assert good, said
        services = icinga2.objects(directory, "Service")
        assert len(services) == (10 if part == "master" else 0)
        assert {each["zone"] for each in services.values()} <= {"site1"}


def test_the_satellite_is_given_all_it_needs_by_the_master(site):
    satellite = site.satellite
    assert set(satellite.services()) == set(site.master.services()) == {
        CERTIFICATE, ANSWERS, LAMP, PROBED,
        PROBED.replace("cert", "options")}
    assert not list((satellite.directory / "ZonesDir").iterdir())


# Checks ----------------------------------------------------------------------

def test_the_satellite_runs_the_checks_of_its_site(site):
    for name in (CERTIFICATE, ANSWERS, LAMP):
        attrs = site.check_now(name)
        result = attrs["last_check_result"]
        assert result["check_source"] == NAMES["satellite"]
        assert result["state"] == 0, result["output"]
        assert attrs["zone"] == "site1"


def test_um_endpoint_has_the_probe_run_them(site):
    result = site.check_now(PROBED)["last_check_result"]
    assert result["check_source"] == NAMES["probe"]
    assert result["state"] == 0, result["output"]
    assert result["command"].count("--verbose") == 2


def test_the_fault_and_the_cure_change_the_state_at_the_master(
        site, um, pki):
    before = site.check_now(CERTIFICATE)
    assert (before["state"], before["state_type"]) == (0, 1)
    um.shows(pki.wildcard)
    broken = time.time()
    seen = [site.check_now(CERTIFICATE) for _ in range(3)]
    assert [each["state"] for each in seen] == [2, 2, 2]
    assert [each["state_type"] for each in seen] == [0, 0, 1]
    assert [each["check_attempt"] for each in seen] == [1, 2, 1]
    assert seen[0]["last_state_change"] >= broken
    assert seen[2]["last_hard_state"] == 2
    assert seen[2]["last_hard_state_change"] > before["last_hard_state_change"]
    result = seen[2]["last_check_result"]
    assert result["check_source"] == NAMES["satellite"]
    lines = result["output"].split("\n")
    assert lines[0].startswith("UM_CERT CRITICAL: 127.0.0.1:%d: wildcard CN"
                               % um.port)
    assert "|" not in lines[0]
    assert any(line.startswith("[CRITICAL] name.cn-wildcard ")
               for line in lines)
    assert any(line.startswith("    remedy: New-ExchangeCertificate")
               for line in lines)
    um.shows(pki.right)
    cured = time.time()
    after = site.check_now(CERTIFICATE)
    assert (after["state"], after["state_type"]) == (0, 1)
    assert after["last_state_change"] >= cured
    assert after["last_hard_state"] == 0


LABELS = {
    CERTIFICATE: {"days_left", "lifetime_left", "chain_days_left",
                  "connect_time", "handshake_time"},
    ANSWERS: {"rtt", "rtt_min", "rtt_max", "jitter", "loss",
              "retransmissions", "connect_time", "handshake_time"},
    LAMP: {"delivery_time", "notify_time", "register_time", "hops_ok"},
}


@pytest.mark.parametrize("name", LABELS, ids=("um_cert", "sip", "mwi"))
def test_the_performance_data_comes_through_unchanged(site, name):
    result = site.check_now(name)["last_check_result"]
    promised = contract.PLUGINS[result["command"][0].rsplit("/", 1)[1]].metrics
    sent = output.perfdata(" ".join(result["performance_data"]), promised)
    assert set(sent) == LABELS[name]
    found = parsed(site.master, name)
    assert list(found) == list(sent)
    for label, datum in sent.items():
        each = found[label]
        assert each["value"] == float(datum["value"])
        assert each["unit"] == {"s": "seconds", "%": "percent"}.get(
            datum["unit"], "")
        for limit, ours in (("warn", "warning"), ("crit", "critical"),
                            ("min", "min"), ("max", "max")):
            assert each[limit] == number(datum[ours]), (label, limit)


def test_upper_limits_are_kept_as_thresholds_and_ranges_are_not(site):
    site.check_now(ANSWERS)
    rtt = parsed(site.master, ANSWERS)["rtt"]
    assert (rtt["warn"], rtt["crit"], rtt["min"]) == (5, 9.5, 0)
    site.check_now(LAMP)
    delivery = parsed(site.master, LAMP)["delivery_time"]
    assert (delivery["warn"], delivery["crit"]) == (5, 9)
    result = site.check_now(CERTIFICATE)["last_check_result"]
    assert any(re.match(r"days_left=\S+;30:;14:", datum)
               for datum in result["performance_data"])
    days = parsed(site.master, CERTIFICATE)["days_left"]
    assert (days["warn"], days["crit"]) == (None, None)
