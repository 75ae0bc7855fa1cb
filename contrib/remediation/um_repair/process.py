# SPDX-License-Identifier: GPL-3.0-or-later
"""process -- a command run without a shell: it ends, its output is bounded."""

import os
import selectors
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass

ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
               "HOME": os.path.expanduser("~")}
TICK = 0.1          # seconds between two looks whether it has ended


@dataclass
class Done:
    status: int | None      # None: the deadline came first, or it never began
    output: bytes
    cut: bool               # there was more than the limit
    why: str                # "", or why there is no status


def _has_ended(child):
    """Ended, and not reaped: until then its process group is its own."""
    return os.waitid(os.P_PID, child.pid,
                     os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _collect(child, pipe, end, limit):
    """(output up to the limit, was it more?, did it end in time?)"""
    output, cut, ended, open_ = b"", False, False, True
    os.set_blocking(pipe.fileno(), False)
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while time.monotonic() < end:
            # What it wrote before its end is read after its end.
            ended = ended or _has_ended(child)
            ready = open_ and selector.select(0 if ended else TICK)
            data = pipe.read(1 << 16) if ready else None
            if data:
                cut = cut or len(output) + len(data) > limit
                output += data[:limit - len(output)]
            elif ended:
                return output, cut, True
            elif data == b"":
                open_ = False
            if not open_:
                time.sleep(TICK)
    return output, cut, False


def _end(child):
    """Whatever is left of its process group."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    child.wait()
    child.stdout.close()


def _source(data):
    """What a command reads: a file, so that it may leave it unread."""
    if not data:
        return open(os.devnull, "rb")
    source = tempfile.TemporaryFile()
    source.write(data)
    source.seek(0)
    return source


def run(argv, timeout, limit, data=b"", errors=subprocess.STDOUT):
    """Done; it gets `data` on its standard input."""
    try:
        with _source(data) as source:
            child = subprocess.Popen(
                argv, stdin=source, stdout=subprocess.PIPE, stderr=errors,
                bufsize=0, env=ENVIRONMENT, cwd="/", start_new_session=True)
    except (OSError, ValueError) as problem:
        return Done(None, b"", False, "could not be started: %s" % problem)
    end = time.monotonic() + timeout
    try:
        output, cut, ended = _collect(child, child.stdout, end, limit)
    finally:
        _end(child)
    if not ended:
        return Done(None, output, cut, "ended by us after %g s" % timeout)
    return Done(child.returncode, output, cut, "")
