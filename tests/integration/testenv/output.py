# SPDX-License-Identifier: GPL-3.0-or-later
"""output -- the plugin's text, JSON and OpenMetrics, parsed strictly."""

import json
import re
from dataclasses import dataclass

from testenv import contract

NUMBER = r"-?\d+(?:\.\d+)?"
RANGE = r"(?:@?(?:(?:~|%s):)?(?:%s)?)" % (NUMBER, NUMBER)
DATUM = re.compile(
    r"(?P<label>[a-z][a-z0-9_]*)=(?P<value>%s)(?P<unit>s|%%|c|)"
    r"(?:;(?P<warning>%s)(?:;(?P<critical>%s)"
    r"(?:;(?P<min>(?:%s)?)(?:;(?P<max>(?:%s)?))?)?)?)?"
    % (NUMBER, RANGE, RANGE, NUMBER, NUMBER))
LINE1 = re.compile(r"([A-Z_]+) (OK|WARNING|CRITICAL|UNKNOWN): ([^|]+?)"
                   r"(?: \| ([^|]+))?")
FINDING = re.compile(r"\[(OK|WARNING|CRITICAL|UNKNOWN)\] ([a-z]+\.[a-z0-9-]+)"
                     r"(?: (.*?))?: (.+)")
METRIC_KEYS = {"label", "value", "unit", "warning", "critical", "min", "max"}
FINDING_KEYS = {"id", "state", "where", "text", "remedy", "source"}
TOP_KEYS = {"plugin", "version", "state", "exit", "summary", "findings",
            "passed", "metrics", "facts"}
CHAIN_KEYS = {"subject", "issuer", "serial", "sha256", "not_before",
              "not_after", "common_names", "dns", "uri", "ip", "key_type",
              "key_bits", "signature", "usage"}
TLS_KEYS = {"version", "cipher", "asked_client_cert", "acceptable_cas",
            "ocsp_staple"}
HOP_KEYS = {"name", "host", "address", "state", "says", "times", "findings"}
HOP_TIMES = {"connect", "handshake", "answer"}
ANSWER_KEYS = {"status", "reason", "headers", "source"}
ISO8601 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
# Controls of Unicode, lines that split, marks that reorder a line.
HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029"
                     "\u202a-\u202e\u2066-\u2069<>]")
LIMIT = 8192


@dataclass
class Finding:
    state: str
    id: str
    where: str
    text: str
    remedy: str = None


def assert_harmless(text):
    found = HARMFUL.search(text)
    assert not found, "harmful character %r in %r" % (found.group(), text)


def perfdata(text, labels):
    """{label: match}; a malformed datum fails the test."""
    data = {}
    for word in (text or "").split(" "):
        if not word:
            continue
        match = DATUM.fullmatch(word)
        assert match, "malformed perfdata %r" % word
        assert match["label"] not in data, "label twice: %r" % word
        data[match["label"]] = match
    assert set(data) <= labels, data
    assert len({label[:19] for label in data}) == len(data)
    return data


class Text:
    """Text output: line 1, findings with their remedies, perfdata."""

    def __init__(self, out, promise, verbose):
        assert out.endswith("\n")
        assert "\t" not in out
        assert_harmless(out)
        assert len(out.encode()) < LIMIT or verbose > 1
        self.out = out
        self.lines = out[:-1].split("\n")
        self.line1 = self.lines[0]
        match = LINE1.fullmatch(self.line1)
        assert match, "line 1 is %r" % self.line1
        title, self.state, self.summary = match.group(1, 2, 3)
        assert title == promise.title
        self.perfdata = perfdata(match.group(4), promise.metrics)
        assert "|" not in "".join(self.lines[1:])
        self.findings = self._findings(promise.ids)

    def _findings(self, ids):
        found = []
        for line in self.lines[1:]:
            match = FINDING.fullmatch(line)
            if match:
                found.append(Finding(*match.groups()))
                assert found[-1].id in ids, line
            elif line.startswith("    remedy: "):
                found[-1].remedy = line[len("    remedy: "):]
        return found

    def finding(self, finding_id):
        for finding in self.findings:
            if finding.id == finding_id:
                return finding
        return None


def unique_keys(pairs):
    keys = [key for key, _ in pairs]
    assert len(set(keys)) == len(keys), "key twice in %r" % keys
    return dict(pairs)


def no_constant(name):
    raise AssertionError("%s is not JSON" % name)


