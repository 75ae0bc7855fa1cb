# SPDX-License-Identifier: GPL-3.0-or-later
"""openssl -- the command line tool, run to its end."""

import subprocess


def openssl(*args, data=None):
    """Standard output of `openssl ARGS...`; an error fails the test."""
    done = subprocess.run(
        ["openssl", *map(str, args)], input=data, capture_output=True,
        timeout=30)
    if done.returncode:
        raise RuntimeError("openssl %s: %s" % (
            " ".join(map(str, args)), done.stderr.decode(errors="replace")))
    return done.stdout
