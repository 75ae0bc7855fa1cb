# SPDX-License-Identifier: GPL-3.0-or-later
"""injected -- a plugin run again and again, another call failing each time."""

import os
import subprocess
import time
from collections import defaultdict

from testenv import contract
from testenv.output import Json, Text
from testenv.plugin import GRACE, SLACK, STRAY, build_directory

EVERY = os.environ.get("UM_INJECT") == "every"
TIMEOUT = 2                             # seconds that each run is given
TRACING = 20                            # likewise, where each call is told
MEMORY = ("malloc", "calloc", "realloc")
OUT_OF_MEMORY = "%s UNKNOWN: out of memory\n"


def traced(log):
    """The calls that were told; none fails where there is no such call."""
    return log.read_text().splitlines() if log.exists() else []


def chosen(trace, every=EVERY):
    """Which calls of a run are made to fail: their numbers, from 1 on.

    Of each place that calls, the first and the last: what comes between is
    the same call for another certificate or message. With UM_INJECT=every
    all of them; allocations all end in one place, of those 50.
    """
    places = defaultdict(list)
    for number, place in enumerate(trace, 1):
        places[place].append(number)
    numbers = set()
    for place, each in places.items():
        numbers.update((each[0], each[-1]))
        if every:
            step = len(each) // 50 if place.split(" ")[0] in MEMORY else 1
            numbers.update(each[::step or 1])
    return sorted(numbers)


class Run:
    """One run with its Nth call made to fail, 0: none."""

    def __init__(self, plugin, args, number, log):
        log.unlink(missing_ok=True)
        self.plugin, self.limit = plugin, TIMEOUT if number else TRACING
        self.args = [*map(str, args), "-t", str(self.limit)]
        clean = {name: value for name, value in os.environ.items()
                 if name not in STRAY}
        start = time.monotonic()
        self.done = subprocess.run(
            [build_directory() / "plugins" / plugin, *self.args],
            stdin=subprocess.DEVNULL, capture_output=True,
            timeout=self.limit + 20,
            env={**clean, "INJECT": str(number), "INJECT_LOG": str(log)})
        self.seconds = time.monotonic() - start
        self.calls = traced(log)
        self.out = self.done.stdout.decode(errors="backslashreplace")

    @property
    def exit(self):
        return self.done.returncode

    def objection(self):
        """What a run must not do, whatever fails; None: it did not."""
        promise = contract.PLUGINS[self.plugin]
        if not 0 <= self.exit <= 3:
            return "exit status %d" % self.exit
        if self.done.stderr:
            return "something on standard error"
        if self.seconds > self.limit + GRACE + SLACK:
            return "took %.2f s" % self.seconds
        if self.calls and self.calls[0].startswith("write "):
            return "wrote after all" if self.out else None
        if self.out == OUT_OF_MEMORY % promise.title:
            return None if self.exit == 3 else "out of memory, and no UNKNOWN"
        try:
            result = Json(self.out, self.plugin, promise) \
                if "json" in self.args else Text(self.out, promise, 0)
        except (AssertionError, ValueError) as error:
            return "output: %s" % error
        if self.exit != contract.EXIT[result.state]:
            return "exit status %d, state %s" % (self.exit, result.state)
        return None

    def __str__(self):
        return "%s\n%s%s" % (self.calls[:1], self.out,
                             self.done.stderr.decode(errors="replace")[:3000])


def inject(plugin, args, log, fault, record_property, before=lambda: None):
    """Every chosen call fails in turn; `fault`: the run must never say OK.

    before(): called before each run.
    """
    before()
    trace = Run(plugin, args, 0, log)
    assert trace.objection() is None, trace
    assert (trace.exit != 0) == fault, trace
    numbers = chosen(trace.calls)
    record_property("plugin", plugin)
    record_property("calls", len(trace.calls))
    record_property("places", len(set(trace.calls)))
    record_property("runs", len(numbers))
    wrong = []
    for number in numbers:
        before()
        run = Run(plugin, args, number, log)
        why = run.objection()
        if why is None and fault and run.exit == 0:
            why = "OK was said of what is not"
        if why:
            wrong.append("call %d: %s\n%s" % (number, why, run))
    assert not wrong, "%d of %d\n%s" % (len(wrong), len(numbers),
                                        "\n".join(wrong))
