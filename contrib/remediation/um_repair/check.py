# SPDX-License-Identifier: GPL-3.0-or-later
"""check -- the check run by us: what is found now, as ids and states."""

import json
import re
import subprocess

from um_repair.process import run

OUTPUT_LIMIT = 1 << 20
ID = re.compile(r"[a-z0-9]+\.[a-z0-9-]+", re.ASCII)
STATES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")


class Unclear(Exception):
    """The check did not say what is the matter."""


def _worse(state, other):
    order = ("OK", "WARNING", "UNKNOWN", "CRITICAL")
    return max(state, other, key=order.index)


def read_findings(output, status):
    """{id: its worst state} of a plugin's JSON; anything else is Unclear."""
    try:
        found = json.loads(output)
        if found["exit"] != status or found["state"] != STATES[status]:
            raise Unclear("the output does not fit exit status %d" % status)
        findings = {}
        for each in found["findings"]:
            name, state = each["id"], each["state"]
            if not ID.fullmatch(name) or state not in STATES:
                raise Unclear("a finding without a proper id and state")
            findings[name] = _worse(state, findings.get(name, "OK"))
        return findings
    except (ValueError, KeyError, TypeError, IndexError,
            RecursionError) as problem:
        raise Unclear("the output is no plugin's JSON") from problem


def findings_now(service):
    """Runs the check of a service; nothing is taken from the alarm's text."""
    done = run([*service.check, "--output", "json"], service.check_timeout,
               OUTPUT_LIMIT, errors=subprocess.DEVNULL)
    if done.status is None:
        raise Unclear("the check %s" % done.why)
    if done.cut:
        raise Unclear("the check wrote more than %d bytes" % OUTPUT_LIMIT)
    if not 0 <= done.status < len(STATES):
        raise Unclear("the check ended with %d" % done.status)
    return read_findings(done.output, done.status)


def critical(findings):
    return {name for name, state in findings.items() if state == "CRITICAL"}


def bad(findings):
    return {name for name, state in findings.items()
            if state in ("CRITICAL", "UNKNOWN")}