class Json:
    """JSON output, held against the keys and the types of the contract."""

    def __init__(self, out, name, promise):
        self.doc = json.loads(out, object_pairs_hook=unique_keys,
                              parse_constant=no_constant)
        assert set(self.doc) == TOP_KEYS, sorted(self.doc)
        self.state = self.doc["state"]
        self.summary = self.doc["summary"]
        self.findings = self.doc["findings"]
        self.passed = self.doc["passed"]
        self.facts = self.doc["facts"]
        self.metrics = {each["label"]: each for each in self.doc["metrics"]}
        assert self.doc["plugin"] == name
        assert self.doc["exit"] == contract.EXIT[self.state]
        assert_harmless(self.summary)
        self._check_findings(promise.ids)
        self._check_metrics(promise.metrics)
        for cert in self.facts.get("chain", []):
            self._check_cert(cert)
        if self.facts.get("tls"):
            assert set(self.facts["tls"]) == TLS_KEYS
        if self.facts.get("answer"):
            self._check_answer(self.facts["answer"])
        for hop in self.facts.get("hops", []):
            self._check_hop(hop, promise.ids)
        for profile, state in self.facts.get("matrix", {}).items():
            assert profile in contract.PROFILES and state in contract.EXIT

    def _check_findings(self, ids):
        for finding in self.findings:
            assert set(finding) == FINDING_KEYS, finding
            assert finding["id"] in ids, finding
            assert finding["state"] in contract.EXIT, finding
            assert finding["text"], finding
        assert set(self.passed) <= ids

    def _check_metrics(self, labels):
        assert len(self.metrics) == len(self.doc["metrics"])
        for metric in self.metrics.values():
            assert set(metric) == METRIC_KEYS
            assert metric["label"] in labels
            assert isinstance(metric["value"], (int, float))

    def _check_answer(self, answer):
        assert ANSWER_KEYS <= set(answer), ANSWER_KEYS - set(answer)
        assert isinstance(answer["status"], int)
        for header in answer["headers"]:
            assert set(header) == {"name", "value"}, header

    def _check_hop(self, hop, ids):
        assert set(hop) == HOP_KEYS, hop
        assert set(hop["times"]) == HOP_TIMES, hop
        assert hop["state"] in contract.EXIT, hop
        assert set(hop["findings"]) <= ids, hop

    def _check_cert(self, cert):
        assert CHAIN_KEYS <= set(cert), CHAIN_KEYS - set(cert)
        for key in ("not_before", "not_after"):
            assert cert[key] is None or ISO8601.fullmatch(cert[key])
        for key in ("common_names", "dns", "uri", "ip", "usage"):
            assert isinstance(cert[key], list)
        assert isinstance(cert["key_bits"], int)

    @property
    def broken(self):
        """{id: state} of everything wrong or noted."""
        return {finding["id"]: finding["state"] for finding in self.findings
                if finding["id"] != "name.not-compared"}

    def text(self, finding_id):
        return " / ".join(finding["text"] for finding in self.findings
                          if finding["id"] == finding_id)

    def finding(self, finding_id):
        for finding in self.findings:
            if finding["id"] == finding_id:
                return finding
        return None

    def judged(self, rule, state):
        """Whether the rule got this state; None: it was not judged."""
        if state is None:
            return rule not in self.broken and rule not in self.passed
        return self.broken.get(rule) == state

    def holds(self, rule):
        return rule in self.passed and rule not in self.broken


SAMPLE = re.compile(r"([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (%s)" % NUMBER)
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\\n]|\\[\\"n])*)"')


class OpenMetrics:
    """OpenMetrics text: families told before their samples, `# EOF` last."""

    def __init__(self, out):
        assert out.endswith("# EOF\n")
        assert_harmless(out)
        self.families = {}
        self.samples = []
        for line in out.split("\n")[:-2]:
            if line.startswith("#"):
                self._family(line)
            else:
                self._sample(line)

    def _family(self, line):
        keyword, name, rest = re.fullmatch(
            r"# (TYPE|UNIT|HELP) (\S+) (.*)", line).groups()
        family = self.families.setdefault(name, {})
        assert keyword not in family, "told twice: %r" % line
        family[keyword] = rest

    def _sample(self, line):
        match = SAMPLE.fullmatch(line)
        assert match, "malformed sample %r" % line
        name, labels, value = match.groups()
        assert name in self.families, "no family for %r" % line
        pairs = LABEL.findall(labels or "")
        assert ",".join('%s="%s"' % pair for pair in pairs) == (labels or "")
        self.samples.append((name, dict(pairs), float(value)))

    def values(self, name):
        return [(labels, value) for found, labels, value in self.samples
                if found == name]
