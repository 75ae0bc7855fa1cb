# SPDX-License-Identifier: GPL-3.0-or-later
"""deb -- the .deb made, and installed in a root of its own by dpkg."""

import os
import shutil
import subprocess
from pathlib import Path

from pack.make import TREE, run

DPKG = Path("/var/lib/dpkg")
PACKAGE = "monitoring-plugins-um"


def build_deb(folder):
    """The unit tests are left out: distcheck has run them."""
    run(TREE / "contrib/debian/build", folder, env={
        **os.environ, "DEB_BUILD_OPTIONS": "nocheck noautodbgsym"})


def deb_of(folder):
    return next(folder.glob(PACKAGE + "_*.deb"))


class Root:
    """dpkg's --root, which believes that it has this machine's packages.

    So it looks for our dependencies. fakeroot gives an ordinary user the
    chown() that dpkg wants.
    """

    def __init__(self, path):
        self.path, self.admin = path, path / "var/lib/dpkg"
        self.plugins = path / "usr/lib/nagios/plugins"

    def fill(self, lacking=None):
        """With what dpkg knows of this machine, but for one package."""
        (self.admin / "updates").mkdir(parents=True)
        (self.admin / "info").mkdir()
        shutil.copy(DPKG / "info/format", self.admin / "info")
        for name in DPKG.glob("info/*.list"):       # their files are not here
            (self.admin / "info" / name.name).touch()
        entries = (DPKG / "status").read_text().split("\n\n")
        (self.admin / "status").write_text("\n\n".join(
            entry for entry in entries if not entry.startswith(
                "Package: %s\n" % lacking)))
        return self

    def dpkg(self, *arguments):
        path = os.environ["PATH"] + ":/usr/sbin:/sbin"
        return subprocess.run(
            ["fakeroot", "dpkg", "--root=%s" % self.path, "--force-unsafe-io",
             "--log=/dev/null", *map(str, arguments)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False,
            stderr=subprocess.STDOUT, text=True,
            env={**os.environ, "PATH": path, "LC_ALL": "C"})

    def install(self, deb):
        done = self.dpkg("-i", deb)
        assert done.returncode == 0, done.stdout
        return self

    def files(self):
        """What stands there beside dpkg's own data."""
        return {str(path.relative_to(self.path))
                for path in self.path.rglob("*")
                if self.admin not in path.parents and
                (path.is_symlink() or not path.is_dir())}
