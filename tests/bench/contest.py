# SPDX-License-Identifier: GPL-3.0-or-later
"""contest -- whole processes in alternation, and what each of them took."""
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("UM_BUILD", TOP / "build/gcc")).resolve()
METER = BUILD / "tests/bench/meter"
OTHERS = ["/usr/lib/nagios/plugins", "/usr/lib64/nagios/plugins",
          "/usr/lib/monitoring-plugins", "/usr/local/libexec"]
SLOW_EVERY = 20  # check_ssl_cert takes seconds


class Contender:
    def __init__(self, title, command, slow=False):
        self.title = title
        self.command = [str(word) for word in command]
        self.slow = slow
        self.runs = {}  # round -> (wall, cpu, peak)

    def run(self, number):
        done = subprocess.run([METER, *self.command], check=True, text=True,
                              stdout=subprocess.PIPE)
        status, wall, cpu, peak = done.stdout.split()
        self.runs[number] = (float(wall), float(cpu), int(peak) / 1024)
        return int(status)

    def median(self, what):
        return statistics.median(run[what] for run in self.runs.values())

    def ratio(self, other, what):
        """Median of the ratios within a round."""
        if not other:
            return None
        pairs = [(self.runs[n][what], other.runs[n][what])
                 for n in self.runs if n in other.runs]
        return statistics.median(a / b for a, b in pairs if b > 0)


def find(program):
    return shutil.which(program) or shutil.which(
        program, path=os.pathsep.join(OTHERS))


def rivals(found):
    """Those of (program, title, arguments) that are there, in that order."""
    there = []
    for program, title, args in found:
        path = find(program)
        if path:
            there.append(Contender(title, [path, *args],
                                   slow=program == "check_ssl_cert"))
        else:
            print(f"{program} is not installed: {title} is left out",
                  file=sys.stderr)
    return there


def compete(contenders, rounds):
    for contender in contenders:  # a round that does not count
        status = contender.run(-1)
        contender.runs.clear()
        if status != 0:
            print(f"{contender.title} ends with {status}: " +
                  " ".join(contender.command), file=sys.stderr)
    for number in range(rounds):
        # Each goes first in turn, and follows each other one.
        start = number % len(contenders)
        for contender in contenders[start:] + contenders[:start]:
            if not contender.slow or number % SLOW_EVERY == 0:
                contender.run(number)


def fixed(value):
    return "-" if value is None else f"{value:.2f}"


def print_table(contenders, *beside):
    """`beside`: the titles of those that the others are held against."""
    held = [next((c for c in contenders if c.title == title), None)
            for title in beside]
    names = [name for title in beside
             for name in (f"wall / {title}", f"CPU / {title}")]
    columns = ["contender", "wall ms", "CPU ms", *names, "peak MB"]
    print(f"| {' | '.join(columns)} |")
    print("| --- " * len(columns) + "|")
    for c in contenders:
        ratios = [fixed(c.ratio(other, what))
                  for other in held for what in (0, 1)]
        cells = [c.title, f"{c.median(0):.2f}", f"{c.median(1):.2f}", *ratios,
                 f"{c.median(2):.1f}"]
        print(f"| {' | '.join(cells)} |")
