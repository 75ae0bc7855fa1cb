# SPDX-License-Identifier: GPL-3.0-or-later
"""test_rpm -- contrib/rpm: the spec is sound and packs all that is made."""

import re

from pack.make import TREE, files_below, run
from pack.rpm import binary, files_of, query

SPEC = TREE / "contrib/rpm/monitoring-plugins-um.spec"


def test_spec_is_read_by_rpmspec():
    assert "Name:           monitoring-plugins-um" in run(
        "rpmspec", "-P", SPEC).splitlines()


def test_rpmlint_has_nothing_to_say():
    told = run("rpmlint", "-r", SPEC.with_suffix(".rpmlintrc"), SPEC)
    assert re.search(r"1 specfiles checked; 0 errors, 0 warnings", told), told


def test_rpmbuild_takes_the_release_archive(rpms):
    """It has the spec inside, and the source package has it again."""
    source = next(rpms.glob("SRPMS/*.src.rpm"))
    assert set(query(source, "-l")) == {
        SPEC.name, re.sub(r"-\d+\.src\.rpm$", ".tar.xz", source.name)}


def test_package_has_the_files_that_make_install_installs(rpms, installed):
    """Beside them only the licence, and what ties debug data to programs."""
    packed = {re.sub(r"(\.1)\.\w+$", r"\1", path)      # compressed manuals
              for path in files_of(binary(rpms))}
    ours = {path for path in packed if not re.match(
        "/usr/lib/.build-id/|/usr/share/licenses/", path)}
    assert {re.sub("^/usr/lib(64)?/nagios/plugins/",
                   "/usr/libexec/", path) for path in ours} == {
        "/usr/" + path for path in files_below(installed / "usr/local")}


def test_library_of_the_module_is_required(rpms):
    """rpm finds that out of the file, as ld.so(8) does."""
    required = "\n".join(query(binary(rpms), "--requires"))
    for library in ("libcrypto", "libssl", "libcares", "libjansson",
                    "libosip2"):
        assert library + ".so" in required
