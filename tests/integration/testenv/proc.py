# SPDX-License-Identifier: GPL-3.0-or-later
"""proc -- a real server process: ready when it says so, ended in every way."""

import os
import queue
import re
import signal
import subprocess
import threading

START_TIMEOUT = 20
# Servers stand where an ordinary user's PATH does not lead.
PATH = os.environ.get("PATH", os.defpath) + ":/usr/local/sbin:/usr/sbin:/sbin"


class Process:
    """A command in a process group of its own.

    The kernel ends it with us (setpriv --pdeathsig), stop() ends it before.
    Its standard input is a pipe that stays open.
    """

    def __init__(self, *command):
        self.command = [str(part) for part in command]
        self.lines = queue.Queue()
        self.log = []
        self.child = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *self.command],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True,
            env={**os.environ, "PATH": PATH})
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.child.stdout:
            text = line.decode(errors="replace").rstrip()
            self.log.append(text)
            self.lines.put(text)
        self.lines.put(None)

    def wait_for(self, pattern):
        """The match of the first line that has the pattern."""
        while True:
            try:
                line = self.lines.get(timeout=START_TIMEOUT)
            except queue.Empty:
                line = None
            if line is None:
                self.stop()
                raise RuntimeError("%s did not start: %s" % (
                    " ".join(self.command), "\n".join(self.log)))
            found = re.search(pattern, line)
            if found:
                return found

    def stop(self):
        try:
            os.killpg(self.child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.child.wait()
        self.reader.join()
        self.child.stdin.close()
        self.child.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
