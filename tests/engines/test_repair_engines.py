# SPDX-License-Identifier: GPL-3.0-or-later
"""um-repair as the event handler of a real Icinga 2 and a real Nagios 4."""

import pytest

from engine import icinga2
from engine.icinga2 import Node, validate
from engine.nagios import Nagios
from engine.repair import HOST, PROGRAM, REMEDIATION, SERVICE, Desk, quoted
from testenv.plugin import build_directory

ICINGA = REMEDIATION / "um-repair.icinga2.conf"
NAGIOS = REMEDIATION / "um-repair.nagios.cfg"
INSTALLED = "/usr/share/monitoring-plugins-um/remediation/um-repair"


@pytest.fixture
def desk(tmp_path, pki):
    return Desk(tmp_path, pki)


@pytest.fixture
def site(tmp_path, pki):
    """A short name: sun_path of Nagios' query socket is short, too."""
    folder = tmp_path / "n"
    folder.mkdir()
    return folder


# Nobody checks the service within the hour but who is asked to.
ICINGA_OBJECTS = """\
const UmRepair = %(program)s
include %(shipped)s
object CheckCommand "the-check" { command = %(check)s }
object Host "%(host)s" { check_command = "dummy" }
object Service "%(service)s" {
	import "um-repair"
	host_name = "%(host)s"
	check_command = "the-check"
	max_check_attempts = 2
	enable_active_checks = false
}
"""


def icinga_objects(desk, program=PROGRAM):
    return ICINGA_OBJECTS % {
        "program": quoted(program), "shipped": quoted(ICINGA), "host": HOST,
        "service": SERVICE, "check": quoted(desk.check())}


def wrapper(desk):
    """The handler with the configuration of the desk."""
    path = desk.folder / "handler"
    path.write_text('#!/bin/sh\nexec %s --config %s "$@"\n' % (
        PROGRAM, desk.config))
    path.chmod(0o755)
    return path


def test_icinga_takes_the_shipped_file(desk, tmp_path):
    """With a path of its own for um-repair, and without."""
    objects = "include <itl>\n" + icinga_objects(desk)
    assert objects.count("const UmRepair") == 1
    for text in (objects, objects.replace("const UmRepair", "// const")):
        taken, said = validate(tmp_path, text)
        assert taken, said


def test_icinga_repairs_at_the_hard_state_and_looks_again(desk, tmp_path, pki):
    password = desk.folder / "password"
    password.write_text(icinga2.PASSWORD + "\n")
    password.chmod(0o600)
    authority = desk.folder / "ca.pem"
    authority.write_text(pki.root.pem)
    authority.chmod(0o644)
    node = Node(tmp_path, pki, name="localhost")
    desk.write(
        '[engine.icinga2]\nhost = "localhost"\nport = %d\nuser = "root"\n'
        'password_file = %s\nca_file = %s\n' % (
            node.port, quoted(password), quoted(authority)),
        desk.hook(), desk.allow())
    try:
        desk.serve(pki.right)
        node.start(node.endpoint() + icinga_objects(desk, wrapper(desk)))
        name = "%s!%s" % (HOST, SERVICE)
        node.check_now(name)
        desk.serve(pki.wildcard)
        node.check_now(name)
        icinga2.wait_until("the soft state", lambda: critical(desk), node)
        node.check_now(name)
        icinga2.wait_until("the cure", lambda: desk.is_cured() and
                           node.service(name)["state"] == 0, node)
        icinga2.wait_until("the result", lambda: critical(desk)[1:], node)
    finally:
        node.stop()
    assert_went_from_soft_to_repaired(desk)
    assert critical(desk)[1]["engine"] == {"icinga2": "asked"}


def critical(desk):
    """What came of the alarms, without those of a recovery."""
    return [each for each in desk.records("result")
            if each["state"] == "CRITICAL"]


def assert_went_from_soft_to_repaired(desk):
    """SOFT was ignored, HARD was repaired by what the engine gave."""
    soft, hard = critical(desk)
    assert (soft["decision"], soft["state_type"]) == ("ignored", "SOFT")
    assert (hard["decision"], hard["state_type"]) == ("acted", "HARD")
    assert (hard["host"], hard["service"]) == (HOST, SERVICE)
    assert len(desk.records("start")) == 1 and desk.is_cured()


NAGIOS_OBJECTS = """\
define timeperiod {
	timeperiod_name 24x7
	alias always
	monday 00:00-24:00
	tuesday 00:00-24:00
	wednesday 00:00-24:00
	thursday 00:00-24:00
	friday 00:00-24:00
	saturday 00:00-24:00
	sunday 00:00-24:00
}
define command {
	command_name the-check
	command_line %(check)s
}
define command {
	command_name nothing
	command_line /bin/true
}
define contact {
	contact_name nobody
	host_notifications_enabled 0
	service_notifications_enabled 0
	host_notification_period 24x7
	service_notification_period 24x7
	host_notification_commands nothing
	service_notification_commands nothing
}
define host {
	host_name %(host)s
	address 127.0.0.1
	max_check_attempts 1
	check_period 24x7
	contacts nobody
}
define service {
	use um-repair
	host_name %(host)s
	service_description %(service)s
	check_command the-check
	max_check_attempts 2
	check_interval 60
	retry_interval 0.02
	check_period 24x7
	contacts nobody
}
"""


def nagios_with(desk, site, shipped):
    objects = desk.folder / "objects.cfg"
    objects.write_text(NAGIOS_OBJECTS % {
        "host": HOST, "service": SERVICE,
        "check": " ".join("'%s'" % part for part in desk.check())})
    return Nagios(site, build_directory() / "plugins", objects, shipped)


def test_nagios_takes_the_shipped_file(desk, site):
    said = nagios_with(desk, site, NAGIOS).verify()
    assert "Total Errors:   0" in said, said


def test_nagios_repairs_at_the_hard_state_and_looks_again(desk, site):
    shipped = desk.folder / NAGIOS.name
    text = NAGIOS.read_text()
    assert INSTALLED in text and INSTALLED in ICINGA.read_text()
    shipped.write_text(text.replace(INSTALLED, str(wrapper(desk))))
    nagios = nagios_with(desk, site, shipped)
    desk.write("[engine.nagios]\ncommand_file = %s\n" % quoted(
        site / "nagios.cmd"), desk.hook(), desk.allow())
    try:
        nagios.start()
        nagios.wait(lambda status: desk.is_cured() and status.get(
            (HOST, SERVICE), {}).get("current_state") == "0")
    finally:
        nagios.process.stop()
    assert_went_from_soft_to_repaired(desk)
    assert critical(desk)[1]["engine"] == {"nagios": "asked"}
