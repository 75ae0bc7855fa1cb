#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints llvm-cov's figures of common/ by folder, and of the parsers.

lines.py PARSER... <EXPORT: a table; status 1 when less than 85 % of the
parsers' lines are reached.
"""
import collections
import json
import sys

WANTED = 85.0


def main(parsers):
    files = {}
    for entry in json.load(sys.stdin)["data"][0]["files"]:
        _, found, name = entry["filename"].rpartition("/common/")
        if found and name.endswith(".c"):
            lines = entry["summary"]["lines"]
            files[name] = (lines["covered"], lines["count"])
    missing = [p for p in parsers if p not in files]
    if missing:
        sys.exit(f"lines: not measured: {' '.join(missing)}")

    def tell(name, covered, count):
        print(f"{name:26} {covered:6} of {count:6} lines  "
              f"{100 * covered / count:5.1f} %")
        return 100 * covered / count

    folders = collections.defaultdict(lambda: [0, 0])
    for name, (covered, count) in sorted(files.items()):
        for key in (name.split("/")[0] + "/", "common/"):
            folders[key][0] += covered
            folders[key][1] += count
    for name in parsers:
        tell(name, *files[name])
    print()
    for name, (covered, count) in folders.items():
        tell(name, covered, count)
    share = tell("the parsers", *(sum(files[p][i] for p in parsers)
                                  for i in (0, 1)))
    return 0 if share >= WANTED else 1


sys.exit(main(sys.argv[1:]))
