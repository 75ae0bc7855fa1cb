# SPDX-License-Identifier: GPL-3.0-or-later
"""readme -- the blocks of README.md, done as a reader would, in a folder.

What they copy comes from a real `make install`; /etc and /var are the folder's.
"""

import os
import re
import subprocess

from testenv.plugin import TREE, build_directory
from testenv.proc import PATH

PATIENCE = 60
SHARE = "/usr/share/monitoring-plugins-um"

# What is not ours to start or to open: an editor, and the services.
STUBS = {
    "editor": "test -w \"$1\"",
    "systemctl": "echo \"$*\" >>\"$UM_ROOT/systemctl\"",
    # Who owns a folder only root can say; there may be no such user here.
    "install": "while [ $# -gt 0 ]; do case $1 in -o | -g | -m) shift 2 ;; "
               "-d) shift ;; *) mkdir -p \"$1\"; shift ;; esac; done",
}


def blocks(heading):
    """The code blocks below a heading of README.md, in order."""
    text = (TREE / "README.md").read_text()
    below = text.split("\n## %s\n" % heading, 1)[1].split("\n## ")[0]
    return re.findall(r"\n```\n(.*?)\n```\n", below, re.S)


def installed(root):
    """The folder of the shipped files, by make install."""
    subprocess.run(
        ["make", "-s", "-C", build_directory(), "install",
         "DESTDIR=%s" % root], stdin=subprocess.DEVNULL, check=True,
        stdout=subprocess.DEVNULL, timeout=PATIENCE)
    return next(root.glob("**/share/monitoring-plugins-um"))


class Machine:
    """A folder in which the blocks find /etc, /var and the shipped files.

    programs: {name: shell text} beside STUBS, before all others.
    """

    def __init__(self, root, share, places=(), programs=()):
        self.root = root
        self.places = [(SHARE, share), *places,
                       ("/etc/", "%s/" % (root / "etc")),
                       ("/var/", "%s/" % (root / "var"))]
        self.bin = root / "bin"
        for each in (self.bin, root / "etc", root / "var"):
            each.mkdir(exist_ok=True)
        for name, text in {**STUBS, **dict(programs)}.items():
            (self.bin / name).write_text("#!/bin/sh\n%s\n" % text)
            (self.bin / name).chmod(0o755)

    def do(self, block, **env):
        """What it prints; it has to succeed."""
        for theirs, ours in self.places:
            block = block.replace(theirs, str(ours))
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block], text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=PATIENCE,
            env={**os.environ, "UM_ROOT": str(self.root), **env,
                 "PATH": "%s:%s" % (self.bin, env.get("PATH", PATH))})
        assert done.returncode == 0, done.stdout
        return done.stdout

    @property
    def services(self):
        """What systemctl was told."""
        told = self.root / "systemctl"
        return told.read_text().splitlines() if told.exists() else []
