# SPDX-License-Identifier: GPL-3.0-or-later
"""sip -- check_sip_options against other OPTIONS clients and the floors."""
import contextlib
import socket
import subprocess
import time

from contest import BUILD, Contender, compete, find, print_table, rivals
from lab import KEYS, Lab

PLUGIN = BUILD / "plugins/check_sip_options"
FLOOR = BUILD / "tests/bench/floor_sip"
FLOOR_TLS = BUILD / "tests/bench/floor_sip_tls"
NAME = "um1.contoso.test"
HOST = "127.0.0.1"

# With more than one TCP child, Kamailio 5.6 falls over TLS handshakes that
# overlap.
CONFIG = """\
#!KAMAILIO
debug=0
log_stderror=yes
fork=yes
children=1
tcp_children=1
auto_aliases=no
dns=no
rev_dns=no
enable_tls=yes
listen=udp:{host}:{udp}
listen=tcp:{host}:{tcp}
listen=tls:{host}:{tls}
loadmodule "sl.so"
loadmodule "tls.so"
modparam("tls", "tls_method", "TLSv1.2+")
modparam("tls", "certificate", "{certificate}")
modparam("tls", "private_key", "{key}")
request_route {{
	sl_send_reply("200", "OK");
}}
"""


def free_ports():
    """By transport; all are held until all are known, so none comes twice."""
    kinds = {"udp": socket.SOCK_DGRAM, "tcp": socket.SOCK_STREAM,
             "tls": socket.SOCK_STREAM}
    ports = {}
    with contextlib.ExitStack() as held:
        for transport, kind in kinds.items():
            holder = held.enter_context(socket.socket(socket.AF_INET, kind))
            holder.bind((HOST, 0))
            ports[transport] = holder.getsockname()[1]
    return ports


class Kamailio:
    """Answers every request with 200, keeps no state."""

    def __init__(self, program, lab):
        self.ports = free_ports()
        self.log = lab.path("kamailio.log")
        config = lab.path("kamailio.cfg")
        config.write_text(CONFIG.format(
            host=HOST, certificate=lab.path("chain.pem"),
            key=lab.path("leaf.key"), **self.ports))
        with self.log.open("w") as out:
            self.process = subprocess.Popen(
                [program, "-f", config, "-w", lab.folder, "-Y", lab.folder,
                 "-P", lab.path("kamailio.pid"), "-m", "64", "-M", "8", "-E",
                 "-DD"],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out)

    def answers(self):
        asked = [(FLOOR, "udp"), (FLOOR_TLS, "tls")]
        return all(
            subprocess.run([program, HOST, str(self.ports[transport])],
                           stdout=subprocess.DEVNULL).returncode == 0
            for program, transport in asked)

    def __enter__(self):
        for _ in range(100):
            if self.answers():
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        self.__exit__()
        raise SystemExit("kamailio did not start: " + self.log.read_text())

    def __exit__(self, *_):
        self.process.terminate()  # it ends its children
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def request(transport, port):
    """What check_tcp and check_udp are to send, in their notation."""
    lines = [f"OPTIONS sip:{HOST}:{port} SIP/2.0",
             f"Via: SIP/2.0/{transport} bench.invalid;rport;branch=z9hG4bK1",
             "Max-Forwards: 70", "From: <sip:bench@bench.invalid>;tag=1",
             f"To: <sip:{HOST}:{port}>", "Call-ID: 1@bench.invalid",
             "CSeq: 1 OPTIONS", "Content-Length: 0", "", ""]
    return ["-E", "-s", r"\r\n".join(lines), "-e", "SIP/2.0 200"]


def ours(transport, port):
    return rivals([(PLUGIN, "check_sip_options",
                    ["-H", HOST, "-T", transport, "-p", port])])


def over_udp(port):
    url = f"sip:{HOST}:{port}"
    return [
        Contender("floor", [FLOOR, HOST, port]), *ours("udp", port),
        *rivals([
            ("sip-options", "sip-options", [url]),
            ("sipsak", "sipsak", ["-s", url]),
            ("check_udp", "check_udp -s -e",
             ["-H", HOST, "-p", port, *request("UDP", port)]),
        ])]


def over_tcp(port):
    url = f"sip:{HOST}:{port}"
    return ours("tcp", port) + rivals([
        ("sip-options", "sip-options", [url + ";transport=tcp"]),
        ("sipsak", "sipsak", ["-E", "tcp", "-s", url]),
        ("check_tcp", "check_tcp, no OPTIONS", ["-H", HOST, "-p", port]),
        ("check_tcp", "check_tcp -s -e",
         ["-H", HOST, "-p", port, *request("TCP", port)]),
    ])


def over_tls(port):
    return [
        Contender("floor", [FLOOR_TLS, HOST, port]), *ours("tls", port),
        *rivals([
            ("check_tcp", "check_tcp -S, no OPTIONS",
             ["-S", "-H", HOST, "-p", port]),
            ("check_tcp", "check_tcp -S -s -e",
             ["-S", "-H", HOST, "-p", port, *request("TLS", port)]),
        ])]


def bench(folder, rounds):
    program = find("kamailio") or find("/usr/sbin/kamailio")
    if not program:
        raise SystemExit("kamailio is not installed: no server to ask")
    lab = Lab(folder, KEYS["ECDSA P-256"])
    lab.sign("root", "leaf", "leaf", f"/O=Contoso/CN={NAME}", [NAME])
    lab.bundle("chain.pem", "leaf", "root")
    with Kamailio(program, lab) as server:
        for transport, field, beside in (
                ("udp", over_udp, ("sip-options", "floor")),
                ("tcp", over_tcp, ("sip-options",)),
                ("tls", over_tls, ("floor",))):
            contenders = field(server.ports[transport])
            compete(contenders, rounds)
            print(f"\n### OPTIONS over {transport.upper()}, {rounds} rounds\n")
            print_table(contenders, *beside)
