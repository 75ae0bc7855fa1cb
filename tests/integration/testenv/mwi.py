# SPDX-License-Identifier: GPL-3.0-or-later
"""mwi -- check_mwi_path against servers of the tests."""

import subprocess

from testenv.output import Json
from testenv.plugin import SLACK, SLOW, Plugin

DOMAIN = "contoso.test"


def uri(user):
    return "sip:%s@%s" % (user, DOMAIN)


class Running:
    """A run that goes on while the test does something."""

    def __init__(self, plugin, args):
        self.plugin = plugin
        command = plugin.command + [str(each) for each in args]
        self.child = subprocess.Popen(
            command + ["--output", "json"], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def finish(self):
        """Its JSON."""
        out, complaints = self.child.communicate(timeout=60 * SLOW + SLACK)
        assert complaints == b"", complaints
        result = Json(out.decode(), self.plugin.name, self.plugin.promise)
        assert self.child.returncode == result.doc["exit"]
        return result

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.kill()
        self.child.communicate()


class MwiPath:
    """The plugin with its common command lines."""

    def __init__(self, pki):
        self.plugin, self.pki = Plugin("check_mwi_path"), pki
        self.run, self.refuse = self.plugin.run, self.plugin.refuse
        self.json, self.tell = self.plugin.json, self.plugin.tell
        self.metrics = self.plugin.metrics

    def by(self, port, *args, timeout=5):
        """The command line for a gateway whose certificate is not judged."""
        return ["--gateway", port.address, "--gateway-port", port.port,
                "-T", port.transport, "--gateway-profile", "none",
                "-t", timeout, *args]

    def as_user(self, lab, user):
        return ["--auth-user", user, "--auth-file", lab.password(user)]

    def phone(self, lab, user="mwitest"):
        """The options of a phone of the lab."""
        return ["--notify", uri(user), "--phone", *self.as_user(lab, user)]

    def loop(self, lab, port, *args, user="mwitest", timeout=5):
        """JSON of the whole way: REGISTER, NOTIFY, delivery, away again."""
        return self.json(*self.by(port, *self.phone(lab, user), *args,
                                  timeout=timeout))

    def spawned(self, *args):
        """A run to wait for later; it ends with the block."""
        return Running(self.plugin, args)

    def fetch(self, lab, port, *args, user="mwitest", timeout=5):
        """JSON about a mailbox of the lab."""
        return self.json(*self.by(port, "--mailbox", uri(user),
                                  *self.as_user(lab, user), *args,
                                  timeout=timeout))


def hops(result):
    """{name: state}, in path order."""
    return {hop["name"]: hop["state"] for hop in result.facts["hops"]}


def hop(result, name):
    return next(hop for hop in result.facts["hops"] if hop["name"] == name)


def breaks_at(result, name, rule, state="CRITICAL"):
    """One hop is broken, by this rule, and nothing else is; its finding."""
    assert {each: verdict for each, verdict in hops(result).items()
            if verdict != "OK"} == {name: state}, result.findings
    assert rule in hop(result, name)["findings"]
    assert result.broken[rule] == result.state == state
    return result.finding(rule)
