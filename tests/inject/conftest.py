# SPDX-License-Identifier: GPL-3.0-or-later
"""conftest -- one certification authority, servers that end, the figures."""

import os
import sys
from collections import Counter
from pathlib import Path

import pytest

sys.dont_write_bytecode = True
os.umask(0o077)     # keys and passwords of the tests are nobody's business
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "integration")]

from testenv.pki import Pki                        # noqa: E402

from injected import EVERY                         # noqa: E402

# The unit programs take minutes.
collect_ignore = [] if EVERY else ["test_units.py"]


@pytest.fixture(scope="session")
def pki(tmp_path_factory):
    return Pki(tmp_path_factory.mktemp("pki"))


class Servers:
    """Those of one test."""

    def __init__(self, pki):
        self.pki, self.all = pki, []

    def start(self, kind, *args, **how):
        self.all.append(kind(*args, **how))
        return self.all[-1]

    def stop(self):
        while self.all:
            self.all.pop().stop()


@pytest.fixture
def servers(pki):
    servers = Servers(pki)
    yield servers
    servers.stop()


def pytest_terminal_summary(terminalreporter):
    """What was made to fail, by plugin; xdist carries the properties here."""
    figures = {}
    for report in terminalreporter.stats.get("passed", []) + \
            terminalreporter.stats.get("failed", []):
        found = dict(report.user_properties)
        if "plugin" in found:
            figures.setdefault(found.pop("plugin"), Counter()).update(found)
    for plugin, found in sorted(figures.items()):
        terminalreporter.write_line(
            "%s: %d calls can fail, at %d places; made to fail in %d runs"
            % (plugin, found["calls"], found["places"], found["runs"]))
