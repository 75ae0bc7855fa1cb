# SPDX-License-Identifier: GPL-3.0-or-later
"""mwi_pbx -- check_mwi_path against the PBX of mwi_peer.py."""

from testenv.mwi import MwiPath


class Lamp(MwiPath):
    """The address of the tests, and what is asked about it."""

    address = "sip:lamp@contoso.test"

    def phone(self, *args):
        """The options that follow the NOTIFY to the phone."""
        return ["--notify", self.address, "--phone", *args]

    def ask(self, pbx, *args, timeout=3):
        return self.json(*self.by(pbx, *args, timeout=timeout))

    def say(self, pbx, *args, timeout=3):
        """Text output."""
        return self.run(*self.by(pbx, *args, timeout=timeout))

    def loop(self, pbx, *args, timeout=3):
        return self.ask(pbx, *self.phone(*args), timeout=timeout)

    def fetch(self, pbx, *args, timeout=3):
        return self.ask(pbx, "--mailbox", self.address, *args,
                        timeout=timeout)

    def password(self, text):
        """The file for --auth-file."""
        return self.pki.file(".password", text.encode() + b"\n")
