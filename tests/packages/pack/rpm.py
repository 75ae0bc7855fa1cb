# SPDX-License-Identifier: GPL-3.0-or-later
"""rpm -- the spec's packages, made by rpmbuild where dpkg keeps the house."""

from pack.make import run


def build_rpm(archive, folder):
    """--nodeps: what it needs is installed, but rpm's database is empty.

    %check is left out: distcheck has run those tests.
    """
    run("rpmbuild", "-ta", "--nodeps", "--nocheck",
        "--define", "_topdir %s" % folder, "--define", "_tmppath %s" % folder,
        "--define", "_dbpath %s/db" % folder, archive)


def binary(folder):
    found = [path for path in folder.glob("RPMS/*/*.rpm")
             if "debug" not in path.name]
    assert len(found) == 1, found
    return found[0]


def query(package, *wanted):
    return run("rpm", "-qp", "--dbpath", package.parent / "db", *wanted,
               package).splitlines()


def files_of(package):
    """What is no folder."""
    listed = query(package, "--qf", "[%{FILEMODES:perms} %{FILENAMES}\\n]")
    return [line.partition(" ")[2] for line in listed if line[0] != "d"]
