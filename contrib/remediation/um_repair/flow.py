# SPDX-License-Identifier: GPL-3.0-or-later
"""flow -- from an alarm to a repair, or to why there is none."""

import time

from um_repair import Unusable, plain, say
from um_repair.check import Unclear, bad, critical, findings_now
from um_repair.config import check_places
from um_repair.engine import ask_for_check, tell
from um_repair.fill import argv, script
from um_repair.process import run
from um_repair.record import Attempts, locked

DONE, FAILED, REFUSED, UNUSABLE = 0, 1, 2, 3
OUTPUT_LIMIT = 2000
# What ends the work on a service: the next step would build on sand.
FINAL = ("failed", "limit")
# Nobody is to be told of these; the log has them.
QUIET = ("ignored", "not-allowed", "nothing-to-do")


class Repair:
    """One run for one service that the configuration allows."""

    def __init__(self, config, audit, host, service, dry):
        self.config, self.audit = config, audit
        self.host, self.service, self.dry = host, service, dry
        self.attempts = Attempts(config.state)
        self.findings = {}

    def work(self):
        """(decision, further facts for the result)."""
        with locked(self.config.state, self.config.wait) as ours:
            if not ours:
                return "busy", {"why": "another repair is under way"}
            try:
                self.findings = findings_now(self.service)
            except Unclear as problem:
                return "check-failed", {"why": str(problem)}
            before = self.findings
            steps = self._steps()
            if not steps:
                return "nothing-to-do", {"before": before}
            return "acted", {"before": before, "steps": steps,
                             "after": self.findings}

    def _steps(self):
        results = []
        for step in self.service.steps:
            present = [name for name in step.findings
                       if name in critical(self.findings)]
            if not present:
                continue
            result = self._step(step, present[0])
            results.append({"kind": step.action.kind, "finding": present[0],
                            "action": step.action.name, **result})
            # Evidence that was not had is no reason against a repair.
            if step.action.kind == "repair" and result["decision"] in FINAL:
                break
        return results

    def _step(self, step, finding):
        action = step.action
        if self.dry or not step.enabled:
            return {"decision": "dry-run", "why": "--dry-run" if self.dry else
                    "not enabled", "command": self._command(action)}
        limit = self.attempts.objection(
            self.host.name, finding, action, self.config.limits[action.kind])
        if limit:
            return {"decision": "limit", "why": limit}
        return self._act(action, finding)

    def _command(self, action):
        """The command as people read it: PowerShell before its encoding."""
        if action.powershell:
            return script(action, self.host.values).splitlines()
        return argv(action, self.host, self.config.ssh)

    def _act(self, action, finding):
        command = argv(action, self.host, self.config.ssh)
        about = {"kind": action.kind, "action": action.name,
                 "finding": finding}
        self.audit.write("start", **about, before=self.findings,
                         argv=command, command=self._command(action))
        self.attempts.add(self.host.name, finding, action)
        done = run(command, action.timeout, OUTPUT_LIMIT)
        before = self.findings
        if action.kind == "look":
            ended = {"decision": "done" if done.status == 0 else "failed",
                     "why": how_ended(done)}
        else:
            ended = self._settle(action, finding, done)
        self.audit.write(
            "end", **about, before=before, after=self.findings, **ended,
            exit=done.status, cut=done.cut,
            output=plain(done.output, OUTPUT_LIMIT, keep="\n"))
        return {**ended, "exit": done.status}

    def _settle(self, action, finding, done):
        """The check again, until the finding is gone or time is up."""
        before = bad(self.findings)
        # Where the action failed there is nothing to wait for.
        end = time.monotonic() + (action.settle if done.status == 0 else 0)
        while True:
            try:
                self.findings = findings_now(self.service)
                why = objection(finding, before, bad(self.findings))
            except Unclear as problem:
                self.findings, why = None, str(problem)
            pause = min(action.poll, end - time.monotonic())
            if why is None or pause <= 0:
                break
            time.sleep(pause)
        good = done.status == 0 and why is None
        told = [why or "%s is gone" % finding]
        if done.status != 0:
            told.insert(0, how_ended(done))
        return {"decision": "done" if good else "failed",
                "why": "; ".join(told)}


def how_ended(done):
    return done.why or "exit status %d" % done.status


def objection(finding, before, after):
    """What speaks against success; another fault in its place is none."""
    if finding in after:
        return "%s is still there" % finding
    if after - before:
        return "%s is gone, but now there is %s" % (
            finding, ", ".join(sorted(after - before)))
    return None


def admit(config, event):
    """(host, service, None), or why nothing can follow: (decision, why)."""
    if event.state_type != "HARD" or event.state != "CRITICAL":
        return None, None, ("ignored", "only a hard CRITICAL is acted on")
    if event.downtime or event.host_downtime:
        return None, None, ("ignored", "people are at work: a downtime")
    host = config.hosts.get(event.host)
    service = host.services.get(event.service) if host else None
    if not service:
        return None, None, ("not-allowed",
                            "not in the configuration's list")
    return host, service, None


def status_of(decision, steps):
    """The exit status that the manual promises."""
    if decision == "unusable":
        return UNUSABLE
    decisions = {step["decision"] for step in steps}
    if decision == "check-failed" or "failed" in decisions:
        return FAILED
    if decision in ("busy", "not-allowed") or "limit" in decisions:
        return REFUSED
    return DONE


def sentence(event, decision, facts):
    """One line for who stands before the screen."""
    who = "%s, %s" % (plain(event.host), plain(event.service))
    if "steps" not in facts:
        why = facts.get("why")
        return "%s: %s%s" % (who, decision, ": " + why if why else "")
    return "%s: %s" % (who, "; ".join(
        "%s for %s: %s (%s)" % (step["action"], step["finding"],
                                step["decision"], step["why"])
        for step in facts["steps"]))


def finish(config, audit, event, decision, facts):
    """Records the result, tells it, has the engine look; the exit status."""
    steps = facts.get("steps", [])
    status = status_of(decision, steps)
    if any("exit" in step for step in steps):
        facts = {**facts, "engine": ask_for_check(
            config.engine, event.host, event.service)}
    record = audit.record("result", decision=decision, **facts, status=status)
    try:
        audit.append(record)
    finally:
        # What was done is told, also when the log has become unwritable.
        say("um-repair: " + sentence(event, decision, facts))
        if config.tell and decision not in QUIET:
            how = tell(config, record)
            audit.write("told", how=how)
    return status


def handle(config, audit, event, detach):
    """An alarm, to the end; the exit status."""
    check_places(config)
    audit.common = {"host": plain(event.host), "service": plain(event.service),
                    "state": plain(event.state), "attempt": event.attempt,
                    "state_type": plain(event.state_type)}
    host, service, refusal = admit(config, event)
    if refusal:
        return finish(config, audit, event, refusal[0], {"why": refusal[1]})
    detach()
    try:
        decision, facts = Repair(config, audit, host, service,
                                 event.dry_run).work()
    except Unusable as problem:
        decision, facts = "unusable", {"why": str(problem)}
    except SystemExit as signal:
        audit.write("result", decision="ended", status=signal.code)
        raise
    except Exception as problem:    # in the background nobody would see it
        decision, facts = "unusable", {"why": "a defect: %r" % problem}
    return finish(config, audit, event, decision, facts)
