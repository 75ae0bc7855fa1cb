# SPDX-License-Identifier: GPL-3.0-or-later
"""cert -- check_um_cert against other checks of certificates and the floor."""
import re
import subprocess
import time

from contest import BUILD, Contender, compete, print_table, rivals
from lab import KEYS, Lab

PLUGIN = BUILD / "plugins/check_um_cert"
FLOOR = BUILD / "tests/bench/floor"
NAME = "um1.contoso.test"


class Server:
    """openssl s_server on a port that the kernel chose."""

    def __init__(self, lab):
        self.log = lab.path("server.log")
        with self.log.open("w") as out:
            self.process = subprocess.Popen(
                ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert",
                 lab.path("leaf.pem"), "-key", lab.path("leaf.key"),
                 "-cert_chain", lab.path("inter.pem"), "-naccept", "1000000"],
                stdin=subprocess.PIPE, stdout=out, stderr=out)
        for _ in range(100):
            found = re.search(r"^ACCEPT .*:(\d+)$", self.log.read_text(), re.M)
            if found:
                self.port = found[1]
                return
            time.sleep(0.05)
        raise SystemExit("openssl s_server did not start: " +
                         self.log.read_text())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def live_contenders(lab, port):
    ours = [PLUGIN, "-H", "127.0.0.1", "-p", port, "--expect", NAME]
    found = [
        Contender("floor", [FLOOR, "127.0.0.1", port]),
        Contender("check_um_cert --ca-file",
                  [*ours, "--ca-file", lab.path("root.pem")]),
        Contender("check_um_cert --ca-path",
                  [*ours, "--ca-path", lab.path("hashed")]),
    ]
    found += rivals([
        ("check_http", "check_http -C",
         ["-I", "127.0.0.1", "-p", port, "-S", "--sni", "-H", NAME, "-C",
          "30"]),
        ("check_tcp", "check_tcp -D",
         ["-H", "127.0.0.1", "-p", port, "-S", "-D", "30"]),
        ("check_ssl_cert", "check_ssl_cert",
         ["-H", "127.0.0.1", "-p", port, "-m", NAME, "-r",
          lab.path("root.pem"), "--ignore-sct"]),
    ])
    found.append(Contender("openssl s_client + x509", [
        "/bin/sh", "-c",
        f"openssl s_client -connect 127.0.0.1:{port} -servername {NAME}"
        " </dev/null 2>/dev/null | openssl x509 -noout -checkend 2592000"]))
    return found


def bench_live(folder, title, key, rounds):
    folder.mkdir()
    lab = Lab(folder, key)
    lab.sign("root", "inter", "ca", "/O=Contoso/CN=Contoso Issuing CA")
    lab.sign("inter", "leaf", "leaf", f"/O=Contoso/CN={NAME}", [NAME])
    with Server(lab) as server:
        contenders = live_contenders(lab, server.port)
        compete(contenders, rounds)
    print(f"\n### Live, {title}, {rounds} rounds\n")
    print_table(contenders, "check_http -C", "floor")


def bench_files(folder, rounds):
    folder.mkdir()
    lab = Lab(folder, KEYS["ECDSA P-256"])
    lab.sign("root", "inter", "ca", "/O=Contoso/CN=Contoso Issuing CA")
    subject = f"/O=Contoso/CN={NAME}"
    lab.sign("inter", "plain", "leaf", subject, [NAME])
    lab.sign("inter", "many", "leaf", subject,
             [f"host{n}.contoso.test" for n in range(1999)] + [NAME])
    above = "root"
    for n in range(48):
        lab.sign(above, f"ca{n}", "ca", f"/O=Contoso/CN=Contoso CA {n}")
        above = f"ca{n}"
    lab.sign(above, "deep", "leaf", subject, [NAME])
    files = {
        "leaf and intermediate": lab.bundle("1.crt", "plain", "inter"),
        "2,000 SANs": lab.bundle("2.crt", "many", "inter"),
        "chain of 50": lab.bundle(
            "3.crt", "deep", *(f"ca{n}" for n in reversed(range(48))), "root"),
    }
    contenders = [
        Contender(title, [PLUGIN, "--file", path, "--expect", NAME,
                          "--ca-file", lab.path("root.pem")])
        for title, path in files.items()
    ]
    compete(contenders, rounds)
    print(f"\n### check_um_cert --file, {rounds} rounds\n")
    print_table(contenders)


def bench(folder, rounds):
    for number, (title, key) in enumerate(KEYS.items()):
        bench_live(folder / f"live{number}", title, key, rounds)
    bench_files(folder / "files", rounds)
