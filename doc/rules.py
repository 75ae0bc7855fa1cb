#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# rules.py -- doc/rules.md from check_um_cert --list-rules --output json.
import json
import sys

HEAD = """\
# The rules of check_um_cert

Made by doc/rules.py from `check_um_cert --list-rules --output json`; a test
holds the two together.

C: critical, W: warning, o: told as OK, -: not judged; of W/C the second is
for the worse case. `--state ID=STATE` changes what a finding is worth.
"""


def cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


def table(rows):
    yield from ("| " + " | ".join(map(cell, row)) + " |" for row in rows)


def main():
    data = json.load(sys.stdin)
    profiles, rules = data["profiles"], data["rules"]
    print(HEAD)
    for line in table([
            ["id", "what holds", *profiles],
            ["---"] * (2 + len(profiles)),
            *([f"`{rule['id']}`", rule["says"],
               *(rule["verdicts"][profile] for profile in profiles)]
              for rule in rules)]):
        print(line)
    print("\n## Sources\n")
    for rule in rules:
        print(f"- `{rule['id']}`: {cell(rule['source'])}")


main()
