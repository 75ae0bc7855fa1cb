# SPDX-License-Identifier: GPL-3.0-or-later
"""make -- the targets of the Makefile that people install with."""

import os
import subprocess
from pathlib import Path

TREE = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("UM_BUILD", TREE / "build" / "gcc"))
PLUGINS = ("check_mwi_path", "check_sip_options", "check_um_cert")


def run(*command, **how):
    """Its output; what it says is told when it fails."""
    done = subprocess.run(
        [str(part) for part in command], stdout=subprocess.PIPE, text=True,
        stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False, **how)
    if done.returncode != 0:
        raise RuntimeError("%s: exit status %d\n%s" % (
            " ".join(map(str, command)), done.returncode,
            done.stdout[-4000:]))
    return done.stdout


def make(*arguments):
    return run("make", "-s", "-C", BUILD, *arguments)


def make_install(root):
    make("install", "DESTDIR=%s" % root)


def make_archive(folder):
    make("dist")
    for archive in BUILD.glob("monitoring-plugins-um-*.tar.xz"):
        archive.rename(folder / archive.name)


def files_below(folder):
    """Relative paths of all that is no folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")
            if path.is_symlink() or not path.is_dir()}
