# SPDX-License-Identifier: GPL-3.0-or-later
"""test_units -- the unit programs as calls fail: their tests may fail, the
memory of what they test stays whole."""

import os
import re
import subprocess

import pytest

from injected import chosen, traced
from testenv.plugin import TREE, build_directory

# Threads, and what takes seconds of waiting, tell nothing more.
LEFT_OUT = {"test_threads", "test_dns_ask", "test_transaction"}
PROGRAMS = sorted(
    path.stem for path in (TREE / "tests" / "unit").glob("test_*.c")
    if path.stem not in LEFT_OUT)
TRACEBACK = re.compile(r"#\d+ .*?/((?:common|plugins|tests)/[^:]*:\d+)")


def run(program, number, log):
    """(exit status, standard error) with the Nth call made to fail."""
    log.unlink(missing_ok=True)
    done = subprocess.run(
        [build_directory() / "tests" / "unit" / program],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, timeout=60,
        env={**os.environ, "srcdir": str(TREE), "INJECT": str(number),
             "INJECT_LOG": str(log),
             # A test that fails leaves what it made.
             "ASAN_OPTIONS": "detect_leaks=0:exitcode=99"})
    return done.returncode, done.stderr.decode(errors="replace")


def culprit(complaint):
    """Where in our tree the sanitizer's first traceback begins, or None."""
    found = TRACEBACK.search(complaint) or re.search(
        r"((?:common|plugins|tests)/[^:]*:\d+).*runtime error", complaint)
    return found.group(1) if found else None


def made_by_a_test(log):
    """Was the call that failed one of the test itself?"""
    program, offset = traced(log)[0].split(" ")[1].rsplit("+", 1)
    where = subprocess.run(["addr2line", "-e", program, offset], check=True,
                           capture_output=True, text=True).stdout
    return "/tests/" in where


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_failed_call_does_no_harm_to_memory(program, tmp_path,
                                              record_property):
    log = tmp_path / "log"
    status, complaint = run(program, 0, log)
    assert status == 0, complaint
    trace = traced(log)
    numbers = chosen(trace, every=False)
    record_property("plugin", "unit tests")
    record_property("calls", len(trace))
    record_property("places", len(set(trace)))
    record_property("runs", len(numbers))
    wrong = []
    for number in numbers:
        status, complaint = run(program, number, log)
        where = culprit(complaint) if status == 99 else None
        if (status < 0 or (where and not where.startswith("tests/"))) \
                and not made_by_a_test(log):
            wrong.append("call %d %s: exit status %d\n%s" % (
                number, traced(log), status, complaint[:3000]))
    assert not wrong, "\n".join(wrong)
