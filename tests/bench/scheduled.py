# SPDX-License-Identifier: GPL-3.0-or-later
"""scheduled -- 500 checks a minute, scheduled by one Icinga 2 node."""
import collections
import contextlib
import os
import pathlib
import statistics
import sys
import time

from cert import NAME, Server
from cert import PLUGIN as UM_CERT
from contest import BUILD, TOP, find, rivals
from lab import KEYS, Lab
from sip import PLUGIN as SIP_OPTIONS
from sip import Kamailio

os.environ.setdefault("UM_BUILD", str(BUILD))
sys.path[:0] = [str(TOP / "tests/engines"), str(TOP / "tests/integration")]
from engine.icinga2 import Node                     # noqa: E402
from testenv.pki import Pki                         # noqa: E402

SERVICES = 500
INTERVAL = 60       # seconds: each service once
SERVERS = 4         # s_server answers one client after the other
LATE = 1            # seconds after the time that the schedule said
PAGE = 20           # seconds: each result is seen before the next replaces it
TICKS = os.sysconf("SC_CLK_TCK")
RESULTS = ("/v1/objects/services?attrs=name&attrs=next_check"
           "&attrs=last_check_result")


def quoted(words):
    return ", ".join('"%s"' % word for word in words)


def configuration(node, command, ports):
    """Every service runs the same command line, but for the port."""
    services = "".join(
        'object Service "%d" {\n host_name = "bench"\n'
        ' check_command = "bench"\n check_interval = %d\n vars.port = %s\n}\n'
        % (number, INTERVAL, ports[number % len(ports)])
        for number in range(SERVICES))
    return (node.endpoint() +
            'object CheckCommand "bench" { command = [ %s ] }\n'
            'object Host "bench" { check_command = "dummy" }\n'
            % quoted(command) + services)


def ticks_of(pid):
    """(parent, ticks of its own and of the children it has buried)."""
    fields = pathlib.Path("/proc/%s/stat" % pid).read_text().rpartition(")")[2]
    words = fields.split()
    return int(words[1]), sum(map(int, words[11:15]))


def cpu_seconds(root):
    """What a process and all below it have used (proc(5))."""
    known = {}
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it may end meanwhile
            known[int(path.name)] = ticks_of(path.name)
    family, before = {root}, 0
    while len(family) > before:
        before = len(family)
        family |= {pid for pid, (parent, _) in known.items()
                   if parent in family}
    return sum(known[pid][1] for pid in family if pid in known) / TICKS


class Phase:
    """One kind of check, and what Icinga tells of its results."""

    def __init__(self, title, command, ports):
        self.title, self.ports = title, ports
        self.command = [str(word) for word in command]
        self.latency, self.execution = [], []
        self.states = collections.Counter()
        self.seen = set()
        self.overdue = 0

    def collect(self, node, since):
        asked, found = time.time(), node.get(RESULTS)
        self.overdue = sum(each["attrs"]["next_check"] < asked - LATE
                           for each in found)
        for each in found:
            name = each["attrs"]["name"]
            result = each["attrs"]["last_check_result"]
            if not result or result["execution_start"] < since or \
                    (name, result["execution_start"]) in self.seen:
                continue
            self.seen.add((name, result["execution_start"]))
            took = result["execution_end"] - result["execution_start"]
            self.execution.append(took)
            # As Icinga's CheckResult::CalculateLatency has it.
            self.latency.append(max(0, result["schedule_end"] -
                                    result["schedule_start"] - took))
            self.states[int(result["state"])] += 1

    def run(self, folder, pki, seconds):
        folder.mkdir()
        node = Node(folder, pki)
        try:
            node.start(configuration(node, self.command, self.ports))
            root, began = node.process.child.pid, time.time()
            used = cpu_seconds(root)
            while time.time() < began + seconds:
                time.sleep(min(PAGE, max(0, began + seconds - time.time())))
                self.collect(node, began)
            self.cpu = cpu_seconds(root) - used
            self.seconds = time.time() - began
            status = node.get("/v1/status/CIB")[0]["status"]
            self.last_minute = status["active_service_checks_1min"]
        finally:
            node.stop()
        wrong = sum(self.states.values()) - self.states[0]
        if wrong:
            print("%s: %d results are not OK: %s" % (
                self.title, wrong, " ".join(self.command)), file=sys.stderr)

    def cells(self):
        def spread(values):
            cuts = statistics.quantiles(values, n=20)
            return ["%.1f" % (1000 * value) for value in
                    (statistics.median(values), cuts[-1], max(values))]
        late = sum(value > LATE for value in self.latency) + self.overdue
        return [self.title, str(len(self.latency)), "%d" % self.last_minute,
                str(late), *spread(self.latency), *spread(self.execution),
                "%.1f" % (1000 * self.cpu / len(self.latency)),
                "%.0f" % (100 * self.cpu / self.seconds)]


def phases(lab, ports, kamailio):
    """Ours, the same question by check_http, and a SIP server over TLS."""
    port = "$port$"
    found = [Phase("check_um_cert", [
        UM_CERT, "-H", "127.0.0.1", "-p", port, "--expect", NAME, "--ca-file",
        lab.path("root.pem")], ports)]
    for other in rivals([("check_http", "check_http -C", [
            "-I", "127.0.0.1", "-p", port, "-S", "--sni", "-H", NAME, "-C",
            "30"])]):
        found.append(Phase(other.title, other.command, ports))
    if kamailio:
        found.append(Phase("check_sip_options -T tls", [
            SIP_OPTIONS, "-H", "127.0.0.1", "-T", "tls", "-p", port],
            [kamailio.ports["tls"]]))
    return found


def print_table(found):
    columns = ["check", "results", "in the last minute", "late > %d s" % LATE,
               *("%s ms, %s" % (what, which)
                 for what in ("latency", "execution")
                 for which in ("median", "95 %", "max")),
               "CPU ms a check", "CPU % of a core"]
    print("| %s |" % " | ".join(columns))
    print("| --- " * len(columns) + "|")
    for phase in found:
        print("| %s |" % " | ".join(phase.cells()))


def bench(folder, seconds):
    if not find("icinga2") and not find("/usr/sbin/icinga2"):
        raise SystemExit("icinga2 is not installed: nothing schedules")
    lab = Lab(folder, KEYS["ECDSA P-256"])
    lab.sign("root", "inter", "ca", "/O=Contoso/CN=Contoso Issuing CA")
    lab.sign("inter", "leaf", "leaf", "/O=Contoso/CN=%s" % NAME, [NAME])
    lab.bundle("chain.pem", "leaf", "inter")
    (folder / "pki").mkdir()
    pki = Pki(folder / "pki")
    with contextlib.ExitStack() as running:
        servers = [running.enter_context(Server(lab)) for _ in range(SERVERS)]
        program = find("kamailio") or find("/usr/sbin/kamailio")
        kamailio = program and running.enter_context(Kamailio(program, lab))
        found = phases(lab, [each.port for each in servers], kamailio)
        for number, phase in enumerate(found):
            phase.run(folder / str(number), pki, seconds)
    print("\n### %d checks a minute on one Icinga 2 node, %d s each\n"
          % (SERVICES * 60 // INTERVAL, seconds))
    print_table(found)
    print("\nload of the machine: %s" % " ".join(
        "%.2f" % each for each in os.getloadavg()))
