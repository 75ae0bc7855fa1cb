# SPDX-License-Identifier: GPL-3.0-or-later
"""main -- the command line of um-repair."""

import argparse
import os
import signal
import sys

from um_repair import Unusable, plain, say
from um_repair.config import DEFAULT, check_places, load
from um_repair.flow import UNUSABLE, handle
from um_repair.record import Audit

EPILOG = """\
exit status: 0 done, or nothing to do; 1 an action failed or its finding is
still there; 2 refused by a rule; 3 wrong command line or configuration
"""


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Unusable(message)


def parser():
    made = Parser(
        prog="um-repair", allow_abbrev=False, epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Starts the repair that the configuration allows for the "
        "findings of a service.")
    made.add_argument("--config", metavar="FILE", default=DEFAULT,
                      help="default: %(default)s")
    made.add_argument("--check-config", action="store_true",
                      help="say what the configuration allows, and end")
    made.add_argument("--dry-run", action="store_true",
                      help="run the check and nothing else")
    made.add_argument("--background", action="store_true",
                      help="let the engine go on meanwhile")
    alarm = made.add_argument_group("the alarm")
    alarm.add_argument("--host", help="the host's name in the engine")
    alarm.add_argument("--service", help="the service's name in the engine")
    alarm.add_argument("--state", help="its state; acted on: CRITICAL")
    alarm.add_argument("--state-type", metavar="TYPE", help="acted on: HARD")
    alarm.add_argument("--attempt", type=int, default=0, metavar="N",
                       help="the check attempt, for the log")
    alarm.add_argument("--downtime", type=int, default=0, metavar="N",
                       help="downtimes of the service: none is acted in")
    alarm.add_argument("--host-downtime", type=int, default=0, metavar="N",
                       help="those of the host")
    return made


def arguments(argv):
    given = parser().parse_args(argv)
    if not given.check_config:
        for name in ("host", "service", "state", "state_type"):
            if getattr(given, name) is None:
                raise Unusable("--%s is missing" % name.replace("_", "-"))
    return given


def table(config):
    """A line an action that is allowed for a service."""
    rows = [("host", "service", "finding", "action", "will be")]
    for host in config.hosts.values():
        for service in host.services.values():
            for step in service.steps:
                what = "looked" if step.action.kind == "look" else \
                    "repaired" if step.enabled else "told, not done"
                rows += [(host.name, service.name, finding, step.action.name,
                          what) for finding in step.findings]
    if len(rows) == 1:
        return "nothing is allowed: no finding of a host has an action"
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join("  ".join(
        cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
        for row in rows)


def detach():
    """The engine sees us end; the work goes on in a session of its own."""
    if os.fork():
        os._exit(0)
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


def end(number, _):
    """Ends as an exception does: what was started is ended, too."""
    sys.exit(128 + number)


def main(argv):
    os.umask(0o027)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end)
    try:
        given = arguments(argv)
        config = load(given.config)
        if given.check_config:
            check_places(config)
            say(table(config))
            return 0
        return handle(config, Audit(config.log), given,
                      detach if given.background else lambda: None)
    except Unusable as problem:
        say("um-repair: " + plain(str(problem), 1000))
        return UNUSABLE
