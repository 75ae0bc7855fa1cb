# SPDX-License-Identifier: GPL-3.0-or-later
"""sipp -- SIPp as a SIP server, socat before it where TLS is wanted."""

import subprocess
import tempfile
from pathlib import Path

from testenv.ports import free_udp_port, wait_bound
from testenv.proc import Process

SCENARIOS = Path(__file__).resolve().parent.parent / "sipp"

PATIENCE = 20


def send(scenario, address, service, transport="udp"):
    """Runs a scenario once as a client; its answers have to be the wanted."""
    done = subprocess.run(
        ["sipp", "-sf", SCENARIOS / (scenario + ".xml"), "-i", "127.0.0.1",
         "-s", service, "-t", transport[0] + "1", "-m", "1", "-nostdin",
         address], stdin=subprocess.DEVNULL, capture_output=True,
        timeout=PATIENCE)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr


class Sipp:
    """Answers by sipp/SCENARIO.xml over "udp" or "tcp".

    words: what to put in the place of @NAME@ in the scenario. A request sent
    again is a new request to it (-nr): the scenario decides.
    """

    address = "127.0.0.1"

    def __init__(self, scenario, transport="udp", **words):
        self.transport = transport
        text = (SCENARIOS / (scenario + ".xml")).read_text()
        for name, value in words.items():
            text = text.replace("@%s@" % name.upper(), value)
        self.file = tempfile.NamedTemporaryFile("w", suffix=".xml")
        self.file.write(text)
        self.file.flush()
        self.port = free_udp_port()
        self.process = Process(
            "sipp", "-sf", self.file.name, "-i", "127.0.0.1", "-p", self.port,
            "-t", transport[0] + "1", "-nr", "-nostdin")
        wait_bound(transport, self.port, self.process)

    def stop(self):
        self.process.stop()
        self.file.close()


class SippTls:
    """The same over TLS; `asks`: the CA file for a client certificate."""

    address, transport = "127.0.0.1", "tls"

    def __init__(self, pki, cert, scenario, asks=None, **words):
        self.sipp = Sipp(scenario, "tcp", **words)
        wanted = "verify=1,cafile=%s" % asks if asks else "verify=0"
        self.process = Process(
            "socat", "-d", "-d", "OPENSSL-LISTEN:0,bind=127.0.0.1,reuseaddr,"
            "fork,%s,cert=%s" % (wanted, pki.pem(*cert.path, key=cert.key)),
            "TCP:127.0.0.1:%d" % self.sipp.port)
        self.port = int(self.process.wait_for(
            r"listening on .*:(\d+)$").group(1))

    def stop(self):
        self.process.stop()
        self.sipp.stop()
