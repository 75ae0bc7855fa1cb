# SPDX-License-Identifier: GPL-3.0-or-later
"""test_dashboard -- contrib/grafana by itself: made, whole, consistent."""

import re
import subprocess

import pytest
from engine.grafana import Dashboard, variables_in
from testenv.contract import PLUGINS
from testenv.plugin import TREE

FOLDER = TREE / "contrib/grafana"
DASHBOARD = Dashboard(FOLDER / "um-dashboard.json")
SOURCE = {"type": "influxdb", "uid": "${DS_INFLUXDB}"}

# The keys of Grafana 10's own schema (kinds/dashboard/dashboard_kind.cue) and,
# of targets and annotations, of its InfluxDB data source.
KEYS = {
    "dashboard": {
        "annotations", "description", "editable", "fiscalYearStartMonth",
        "graphTooltip", "links", "panels", "refresh", "schemaVersion", "tags",
        "templating", "time", "timezone", "title", "uid", "version"},
    "panel": {
        "datasource", "description", "fieldConfig", "gridPos", "id",
        "options", "targets", "title", "transformations", "type"},
    "row": {"collapsed", "gridPos", "id", "panels", "title", "type"},
    "target": {"alias", "datasource", "query", "rawQuery", "refId",
               "resultFormat"},
    "annotation": {"datasource", "enable", "hide", "iconColor", "name",
                   "target"},
    "variable": {
        "allValue", "current", "datasource", "hide", "includeAll", "label",
        "multi", "name", "options", "query", "refresh", "regex",
        "skipUrlSync", "sort", "type"},
    "field": {"color", "custom", "decimals", "mappings", "noValue",
              "thresholds", "unit"},
}
KINDS = {"row", "timeseries", "stat", "table", "state-timeline"}

each_panel = pytest.mark.parametrize(
    "panel", DASHBOARD.panels, ids=[each["title"] for each in
                                    DASHBOARD.panels])


def test_dashboard_is_what_its_script_prints():
    done = subprocess.run([FOLDER / "make-dashboard"], check=True, text=True,
                          stdout=subprocess.PIPE)
    assert (FOLDER / "um-dashboard.json").read_text() == done.stdout, \
        "contrib/grafana/make-dashboard >contrib/grafana/um-dashboard.json"


def test_dashboard_has_only_keys_that_grafana_documents():
    doc = DASHBOARD.doc
    found = {
        "dashboard": [doc],
        "panel": DASHBOARD.panels,
        "row": [each for each in doc["panels"] if each["type"] == "row"],
        "target": [target for _, target in DASHBOARD.targets()],
        "annotation": DASHBOARD.annotations,
        "variable": DASHBOARD.variables.values(),
        "field": [each["fieldConfig"]["defaults"] for each in
                  DASHBOARD.panels]}
    for kind, objects in found.items():
        assert objects, kind
        for each in objects:
            assert set(each) <= KEYS[kind], kind
    assert {each["type"] for each in doc["panels"]} <= KINDS


def test_ids_are_unique():
    ids = [each["id"] for each in DASHBOARD.doc["panels"]]
    assert len(set(ids)) == len(ids)


def test_panels_overlap_nowhere_and_stay_within_24_columns():
    taken = {}
    for panel in DASHBOARD.doc["panels"]:
        spot = panel["gridPos"]
        assert 0 <= spot["x"] and spot["x"] + spot["w"] <= 24, panel["title"]
        for x in range(spot["x"], spot["x"] + spot["w"]):
            for y in range(spot["y"], spot["y"] + spot["h"]):
                assert (x, y) not in taken, (panel["title"], taken[x, y])
                taken[x, y] = panel["title"]


@each_panel
def test_panel_says_what_it_shows_and_in_which_unit(panel):
    assert panel["title"]
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"]


@each_panel
def test_panel_asks_the_data_source_that_is_chosen(panel):
    assert panel["targets"]
    assert panel["datasource"] == SOURCE
    for number, target in enumerate(panel["targets"]):
        assert target["datasource"] == SOURCE
        assert target["refId"] == chr(ord("A") + number)


def test_variables_and_annotations_ask_the_data_source_that_is_chosen():
    asking = [each for each in DASHBOARD.variables.values()
              if each["type"] == "query"] + DASHBOARD.annotations
    assert all(each["datasource"] == SOURCE for each in asking)


def test_variables_used_are_those_defined():
    assert variables_in(DASHBOARD.doc) == set(DASHBOARD.variables)


def test_every_query_keeps_to_the_time_and_the_services_chosen():
    queries = [target["query"] for _, target in DASHBOARD.targets()] + [
        each["target"]["query"] for each in DASHBOARD.annotations]
    for query in queries:
        assert "$timeFilter" in query
        assert {"host", "service"} <= variables_in(query), query


def test_aliases_name_tags_that_the_query_groups_by():
    for panel, target in DASHBOARD.targets():
        grouped = target["query"].partition("GROUP BY")[2]
        for tag in re.findall(r"\$tag_(\w+)", target.get("alias", "")):
            assert '"%s"' % tag in grouped, panel["title"]


def measured(query):
    """{(measurement, metric)} that a query shows."""
    metrics = re.findall(r"\"metric\" = '(\w+)'", query)
    source = re.search(r'FROM (?:"(\w+)"|/\^\(([\w|]+)\)\$/) WHERE', query)
    return {(name, metric) for metric in metrics
            for name in (source[1] or source[2]).split("|")}


def test_every_number_of_every_plugin_has_a_panel_and_no_other_has():
    promised = {(name.removeprefix("check_"), metric)
                for name, promise in PLUGINS.items()
                for metric in promise.metrics}
    shown = set().union(*(measured(target["query"])
                          for _, target in DASHBOARD.targets()))
    assert shown == promised


def test_grafana_asks_where_icinga_writes():
    writer = (FOLDER / "icinga2-influxdb.conf").read_text()
    source = (FOLDER / "provisioning/datasources/monitoring-plugins-um.yaml"
              ).read_text()
    host, port, database = (
        re.search(r'^\t%s = "?([\w.]+)' % name, writer, re.M)[1]
        for name in ("host", "port", "database"))
    assert "    url: http://%s:%s\n" % (host, port) in source
    assert "      dbName: %s\n" % database in source
