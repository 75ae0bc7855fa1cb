# SPDX-License-Identifier: GPL-3.0-or-later
"""test_install -- make install without a package manager, and the way back."""

import re
import stat

from pack.make import PLUGINS, TREE, files_below, make, make_install, run

import pytest


def first(pattern, path):
    return re.search(pattern, (TREE / path).read_text(), re.M)[1]


def test_packages_have_the_version_of_the_release():
    release = first(r"^AC_INIT\(\[[^]]*\], \[([^]]*)\]", "configure.ac")
    assert release == first(r"^monitoring-plugins-um \(([^-]*)-",
                            "contrib/debian/changelog")
    assert release == first(r"^Version: *(\S+)",
                            "contrib/rpm/monitoring-plugins-um.spec")


@pytest.mark.parametrize("plugin", PLUGINS)
def test_plugin_its_manual_and_its_completion_are_installed(installed, plugin):
    base = installed / "usr/local"
    assert (base / "libexec" / plugin).stat().st_mode & stat.S_IXOTH
    assert run("mandoc", "-T", "lint", "-W", "warning",
               base / "share/man/man1" / (plugin + ".1")) == ""
    assert (base / "share/bash-completion/completions" / plugin).is_file()


def test_uninstall_leaves_no_file(tmp_path):
    make_install(tmp_path)
    assert files_below(tmp_path)
    make("uninstall", "DESTDIR=%s" % tmp_path)
    assert files_below(tmp_path) == set()


def test_installing_again_is_installing_once(tmp_path):
    make_install(tmp_path)
    once = files_below(tmp_path)
    make_install(tmp_path)
    assert files_below(tmp_path) == once


def test_release_archive_has_what_packages_are_made_of(archive):
    names = {name.partition("/")[2] for name in
             run("tar", "-tf", archive).splitlines()}
    assert {"configure", "contrib/debian/build", "contrib/debian/rules",
            "contrib/rpm/monitoring-plugins-um.spec",
            "contrib/completion/monitoring-plugins-um.bash"} <= names
    assert not [name for name in names if "__pycache__" in name]
