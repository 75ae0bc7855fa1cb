# SPDX-License-Identifier: GPL-3.0-or-later
"""record -- the audit log, the lock, and how often something was done."""

import contextlib
import datetime
import fcntl
import json
import os
import secrets
import time

from um_repair import Unusable

DAY = 86400
TICK = 0.1


class Audit:
    """Appends JSON lines; a line is on the disk before anything follows it.

    The file is opened for each line, so that it can be moved away at any time.
    """

    def __init__(self, path):
        self.path, self.run = path, secrets.token_hex(4)
        self.common = {}

    def record(self, event, **facts):
        now = datetime.datetime.now(datetime.timezone.utc)
        return {"time": now.isoformat(timespec="milliseconds"),
                "run": self.run, "event": event, **self.common, **facts}

    def append(self, record):
        try:
            self._append(json.dumps(record).encode("ascii") + b"\n")
        except OSError as problem:
            raise Unusable("%s cannot be written: %s" % (
                self.path, problem.strerror)) from problem

    def write(self, event, **facts):
        self.append(self.record(event, **facts))

    def _append(self, line):
        log = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT |
                      os.O_NOFOLLOW | os.O_CLOEXEC, 0o640)
        try:
            size = os.fstat(log).st_size
            # A line that a full disk cut short spoils no other.
            if size and os.pread(log, 1, size - 1) != b"\n":
                line = b"\n" + line
            if os.write(log, line) != len(line):
                raise OSError(0, "only a part of a line was written")
            os.fsync(log)
        finally:
            os.close(log)


def _take(lock, end):
    """Has the lock become ours before the end?"""
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= end:
                return False
            time.sleep(TICK)


@contextlib.contextmanager
def locked(directory, patience):
    """True while nobody else repairs; False when somebody did all the time."""
    path = os.path.join(directory, "lock")
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW |
                       os.O_CLOEXEC, 0o600)
    except OSError as problem:
        raise Unusable("%s: %s" % (path, problem.strerror)) from problem
    try:
        yield _take(lock, time.monotonic() + patience)
    finally:
        os.close(lock)


class Attempts:
    """What was begun within a day, for the limits. Used under the lock."""

    def __init__(self, directory):
        self.path = os.path.join(directory, "attempts.json")
        self.directory = directory

    def _read(self):
        """Those of a day; a clock that was set back makes none younger."""
        try:
            with open(self.path, encoding="ascii") as file:
                rows = json.load(file)
            return [row for row in rows if row["time"] > time.time() - DAY]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError) as problem:
            raise Unusable("%s is damaged: see the audit log for what was "
                           "done, then remove it" % self.path) from problem

    def objection(self, host, finding, action, limits):
        """Why this must not be done now, or None."""
        rows = [row for row in self._read() if row["kind"] == action.kind]
        same = [row for row in rows if row["host"] == host and
                (row["finding"] == finding or row["action"] == action.name)]
        last = max((row["time"] for row in same
                    if row["action"] == action.name), default=0)
        if len(rows) >= limits.total_per_day:
            return "%d of all within a day" % len(rows)
        if len(same) >= limits.per_day:
            return "%d of the same within a day" % len(same)
        if time.time() < last + limits.pause:
            return "the same less than %g s ago" % limits.pause
        return None

    def add(self, host, finding, action):
        """Counted before it is done: a crash makes none uncounted."""
        rows = self._read() + [
            {"time": time.time(), "host": host, "finding": finding,
             "action": action.name, "kind": action.kind}]
        try:
            with open(self.path + ".new", "w", encoding="ascii") as file:
                json.dump(rows, file)
                file.flush()
                os.fsync(file.fileno())
            os.rename(self.path + ".new", self.path)
            folder = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as problem:
            raise Unusable("%s cannot be written: %s" % (
                self.path, problem.strerror)) from problem
