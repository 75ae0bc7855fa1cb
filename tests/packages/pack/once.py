# SPDX-License-Identifier: GPL-3.0-or-later
"""once -- what takes long is made by the first worker that wants it."""

import fcntl
import os


def once(tmp_path_factory, name, make):
    """The folder of that name, filled by make(folder).

    pytest-xdist gives each worker a folder below the one of the whole run.
    """
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder, result = base / name, base / (name + ".result")
    with open(base / (name + ".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not result.exists():
            folder.mkdir()
            try:
                make(folder)
            except BaseException as failure:
                result.write_text(str(failure))
                raise
            result.write_text("")
    failed = result.read_text()
    if failed:
        raise RuntimeError("%s: %s" % (name, failed))
    return folder
