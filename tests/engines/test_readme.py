# SPDX-License-Identifier: GPL-3.0-or-later
"""test_readme -- what README.md says to copy is what the engines take.

The Director's block is done in test_director.py, where a Director runs.
"""

import shlex
import shutil
from pathlib import Path

import pytest
from engine import icinga2
from engine.nagios import DEBIAN, Nagios
from engine.nrpe import Nrpe
from engine.readme import Machine, blocks, installed
from engine.site import Site
from testenv.plugin import build_directory
from testenv.proc import PATH

PLUGINS = build_directory() / "plugins"
SCHEDULE, OUTGROWN, REPAIR = (
    "Schedule it", "Outgrown one machine", "Let it repair")


@pytest.fixture(scope="module")
def share(tmp_path_factory):
    return installed(tmp_path_factory.mktemp("stage"))


def block(heading, program):
    """The one that calls this program."""
    found = [each for each in blocks(heading) if program in each]
    assert len(found) == 1, found
    return found[0]


def icinga(tmp_path, share, name):
    """A machine whose icinga2 has its folders, and reads conf.d."""
    conf = tmp_path / "ConfigDir"
    (conf / "conf.d").mkdir(parents=True)
    (tmp_path / "ZonesDir").mkdir()
    (conf / "zones.conf").write_text("")
    (conf / "icinga2.conf").write_text(
        icinga2.HEAD.format(name=name, plugins=PLUGINS) +
        'include "zones.conf"\ninclude_recursive "conf.d"\n')
    command = icinga2.command(tmp_path, "daemon", "-C", "-c",
                              conf / "icinga2.conf")
    command[0] = shutil.which(command[0], path=PATH)
    real = shlex.join(map(str, command))
    return Machine(
        tmp_path, share, [("/etc/icinga2/zones.d", tmp_path / "ZonesDir"),
                          ("/etc/icinga2", conf)],
        {"icinga2": '[ "$*" = "daemon -C" ] && exec %s' % real})


def test_icinga_2_takes_what_is_copied(tmp_path, share):
    machine = icinga(tmp_path, share, "master")
    machine.do(block(SCHEDULE, "icinga2 daemon"))
    assert machine.services == ["reload icinga2"]
    assert "voice mail!um-cert um1.contoso.test" in \
        icinga2.objects(tmp_path, "Service")


def test_a_master_takes_what_is_copied(tmp_path, share):
    machine = icinga(tmp_path, share, "master.contoso.test")
    machine.do(block(OUTGROWN, "icinga2 daemon"))
    assert machine.services == ["reload icinga2"]
    assert icinga2.objects(tmp_path, "Zone").keys() >= {"global-templates"}


def test_nagios_takes_what_is_copied(tmp_path, share):
    machine = Machine(tmp_path, share)
    conf = tmp_path / "etc/nagios4"
    (conf / "conf.d").mkdir(parents=True)
    (tmp_path / "run").mkdir()
    nagios = Nagios(tmp_path / "run", PLUGINS, conf / "conf.d",
                    Path("/etc/nagios-plugins/config"), *(
                        DEBIAN / (name + ".cfg") for name in
                        ("commands", "contacts", "timeperiods", "templates")))
    (conf / "nagios.cfg").write_text(nagios.config.read_text())
    out = machine.do(block(SCHEDULE, "nagios4 -v"))
    assert "Total Warnings: 0" in out and "Total Errors:   0" in out
    assert machine.services == ["reload nagios4"]
    assert (tmp_path / "etc/monitoring-plugins.ini").exists()


def test_nrpe_runs_what_is_copied(tmp_path, share, pki):
    machine = Machine(tmp_path, share)
    commands = tmp_path / "etc/nagios/nrpe.d"
    commands.mkdir(parents=True)
    machine.do(block(SCHEDULE, "nagios-nrpe-server"))
    assert machine.services == ["reload nagios-nrpe-server"]
    assert (tmp_path / "etc/monitoring-plugins.ini").exists()
    site = Site(pki)
    try:
        site.show("um1", site.server("um1"), 5061, 5063)
        nrpe = Nrpe(site, commands / "um-nrpe.cfg")
        try:
            status, out = nrpe.ask("check_um_cert")
        finally:
            nrpe.stop()
    finally:
        site.stop()
    assert (status, out.split(":")[0]) == (0, "UM_CERT OK")


def test_the_repair_that_is_copied_allows_nothing(tmp_path, share):
    ours = tmp_path / "share"           # its configuration names /var
    shutil.copytree(share, ours)
    config = ours / "remediation/um-repair.toml"
    config.write_text(config.read_text().replace(
        '"/var/', '"%s/' % (tmp_path / "var")))
    machine = icinga(tmp_path, ours, "master")
    out = machine.do(block(REPAIR, "um-repair"))
    assert out.startswith("nothing is allowed"), out
    machine.do(block(SCHEDULE, "icinga2 daemon"))
    assert "um-repair" in icinga2.objects(tmp_path, "EventCommand")
