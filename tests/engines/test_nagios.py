# SPDX-License-Identifier: GPL-3.0-or-later
"""test_nagios -- contrib/nagios as it is shipped, run by a real Nagios 4.

One story for all tests: the voice-mail server of the example shows a wildcard
certificate and answers without TLS, an SBC is gone.  Then all is repaired.
"""

import os
import re
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from engine.nagios import DEBIAN, Nagios
from engine.site import Site
from testenv import contract
from testenv.output import LINE1, perfdata
from testenv.plugin import TREE, build_directory

SHIPPED = TREE / "contrib/nagios"
WRAPPERS = Path("/usr/lib/nagios/plugins")

CERTIFICATE = ("um1", "UM certificate")
PATH = ("um1", "MWI path")
PLAIN = ("um1", "No plain SIP")
GATEWAY = ("sfbpool", "SIP OPTIONS")
LINKED = ("sfbpool", "Front end certificate")
SBC = ("sbc1", "SIP OPTIONS")
CLUSTER = ("sbcs", "All SBCs")
ODD = ("um1", "Odd value")
EXAMPLE = (CERTIFICATE, PATH, PLAIN, GATEWAY, LINKED, SBC, CLUSTER,
           ("sbc2", "SIP OPTIONS"), ("sbc1", "SBC certificate"),
           ("sbc2", "SBC certificate"))
STATES = {"OK": "0", "WARNING": "1", "CRITICAL": "2", "UNKNOWN": "3"}

# What a site has of its own: contacts, and how they are told.
SITE = """\
define command {{
    command_name    check-host-alive
    command_line    /bin/true
}}
define command {{
    command_name    tell
    command_line    /bin/true
}}
define contact {{
    contact_name                    nagiosadmin
    host_notification_period        24x7
    service_notification_period     24x7
    host_notification_commands      tell
    service_notification_commands   tell
    service_notification_options    w,u,c,r
}}
define contactgroup {{
    contactgroup_name   admins
    members             nagiosadmin
}}
define service {{
    use                     um-certificate
    host_name               {odd[0]}
    service_description     {odd[1]}
    check_command           check_um_cert!--extra-opts --issuer 'a\\!b\\;c$$d'
}}
"""


@pytest.fixture(scope="module")
def site(pki):
    site = Site(pki)
    yield site
    site.stop()


@pytest.fixture(scope="module")
def nagios(site, tmp_path_factory):
    """The example as it is shipped, on the site's contacts."""
    run = tmp_path_factory.mktemp("nagios")
    for wrapper in ("negate", "urlize", "check_cluster"):
        (site.plugins / wrapper).symlink_to(WRAPPERS / wrapper)
    own = run / "site.cfg"
    own.write_text(SITE.format(odd=ODD))
    nagios = Nagios(run, site.plugins, DEBIAN / "templates.cfg",
                    DEBIAN / "timeperiods.cfg", own, SHIPPED)
    yield nagios
    nagios.stop()


@pytest.fixture(scope="module")
def story(site, nagios):
    """The status after the first checks, in the fault, after the cure."""
    for name in ("sfbpool", "sbc2"):
        site.show(name, site.server(name), 5061)
    site.show("um1", site.pki.wildcard, 5061, 5063)
    site.show_plain("um1", 5060)
    nagios.start()
    told = SimpleNamespace(first=nagios.wait_checked(*EXAMPLE, ODD))
    # Three attempts make it hard; the certificate's comes first.
    nagios.check(CERTIFICATE, SBC, PLAIN)
    told.certificate = nagios.check(CERTIFICATE, SBC, PLAIN, PATH, CLUSTER)
    told.fault = nagios.check(PATH, CLUSTER)
    site.show("um1", site.server("um1"), 5061, 5063)
    site.leave("um1", 5060)
    site.show("sbc1", site.server("sbc1"), 5061)
    nagios.check(*(each for each in EXAMPLE if each != CLUSTER))
    told.cure = nagios.check(CLUSTER)
    return told


def state_of(status, service):
    """("OK", "HARD") and so on."""
    names = {value: name for name, value in STATES.items()}
    found = status[service]
    return (names[found["current_state"]],
            "HARD" if found["state_type"] == "1" else "SOFT")


def notified(nagios, service):
    """The states that the contact was told of this service."""
    told = [line.split(";") for line in nagios.log("SERVICE NOTIFICATION")]
    return [words[3] for words in told if tuple(words[1:3]) == service]


def test_the_commands_are_those_of_the_option_tables():
    made = subprocess.run(
        [SHIPPED / "make-commands"], stdout=subprocess.PIPE, text=True,
        timeout=60, check=True,
        env={**os.environ, "UM_BUILD": str(build_directory())}).stdout
    assert made == (SHIPPED / "um-commands.cfg").read_text(), \
        "contrib/nagios/make-commands >contrib/nagios/um-commands.cfg"


