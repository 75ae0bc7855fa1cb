# SPDX-License-Identifier: GPL-3.0-or-later
"""test_rpm -- contrib/rpm: the spec is sound and packs all that is made."""

import re

from pack.make import PLUGINS, TREE, files_below, run
from pack.rpm import binary, query

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


def test_package_has_every_file_that_make_install_installs(rpms, installed):
    """Beside them only the licence, and what ties debug data to programs."""
    packed = {re.sub(r"^/usr/lib(64)?/nagios/plugins/", "libexec/", path)
              for path in query(binary(rpms), "-l")}
    packed = {re.sub(r"\.1\.\w+$", ".1", re.sub("^/usr/", "", path))
              for path in packed}
    wanted = files_below(installed / "usr/local")
    assert wanted <= packed
    assert not [path for path in packed - wanted if not re.match(
        r"lib/\.build-id|share/licenses/", path) and not any(
            path.startswith("/usr/lib") or other.startswith(path + "/")
            for other in wanted | {"lib64/nagios/plugins/",
                                   "lib/nagios/plugins/"})]


def test_other_packages_are_offered_no_module_of_ours(rpms):
    assert not [line for line in query(binary(rpms), "--provides")
                if "um_openssl" in line]


def test_library_of_the_module_is_required(rpms):
    """rpm finds that out of the file, as ld.so(8) does."""
    required = "\n".join(query(binary(rpms), "--requires"))
    for library in ("libcrypto", "libssl", "libcares", "libjansson",
                    "libosip2"):
        assert library + ".so" in required
    assert len(PLUGINS) == 3
