# SPDX-License-Identifier: GPL-3.0-or-later
"""mwi -- check_mwi_path walking its whole way on the lab of contrib/lab."""
import subprocess

from contest import BUILD, TOP, Contender, compete, print_table

PLUGIN = BUILD / "plugins/check_mwi_path"
OPTIONS = BUILD / "plugins/check_sip_options"
UM_LAB = TOP / "contrib/lab/um-lab"
WITHIN = 15  # ms: REGISTER with digest, NOTIFY, delivery, un-REGISTER, by UDP


class FrontEnd:
    """um-lab in a folder of the bench's own."""

    def __init__(self, folder):
        self.folder = folder

    def call(self, command):
        return subprocess.run(
            [UM_LAB, command, "--dir", self.folder], check=True, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE).stdout

    def __enter__(self):
        self.call("start")
        return dict(line.split("=", 1)
                    for line in self.call("env").splitlines())

    def __exit__(self, *_):
        self.call("stop")


def loop(values, transport, port):
    return Contender(f"check_mwi_path --phone, {transport}", [
        PLUGIN, "--gateway", values["UM_LAB_HOST"], "--gateway-port",
        values[port], "--gateway-profile", "none", "-T", transport.lower(),
        "--notify", values["UM_LAB_PHONE"], "--phone",
        "--auth-user", values["UM_LAB_PHONE_USER"],
        "--auth-file", values["UM_LAB_PHONE_PASSWORD_FILE"]])


def bench(folder, rounds):
    with FrontEnd(folder / "lab") as values:
        contenders = [
            Contender("check_sip_options, UDP", [
                OPTIONS, "-H", values["UM_LAB_HOST"], "-p",
                values["UM_LAB_PLAIN"], "-T", "udp"]),
            loop(values, "UDP", "UM_LAB_PLAIN"),
            loop(values, "TCP", "UM_LAB_PLAIN"),
            loop(values, "TLS", "UM_LAB_TLS"),
        ]
        compete(contenders, rounds)
    print(f"\n### The way to the lamp and back, {rounds} rounds "
          f"(by UDP within {WITHIN} ms)\n")
    print_table(contenders, "check_sip_options, UDP")
