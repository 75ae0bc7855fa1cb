# SPDX-License-Identifier: GPL-3.0-or-later
"""icinga2 -- Icinga 2 in a folder of its own: its check of files, its nodes."""

import base64
import grp
import json
import os
import pwd
import re
import ssl
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

from testenv.plugin import build_directory
from testenv.ports import free_udp_port
from testenv.proc import PATH, Process

PASSWORD = "only-for-this-test"
PATIENCE = 30

# What any configuration begins with, and what a daemon in one folder needs.
HEAD = """\
include <itl>
include <plugins>
const PluginDir = "{plugins}"
const NodeName = "{name}"
const ZoneName = "{name}"
"""
FRAME = HEAD + """\
object CheckerComponent "checker" {{ }}
object ApiListener "api" {{
	bind_host = "127.0.0.1"
	bind_port = {port}
	accept_config = true
	accept_commands = true
}}
object ApiUser "root" {{
	password = "{password}"
	permissions = [ "*" ]
}}
object FileLogger "log" {{
	severity = "information"
	path = LogDir + "/icinga2.log"
}}
"""


def include(path):
    """The line that includes a file."""
    return 'include "%s"\n' % path


def command(directory, *args):
    """Icinga 2 with every folder it writes to below this one."""
    settings = {"RunAsUser": pwd.getpwuid(os.geteuid()).pw_name,
                "RunAsGroup": grp.getgrgid(os.getegid()).gr_name}
    for name in ("ConfigDir", "ZonesDir", "DataDir", "LogDir", "CacheDir",
                 "SpoolDir", "InitRunDir"):
        settings[name] = directory / name
        settings[name].mkdir(parents=True, exist_ok=True)
    return ["icinga2", *args, *("-D%s=%s" % pair for pair in
                                settings.items())]


def validate(directory, text):
    """(does Icinga 2 take this configuration?, what it says)."""
    path = directory / "validated.conf"
    order = command(directory, "daemon", "-C", "-c", path)
    path.write_text(text)
    done = subprocess.run(
        order, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=PATIENCE, env={**os.environ, "PATH": PATH})
    return done.returncode == 0, done.stdout + done.stderr


def objects(directory, kind):
    """{full name: attributes} of what validate() found, rules applied.

    It leaves them as netstrings of JSON for `icinga2 object list`.
    """
    data = (directory / "CacheDir" / "icinga2.debug").read_bytes()
    found = {}
    while data:
        length, _, rest = data.partition(b":")
        each = json.loads(rest[:int(length)])
        if each["type"] == kind:
            found[each["properties"]["__name"]] = each["properties"]
        data = rest[int(length) + 1:]
    return found


def follow(readme, heading, directory):
    """Does what the README says below a heading, for this folder.

    Files are made and copied; the editor and the service are not ours.
    """
    below = readme.read_text().split("\n## " + heading + "\n", 1)[1]
    for block in re.findall(r"\n```\n(.*?)\n```\n", below.split("\n## ")[0],
                            re.S):
        block = "\n".join(line for line in block.split("\n")
                          if line.split()[0] in ("cp", "mkdir", "cd"))
        for theirs, ours in (
                ("/usr/share/monitoring-plugins-um/icinga2", readme.parent),
                ("/etc/icinga2/zones.d", directory / "ZonesDir"),
                ("/etc/icinga2", directory / "ConfigDir")):
            block = block.replace(theirs, str(ours))
        subprocess.run(["sh", "-ec", block], check=True)


class Node:
    """One daemon; `name` is its endpoint and its zone."""

    def __init__(self, directory, pki, name="master"):
        self.directory, self.name = directory / name, name
        self.port = free_udp_port()
        self.process = None
        certs = self.directory / "DataDir" / "certs"
        certs.mkdir(parents=True)
        identity = pki.leaf(cn=[name], issuer=pki.root)
        (certs / (name + ".crt")).write_text(identity.pem)
        (certs / (name + ".key")).write_text(identity.key.path.read_text())
        (certs / "ca.crt").write_text(pki.root.pem)
        self.tls = ssl.create_default_context(cadata=pki.root.pem)
        self.tls.check_hostname = False     # it is called like its endpoint

    def frame(self):
        """What any configuration of this node begins with."""
        return FRAME.format(name=self.name, port=self.port, password=PASSWORD,
                            plugins=build_directory() / "plugins")

    def endpoint(self, parent=None):
        """Its endpoint and zone, as every node is told of them."""
        below = 'parent = "%s"' % parent.name if parent else ""
        return ('object Endpoint "{0}" {{ host = "127.0.0.1"; port = {1} }}\n'
                'object Zone "{0}" {{ endpoints = [ "{0}" ]; {2} }}\n'
                ).format(self.name, self.port, below)

    def start(self, text):
        """With the frame and this configuration, until its API answers."""
        path = self.directory / "icinga2.conf"
        path.write_text(self.frame() + text)
        self.process = Process(*command(self.directory, "daemon", "-c", path))
        wait_until("the API of " + self.name, self._answers, self)
        return self

    def _answers(self):
        if self.process.child.poll() is not None:
            raise RuntimeError("\n".join(self.process.log))
        try:
            return self.get("/v1/status/ApiListener")
        except (urllib.error.URLError, ConnectionError):
            return None

    def _ask(self, path, method, body=None):
        request = urllib.request.Request(
            "https://127.0.0.1:%d%s" % (self.port, path),
            data=None if body is None else json.dumps(body).encode(),
            headers={"Accept": "application/json",
                     "X-HTTP-Method-Override": method,
                     "Authorization": "Basic " + base64.b64encode(
                         ("root:" + PASSWORD).encode()).decode()},
            method="POST")
        with urllib.request.urlopen(request, context=self.tls,
                                    timeout=PATIENCE) as answer:
            return json.load(answer)["results"]

    def get(self, path):
        return self._ask(path, "GET", {})

    def post(self, path, **body):
        """An action or a change: node.post("/v1/actions/...", service=...)."""
        return self._ask(path, "POST", body)

    def service(self, name):
        """The attributes of "host!service"."""
        path = "/v1/objects/services/" + urllib.parse.quote(name, safe="")
        return self.get(path)[0]["attrs"]

    def services(self):
        """{"host!service": attributes} of all."""
        return {each["name"]: each["attrs"]
                for each in self.get("/v1/objects/services")}

    def check_now(self, name, by=None):
        """Has a check run and gives the attributes that it ended with.

        Icinga keeps both ends' clocks in its result: newer than the order is
        a result that the order brought.  `by` is the node that schedules the
        service when it is another one: in its first minute a satellite leaves
        such orders of its master alone.
        """
        ordered = time.time()
        (by or self).post("/v1/actions/reschedule-check", type="Service",
                          service=name, force=True)

        def fresh():
            attrs = self.service(name)
            result = attrs["last_check_result"]
            return result and result["execution_start"] >= ordered and attrs
        return wait_until("a result of " + name, fresh, self)

    def log(self):
        path = self.directory / "LogDir" / "icinga2.log"
        return path.read_text() if path.exists() else ""

    def stop(self):
        if self.process:
            self.process.stop()


def wait_until(what, ready, node, patience=PATIENCE):
    """What ready() gives once it is true."""
    end = time.monotonic() + patience
    while True:
        found = ready()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError("%s did not come:\n%s" % (
                what, node.log()[-4000:]))
        time.sleep(0.05)
