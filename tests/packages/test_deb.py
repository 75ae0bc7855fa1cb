# SPDX-License-Identifier: GPL-3.0-or-later
"""test_deb -- contrib/debian: what the package is, brings, and leaves."""

import os
import re
import shutil
import subprocess

from pack.deb import PACKAGE, Root, deb_of
from pack.make import PLUGINS, TREE, run

import pytest

DEBIAN = TREE / "contrib/debian"
DOCS = "usr/share/doc/" + PACKAGE


def test_build_makes_source_and_binary_package(debs):
    version = run("dpkg-parsechangelog", "-l", DEBIAN / "changelog",
                  "-S", "Version").strip()
    names = {path.name for path in debs.iterdir()}
    assert names >= {
        "%s_%s.orig.tar.xz" % (PACKAGE, version.rpartition("-")[0]),
        "%s_%s.debian.tar.xz" % (PACKAGE, version),
        "%s_%s.dsc" % (PACKAGE, version)}
    assert deb_of(debs).name.startswith("%s_%s_" % (PACKAGE, version))


def test_build_names_packages_that_are_missing(tmp_path):
    """Before it starts, in a line that can be typed. Without a compiler
    dpkg-checkbuilddeps says more than that."""
    copy = tmp_path / "contrib/debian"
    shutil.copytree(DEBIAN, copy)
    control = copy / "control"
    control.write_text(control.read_text().replace(
        "Build-Depends:", "Build-Depends: libnone-dev (>= 1), none:native,"))
    done = subprocess.run(
        [copy / "build", tmp_path / "out"], text=True, capture_output=True,
        check=False, env={**os.environ, "CC": "no-compiler"})
    assert done.returncode == 1
    assert done.stderr.endswith(" apt-get install libnone-dev none\n")
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_lintian_has_nothing_to_say(debs):
    assert run("lintian", "--allow-root", "--fail-on", "error,warning",
               next(debs.glob("*.changes"))) == ""


def test_it_depends_on_what_its_programs_and_its_module_load(debs):
    """In a version, which dpkg-shlibdeps(1) takes of their symbols."""
    depends = run("dpkg-deb", "-f", deb_of(debs), "Depends")
    for library in ("libc6", "libc-ares2", "libjansson4", "libosip2-15",
                    "libssl3"):
        assert re.search(r"\b%s \(" % library, depends), depends


def test_dpkg_refuses_it_where_a_library_is_missing(debs, tmp_path):
    root = Root(tmp_path / "root").fill(lacking="libosip2-15")
    done = root.dpkg("-i", deb_of(debs))
    assert done.returncode == 1
    assert "depends on libosip2-15" in done.stdout


def test_installed_plugins_name_the_fault_of_a_tls_server(root):
    """The package's own test (autopkgtest) on this root."""
    told = run(DEBIAN / "tests/smoke",
               env={**os.environ, "UM_ROOT": str(root.path)})
    assert told.count("[CRITICAL] name.cn-wildcard") == len(PLUGINS)


def test_installed_plugin_loads_the_module_beside_it(root, tmp_path):
    """Where none is it says which is missing, and takes no other."""
    plugin = shutil.copy(root.plugins / "check_sip_options", tmp_path)
    done = subprocess.run(
        [plugin, "-H", "127.0.0.1", "-T", "tls", "-p", "9",
         "--cert", TREE / "tests/data/pki/identity.pem"],
        stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 3
    assert str(tmp_path / "um_openssl.so") in done.stdout


def test_no_other_package_of_this_machine_has_a_file_of_it(root):
    """dpkg would refuse one of the two."""
    owned = subprocess.run(
        ["dpkg-query", "-S", *("/" + path for path in root.files())],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        check=False).stdout.splitlines()
    assert [line for line in owned if not line.startswith(PACKAGE)] == []


@pytest.mark.parametrize("plugin", PLUGINS)
def test_manual_and_completion_of_each_plugin_are_there(root, plugin):
    page = root.path / "usr/share/man/man1" / (plugin + ".1.gz")
    assert plugin in run("mandoc", "-T", "utf8", page)
    completion = root.path / "usr/share/bash-completion/completions" / plugin
    assert "_monitoring_plugins_um" in completion.read_text()


def test_documents_are_there(root):
    assert {DOCS + "/copyright", DOCS + "/changelog.gz",
            DOCS + "/README.md.gz"} <= root.files()


def test_removing_it_leaves_nothing(debs, tmp_path):
    root = Root(tmp_path / "root").fill().install(deb_of(debs))
    assert root.files()
    for action in ("-r", "-P"):
        done = root.dpkg(action, PACKAGE)
        assert done.returncode == 0, done.stdout
    assert root.files() == set()
    assert PACKAGE not in (root.admin / "status").read_text()
