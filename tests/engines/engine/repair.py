# SPDX-License-Identifier: GPL-3.0-or-later
"""repair -- um-repair and its configuration, called as an engine does."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

from testenv.pki import HOST
from testenv.plugin import TREE, build_directory

REMEDIATION = TREE / "contrib" / "remediation"
PROGRAM = REMEDIATION / "um-repair"
SHIPPED = REMEDIATION / "um-repair.toml"
PATIENCE = 30
SERVICE = "UM certificate"


def quoted(value):
    """A TOML string or list of strings (JSON's are such, too)."""
    if isinstance(value, (list, tuple)):
        return json.dumps([str(each) for each in value])
    return json.dumps(str(value))


def shipped_actions():
    """The part of the shipped configuration that is the table of actions."""
    text = SHIPPED.read_text()
    return text[text.index("# Actions: looking"):]


def executable(path, text):
    """A program that nobody else can write, whatever the umask."""
    path.write_text(text)
    path.chmod(0o755)
    return path


class Desk:
    """A folder with configuration, log and state, and a certificate to judge.

    The check is check_um_cert of the build about the file `served`; a repair
    is whatever puts the right certificate there.
    """

    def __init__(self, folder, pki):
        self.folder, self.pki = folder, pki
        self.log, self.state = folder / "audit.jsonl", folder / "state"
        self.state.mkdir(0o700)
        self.config = folder / "um-repair.toml"
        self.served, self.right = folder / "served.pem", folder / "right.pem"
        self.right.write_text("".join(each.pem for each in pki.right.path))
        self.serve(pki.wildcard)
        # A copy: in a tree that others may write, it would be refused.
        self.plugin = Path(shutil.copy(
            build_directory() / "plugins" / "check_um_cert", folder))
        self.plugin.chmod(0o755)
        self.parts = {"host": HOST, "service": SERVICE}

    def serve(self, cert):
        self.served.write_text("".join(each.pem for each in cert.path))

    def check(self):
        return [self.plugin, "--file", self.served, "--expect", HOST,
                "--ca-file", self.pki.ca_file]

    def cure(self):
        """The command of a repair that works."""
        return ["/bin/cp", self.right, self.served]

    def hook(self, *command, kind="repair", name="cure", more="",
             findings=("name.cn-wildcard", "name.cn-mismatch")):
        """The text of an action; by default it cures."""
        return "[action.%s]\nkind = %s\nfindings = %s\ncommand = %s\n%s\n" % (
            name, quoted(kind), quoted(findings),
            quoted(command or self.cure()),
            more or "settle = 0")

    def allow(self, repairs=None, check=None, host=HOST, service=SERVICE,
              values="", more=""):
        """The text that allows a host's service its repairs."""
        if repairs is None:
            repairs = {"name.cn-wildcard": ("cure", True)}
        lines = ["[host.%s.values]" % quoted(host), values,
                 "[host.%s.service.%s]" % (quoted(host), quoted(service)),
                 "check = %s" % quoted(check or self.check()), more]
        lines += ["repair.%s = { action = %s, enabled = %s }" % (
            quoted(finding), quoted(action), "true" if on else "false")
            for finding, (action, on) in repairs.items()]
        return "\n".join(lines) + "\n"

    def write(self, *texts, wait=0, limits="", log=None):
        self.config.write_text(
            "[files]\nlog = %s\nstate = %s\n[limits]\nwait = %s\n%s\n" % (
                quoted(log or self.log), quoted(self.state), wait, limits) +
            "\n".join(texts))
        self.config.chmod(0o644)
        return self

    def command(self, *args, host=HOST, service=SERVICE, state="CRITICAL",
                state_type="HARD"):
        return [PROGRAM, "--config", self.config, "--host", host, "--service",
                service, "--state", state, "--state-type", state_type, *args]

    @staticmethod
    def run(*command):
        """(exit status, what it said)."""
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=PATIENCE)
        text = done.stdout.decode()     # all of it is UTF-8
        assert "Traceback" not in text, text
        return done.returncode, text

    def alarm(self, *args, **event):
        return self.run(*self.command(*args, **event))

    def records(self, event=None):
        """The lines of the audit log, each of them JSON."""
        if not self.log.exists():
            return []
        found = [json.loads(line)
                 for line in self.log.read_text().splitlines()]
        return [each for each in found if event in (None, each["event"])]

    def result(self):
        return self.records("result")[-1]

    def check_config(self):
        return self.run(PROGRAM, "--config", self.config, "--check-config")

    def decisions(self):
        """What became of each step of the last run."""
        return [step["decision"] for step in self.result().get("steps", [])]

    def is_cured(self):
        return self.served.read_text() == self.right.read_text()


class Gate:
    """A FIFO that holds the command reading from it."""

    def __init__(self, path):
        self.path = path
        os.mkfifo(path)

    def hold(self):
        """Returns once a command reads, and waits for us."""
        self.end = wait_until("a reader of %s" % self.path, self._open)

    def _open(self):
        try:
            return os.open(self.path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            return None

    def open(self):
        """Lets it go on."""
        os.close(self.end)


def wait_until(what, ready):
    """What ready() gives once it is true."""
    end = time.monotonic() + PATIENCE
    while True:
        found = ready()
        if found:
            return found
        assert time.monotonic() < end, "%s did not come" % what
        time.sleep(0.02)
