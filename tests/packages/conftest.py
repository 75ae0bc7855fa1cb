# SPDX-License-Identifier: GPL-3.0-or-later
"""conftest -- the fixtures: a PKI for the servers that plugins look at."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE), str(HERE.parent / "integration")]

from testenv.pki import Pki                        # noqa: E402


@pytest.fixture(scope="session")
def pki(tmp_path_factory):
    return Pki(tmp_path_factory.mktemp("pki"))
