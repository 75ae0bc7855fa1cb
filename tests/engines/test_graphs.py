# SPDX-License-Identifier: GPL-3.0-or-later
"""test_graphs -- from the plugins by Icinga 2 into InfluxDB to each panel."""

import re
import time

import pytest
from engine.grafana import Dashboard
from engine.icinga2 import Node, wait_until
from engine.influxdb import InfluxDb
from testenv.contract import PLUGINS
from testenv.kamailio import Lab
from testenv.plugin import TREE, Plugin
from testenv.tls import OpenSslServer

FOLDER = TREE / "contrib/grafana"
DASHBOARD = Dashboard(FOLDER / "um-dashboard.json")
UM1, UM2 = "um1.contoso.test", "um2.contoso.test"
CERTIFICATE = "TLS (5061)"      # a name that a regex has to be told
NEW, LEAF_DAYS, CHAIN_DAYS, LIFETIME = 3, 90, 50, 100
RTT_WARNING, RTT_CRITICAL = 5, 8


def text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return '"%s"' % value


def service(host, name, command, **variables):
    """Checked when the test says so; named as the command's variables are."""
    lines = ["vars.%s_%s = %s" % (command, key, text(value))
             for key, value in variables.items()]
    return ('object Service "%s" {\n host_name = "%s"\n check_command = "%s"\n'
            " enable_active_checks = false\n max_check_attempts = 1\n %s\n}\n"
            % (name, host, command, "\n ".join(lines)))


def writer(influx):
    """The file as shipped, but for the port, and each point at once."""
    shipped = (FOLDER / "icinga2-influxdb.conf").read_text()
    ours, changed = re.subn(
        r"\bport = 8086\n",
        "port = %d\n\tflush_threshold = 1\n" % influx.port, shipped)
    assert changed == 1
    return ours


def certificate(host, pki, server):
    return service(host, CERTIFICATE, "um_cert", hostname="127.0.0.1",
                   port=server.port, ca_file=pki.ca_file, expect=UM1)


def configuration(pki, lab, influx, first, second):
    """Four services whose plugins have every number of the contract."""
    user = {"auth_user": "mwitest", "auth_file": lab.password("mwitest")}
    address = "sip:mwitest@contoso.test"
    hosts = "".join('object Host "%s" { check_command = "dummy" }\n' % name
                    for name in (UM1, UM2))
    return "".join([
        writer(influx), hosts,
        *(Plugin(name).tell("--icinga2-command") for name in PLUGINS),
        certificate(UM1, pki, first), certificate(UM2, pki, second),
        service(UM1, "options", "sip_options", hostname="127.0.0.1",
                transport="tls", port=lab.tls.port, all_targets=True, count=3,
                interval=0.01, warning=RTT_WARNING, critical=RTT_CRITICAL,
                loss_warning=10, loss_critical=50),
        service(UM1, "lamp", "mwi_path", gateway="127.0.0.1",
                gateway_port=lab.plain().port, gateway_profile="none",
                transport="udp", notify=address, phone=True, subscribe=True,
                mailbox=address, warning=5, critical=8,
                new_warning=NEW - 1, new_critical=20, **user)])


def states(influx):
    """{(host, service): [state after state]} as InfluxDB has them."""
    query = 'SELECT "state" FROM /./ GROUP BY "hostname", "service"'
    return {tuple(each["tags"].values()): [state for _, state in
                                           each["values"]]
            for each in influx.query(query)}


def fill(influx, node, second):
    """A mailbox is too full; then a server goes, and stays away."""
    ends = {(UM1, CERTIFICATE): [0, 0, 0], (UM1, "options"): [0, 0, 0],
            (UM1, "lamp"): [1, 1, 1], (UM2, CERTIFICATE): [0, 2, 2]}
    for number in (1, 2, 3):
        for name in ends:
            node.check_now("!".join(name))
        # The state is the last that the writer sends of a result.
        wait_until("the states", lambda: states(influx) == {
            name: each[:number] for name, each in ends.items()}, node)
        # A point has a whole second for a time: a later one is another point.
        now = int(time.time())
        wait_until("the next second", lambda: time.time() >= now + 1, node)
        if number == 1:
            second.stop()


@pytest.fixture(scope="module")
def influx(pki, tmp_path_factory):
    """InfluxDB with what Icinga 2 wrote of real plugins at real servers."""
    issuer = pki.authority("Ends Soon", pki.root, age=10, days=CHAIN_DAYS + 10)
    leaf = pki.leaf(issuer=issuer, age=LIFETIME - LEAF_DAYS, days=LIFETIME)
    directory = tmp_path_factory.mktemp("graphs")
    started = []

    def start(kind, *args):
        started.append(kind(*args))
        return started[-1]
    try:
        lab = start(Lab, directory / "lab")
        lab.publish("mwitest", "%d/2 (1/0)" % NEW)
        influx = start(InfluxDb, directory, "icinga2")
        first = start(OpenSslServer, pki, leaf)
        second = start(OpenSslServer, pki, pki.right)
        node = start(Node, directory, pki)
        node.start(node.endpoint() + configuration(
            pki, lab, influx, first, second))
        fill(influx, node, second)
        yield influx
    finally:
        for each in reversed(started):
            each.stop()


