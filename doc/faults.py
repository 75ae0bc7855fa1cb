#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# faults.py -- doc/faults.md from the matrix that test_faults.py goes through.
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] /
                       "tests/integration"))

from testenv.faults import FAULTS, ROWS, STEPS, cells    # noqa: E402

HEAD = """\
# What a peer may do wrong, and what is said of it

Made by doc/faults.py from tests/integration/testenv/faults.py; test_faults.py
has a peer do each of these things and sees that the run ends with this finding,
within its time + 0.2 s, and a second of grace for a busy machine: {cells}
cells.

The state is CRITICAL where none is named. -: there is no such thing over UDP,
where a datagram is whole or not at all; a port that refuses is told as
`net.refused` at the first request. Mutual TLS is TLS 1.3 with a certificate of
ours, and check_mwi_path's phone has none.
"""


def word(cell):
    if cell is None:
        return "-"
    if cell.finding is None:
        return "OK"
    mark = "" if cell.state == "CRITICAL" else cell.state + " "
    return "%s`%s`" % (mark, cell.finding)


def main():
    matrix = {(each.plugin, each.step, each.transport, each.fault): each
              for each in cells()}
    print(HEAD.format(cells=len(matrix)))
    for fault, does in FAULTS.items():
        print("- **%s**: %s" % (fault, does))
    for plugin in dict.fromkeys(row.plugin for row in ROWS):
        print("\n## %s\n" % plugin)
        print("| instead of | over | %s |" % " | ".join(FAULTS))
        print("| --- " * (2 + len(FAULTS)) + "|")
        for row in (each for each in ROWS if each.plugin == plugin):
            for over in row.transports:
                words = [word(matrix.get(
                    (plugin, row.step, over, fault))) for fault in FAULTS]
                print("| %s | %s | %s |" % (
                    STEPS[row.step], over.replace("udp", "UDP").replace(
                        "tcp", "TCP"), " | ".join(words)))


main()
