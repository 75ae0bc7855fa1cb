# SPDX-License-Identifier: GPL-3.0-or-later
"""conftest -- the fixtures: what is made once and looked at by many tests."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE), str(HERE.parent / "integration")]

from pack.deb import Root, build_deb, deb_of       # noqa: E402
from pack.make import make_archive, make_install   # noqa: E402
from pack.once import once                         # noqa: E402
from pack.rpm import build_rpm                     # noqa: E402


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """The root of a `make install DESTDIR=`."""
    return once(tmp_path_factory, "installed", make_install)


@pytest.fixture(scope="session")
def archive(tmp_path_factory):
    """The release archive."""
    folder = once(tmp_path_factory, "archive", make_archive)
    return next(folder.glob("*.tar.xz"))


@pytest.fixture(scope="session")
def debs(tmp_path_factory):
    """The folder with what contrib/debian/build makes."""
    return once(tmp_path_factory, "debs", build_deb)


@pytest.fixture(scope="session")
def rpms(tmp_path_factory, archive):
    """The folder with the binary and the source package."""
    return once(tmp_path_factory, "rpms", lambda to: build_rpm(archive, to))


@pytest.fixture(scope="session")
def root(tmp_path_factory, debs):
    """A root with the .deb in it; to look at, not to change."""
    return Root(once(tmp_path_factory, "root",
                     lambda to: Root(to).fill().install(deb_of(debs))))