def test_debians_nagios_takes_the_files_without_a_warning(tmp_path):
    """Beside all that Debian's nagios.cfg loads."""
    objects = [DEBIAN / (name + ".cfg") for name in (
        "commands", "contacts", "timeperiods", "templates", "localhost")]
    said = Nagios(tmp_path, WRAPPERS, Path("/etc/nagios-plugins/config"),
                  SHIPPED, *objects).verify()
    assert re.search(r"^Total Warnings: 0\nTotal Errors:   0$", said,
                     re.M), said


# What both describe: https://www.naemon.io/documentation/usersguide/
# objectdefinitions.html and that page of Nagios Core 4.
BOTH = {
    "command": "command_name command_line",
    "host": "host_name alias address hostgroups check_command check_interval "
            "retry_interval max_check_attempts check_period contact_groups "
            "notification_interval",
    "hostgroup": "hostgroup_name alias",
    "service": "host_name hostgroup_name service_description check_command "
               "check_interval retry_interval max_check_attempts notes "
               "notification_interval notes_url action_url servicegroups",
    "servicegroup": "servicegroup_name alias",
    "servicedependency": "hostgroup_name service_description "
                         "dependent_service_description "
                         "execution_failure_criteria "
                         "notification_failure_criteria",
}
OF_TEMPLATES = {"name", "use", "register"}


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.cfg")),
                         ids=lambda path: path.stem)
def test_nothing_is_said_that_only_one_of_nagios_and_naemon_knows(path):
    kind = None
    for line in path.read_text().splitlines():
        words = line.split(None, 1)
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "define":
            kind = words[1].removesuffix("{").strip()
            assert kind in BOTH
        elif words[0] != "}":
            assert words[0] in OF_TEMPLATES | set(BOTH[kind].split()), line


@pytest.mark.parametrize("service", EXAMPLE, ids="/".join)
def test_the_cure_is_ok(story, service):
    assert state_of(story.cure, service) == ("OK", "HARD"), \
        story.cure[service]["plugin_output"]


def test_the_wildcard_is_critical_by_its_finding(story):
    found = story.first[CERTIFICATE]
    assert state_of(story.first, CERTIFICATE) == ("CRITICAL", "SOFT")
    assert found["plugin_output"].startswith("UM_CERT CRITICAL: ")
    assert r"\n[CRITICAL] name.cn-wildcard " in \
        "\\n" + found["long_plugin_output"]


def test_the_third_attempt_is_hard(story):
    assert state_of(story.certificate, CERTIFICATE) == ("CRITICAL", "HARD")
    assert story.certificate[CERTIFICATE]["current_attempt"] == "3"


@pytest.mark.parametrize("when", ["first", "cure"])
def test_perfdata_arrives_whole(story, when):
    found = getattr(story, when)[CERTIFICATE]
    data = perfdata(found["performance_data"],
                    contract.PLUGINS["check_um_cert"].metrics)
    assert set(data) == {"days_left", "lifetime_left", "chain_days_left",
                         "connect_time", "handshake_time"}
    assert data["days_left"].group("warning", "critical") == ("30:", "14:")


def test_the_path_ends_at_the_certificate(story):
    assert state_of(story.fault, PATH) == ("CRITICAL", "HARD")
    assert "mwi.identity" in story.fault[PATH]["long_plugin_output"]


def test_who_is_told_of_the_certificate_is_not_told_of_the_path(
        story, nagios):
    assert notified(nagios, CERTIFICATE) == ["CRITICAL", "OK"]
    assert notified(nagios, PATH) == []


def test_a_cluster_warns_of_one_and_is_told(story, nagios):
    assert state_of(story.fault, SBC) == ("CRITICAL", "HARD")
    assert state_of(story.fault, CLUSTER) == ("WARNING", "HARD")
    assert story.fault[CLUSTER]["plugin_output"] == \
        "CLUSTER WARNING: All SBCs: 1 ok, 0 warning, 0 unknown, 1 critical"
    assert notified(nagios, CLUSTER) == ["WARNING", "OK"]


def test_negate_makes_an_answer_the_alarm(story):
    fault, cure = story.fault[PLAIN], story.cure[PLAIN]
    assert fault["plugin_output"].startswith("SIP_OPTIONS CRITICAL: ")
    assert state_of(story.fault, PLAIN) == ("CRITICAL", "HARD")
    assert cure["plugin_output"].startswith("SIP_OPTIONS OK: ")
    assert "connection refused" in cure["plugin_output"]


def test_urlize_makes_the_line_a_link(story):
    line = re.fullmatch(
        r'<A href="https://wiki\.contoso\.test/um\?host=sfbpool">(.*) </A>',
        story.cure[LINKED]["plugin_output"]).group(1)
    assert LINE1.fullmatch(line).group(2) == "OK"
    assert "days_left" in perfdata(
        story.cure[LINKED]["performance_data"],
        contract.PLUGINS["check_um_cert"].metrics)


def test_an_escaped_value_arrives_as_it_was_meant(story):
    """README.md: \\! and \\; and $$ in quotes."""
    assert 'wanted one with "a!b;c$d"' in \
        story.first[ODD]["long_plugin_output"]