def series_of(influx, panel, ref="A", **chosen):
    """What InfluxDB answers to a panel's query."""
    query, = (target["query"] for each, target in DASHBOARD.targets()
              if (each["title"], target["refId"]) == (panel, ref))
    return influx.query(DASHBOARD.sent(query, **chosen))


def rows_of(series):
    """[{column: value}]."""
    return [dict(zip(series["columns"], row)) for row in series["values"]]


def ask(*args, **chosen):
    """{(host, service): rows} of a panel's query."""
    return {tuple(series["tags"].values()): rows_of(series)
            for series in series_of(*args, **chosen)}


def numbers(rows):
    return [value for row in rows for column, value in row.items()
            if column != "time" and value is not None]


@pytest.mark.parametrize("panel, ref", [
    (panel["title"], target["refId"]) for panel, target in
    DASHBOARD.targets()])
def test_query_of_a_panel_brings_numbers(influx, panel, ref):
    found = series_of(influx, panel, ref)
    assert found
    for series in found:
        values = numbers(rows_of(series))
        assert values
        assert all(isinstance(value, (int, float)) for value in values)


def test_variables_offer_the_hosts_and_the_services_of_those_chosen(influx):
    def offered(name, **chosen):
        query = DASHBOARD.sent(DASHBOARD.variables[name]["query"], **chosen)
        return {value for series in influx.query(query)
                for _, value in series["values"]}
    assert offered("host") == {UM1, UM2}
    assert offered("service") == {CERTIFICATE, "options", "lamp"}
    assert offered("service", host=[UM2]) == {CERTIFICATE}


def test_days_are_those_of_the_certificates(influx):
    def shown(panel):
        return min(numbers(ask(influx, panel, host=[UM1])[UM1, CERTIFICATE]))
    assert LEAF_DAYS - 1 < shown("Days left") <= LEAF_DAYS
    assert CHAIN_DAYS - 1 < shown("Days left of the chain") <= CHAIN_DAYS
    assert LEAF_DAYS - 1 < shown("Lifetime left") <= LEAF_DAYS  # of 100
    series, = series_of(influx, "Fewest days")
    fewest, = numbers(rows_of(series))
    assert CHAIN_DAYS - 1 < fewest <= CHAIN_DAYS


def test_table_has_a_line_a_certificate(influx):
    """Grafana's merge makes one line of those with one time and service."""
    columns = [{name: [row["time"] for row in rows] for name, rows in
                ask(influx, "Days left, worst first", ref).items()}
               for ref in "ABC"]
    assert columns[0] == columns[1] == columns[2]
    assert {name: len(times) for name, times in columns[0].items()} == {
        (UM1, CERTIFICATE): 1, (UM2, CERTIFICATE): 1}


def test_thresholds_of_the_check_are_those_drawn(influx):
    curves = {target["alias"].split()[-1]: target["refId"]
              for panel, target in DASHBOARD.targets()
              if panel["title"] == "Round trip"}
    for label, limit in (("warning", RTT_WARNING), ("critical", RTT_CRITICAL)):
        rows = ask(influx, "Round trip", curves[label])[UM1, "options"]
        assert set(numbers(rows)) == {limit}


def test_new_messages_are_those_of_the_mailbox(influx):
    assert set(numbers(ask(influx, "Messages")[UM1, "lamp"])) == {NEW}


def test_services_chosen_leave_out_the_others(influx):
    everything = ask(influx, "Execution time")
    assert len(everything) == 4
    assert set(ask(influx, "Execution time", host=[UM1])) == {
        name for name in everything if name[0] == UM1}
    assert set(ask(influx, "Execution time",
                   service=[CERTIFICATE, "lamp"])) == {
        name for name in everything if name[1] != "options"}


def test_services_not_ok_are_counted_for_each_plugin(influx):
    assert {series["name"]: numbers(rows_of(series)) for series in
            series_of(influx, "Not OK")} == {"um_cert": [1], "mwi_path": [1]}


def test_states_are_drawn_as_they_followed_each_other(influx):
    rows = ask(influx, "State over time")
    assert numbers(rows[UM2, CERTIFICATE]) == [0, 2, 2]
    assert numbers(rows[UM1, "lamp"]) == [1, 1, 1]


def test_change_of_state_is_marked_once_with_its_service(influx):
    target = DASHBOARD.annotations[0]["target"]
    series, = influx.query(DASHBOARD.sent(target["query"]))
    row, = rows_of(series)
    assert (row[target["tagsColumn"]], row[target["textColumn"]]) == \
        (UM2, CERTIFICATE)
