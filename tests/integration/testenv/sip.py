# SPDX-License-Identifier: GPL-3.0-or-later
"""sip -- check_sip_options against a server of the tests."""

from testenv.plugin import Plugin


class SipOptions:
    """The plugin with its common command lines."""

    def __init__(self, pki):
        self.plugin, self.pki = Plugin("check_sip_options"), pki
        self.run, self.refuse = self.plugin.run, self.plugin.refuse
        self.json, self.tell = self.plugin.json, self.plugin.tell
        self.metrics = self.plugin.metrics

    def to(self, server, *args, timeout=3):
        """The command line for a server that has a port and a transport."""
        return ["-H", server.address, "-T", server.transport,
                "-p", server.port, "-t", timeout, *args]

    def ask(self, server, *args, timeout=3):
        return self.json(*self.to(server, *args, timeout=timeout))

    def say(self, server, *args, timeout=3):
        """Text output."""
        return self.run(*self.to(server, *args, timeout=timeout))

    def identity(self, cert):
        """The options that show this certificate, its chain with it."""
        return ["--cert", self.pki.pem(*cert.path, key=cert.key)]

    def password(self, text):
        """The file for --auth-file."""
        return self.pki.file(".password", text.encode() + b"\n")


def only(result, rule, state="CRITICAL"):
    """The one finding: this rule, in this state, which is the run's."""
    assert result.broken == {rule: state}, result.findings
    assert result.state == state
    return result.finding(rule)


def among(result, rule, *others):
    """CRITICAL by this rule; the others may say the same in their words."""
    assert result.state == "CRITICAL", result.findings
    assert result.broken.get(rule) == "CRITICAL", result.findings
    assert set(result.broken) <= {rule, *others}, result.findings
    return result.finding(rule)


def fine(result):
    """OK, and nothing worth a note."""
    assert (result.state, result.broken) == ("OK", {}), result.findings
    return result
