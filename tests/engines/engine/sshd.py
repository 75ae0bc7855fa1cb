# SPDX-License-Identifier: GPL-3.0-or-later
"""sshd -- OpenSSH's server with a forced command where PowerShell would be."""

import json
import os
import pwd
import subprocess
import sys

from testenv.ports import free_udp_port
from testenv.proc import PATH, Process

CONFIGURATION = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin forced-commands-only
LogLevel VERBOSE
"""

# What a Windows host would run: it takes the one command that um-repair
# sends, keeps the script as it arrived, and does what the test gave it to do.
WINDOWS = """\
#!{python} -IB
import base64, json, os, re, subprocess, sys
command = os.environ.get("SSH_ORIGINAL_COMMAND", "")
found = re.fullmatch("powershell -NoProfile -NonInteractive -EncodedCommand "
                     "([A-Za-z0-9+/=]+)", command)
script = found and base64.b64decode(found[1]).decode("utf-16-le")
with open({kept!r}, "a") as kept:
    kept.write(json.dumps({{"command": command, "script": script}}) + "\\n")
if not found:
    sys.exit(99)
sys.exit(subprocess.run({does!r}).returncode)
"""

# sshd lets a command live on when its client has gone; the tests do not.
MORTAL = ["setpriv", "--pdeathsig", "KILL"]


def keygen(path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path],
                   check=True, stdin=subprocess.DEVNULL, timeout=30)
    return path


class Sshd:
    """Lets the user of the tests in by key, to run one command."""

    def __init__(self, folder, *does):
        self.folder, self.kept = folder, folder / "kept"
        self.user = pwd.getpwuid(os.geteuid()).pw_name
        self.port = free_udp_port()
        self.key = keygen(folder / "client")
        keygen(folder / "host")
        windows = folder / "windows"
        windows.write_text(WINDOWS.format(
            python=sys.executable, kept=str(self.kept),
            does=[*MORTAL, *map(str, does)]))
        windows.chmod(0o755)
        (folder / "authorized_keys").write_text(
            'restrict,command="exec %s %s" %s' % (
                " ".join(MORTAL), windows, (folder / "client.pub").read_text()))
        self.known_hosts = folder / "known_hosts"
        self.known_hosts.write_text("[127.0.0.1]:%d %s" % (
            self.port, (folder / "host.pub").read_text()))
        self.known_hosts.chmod(0o644)
        config = folder / "sshd_config"
        config.write_text(CONFIGURATION.format(port=self.port, folder=folder))
        if os.geteuid() == 0:
            # Debian's ssh.service makes it; without it sshd does not start.
            os.makedirs("/run/sshd", 0o755, exist_ok=True)
        self.process = Process(self._program(), "-D", "-e", "-f", config)
        self.process.wait_for("Server listening on")

    @staticmethod
    def _program():
        """sshd starts itself again for a connection: it wants its path."""
        return next(path for path in (os.path.join(each, "sshd") for each in
                                      PATH.split(":")) if os.path.exists(path))

    def scripts(self):
        """The PowerShell that arrived, in order; None for anything else."""
        if not self.kept.exists():
            return []
        return [json.loads(line)["script"]
                for line in self.kept.read_text().splitlines()]

    def stop(self):
        self.process.stop()
