# SPDX-License-Identifier: GPL-3.0-or-later
"""tls -- `openssl s_server` on a loopback port, a free one by default."""

from testenv.proc import Process

# What a server of 2008 speaks, which OpenSSL 3 has put away.
LEGACY = ("-cipher", "ALL:@SECLEVEL=0")


class OpenSslServer:
    """Serves a certificate with the chain given; takes s_server's options."""

    def __init__(self, pki, cert, *options, chain=None, address="127.0.0.1",
                 port=0):
        command = ["openssl", "s_server", "-accept",
                   "%s:%d" % (address, port),
                   "-cert", pki.pem(cert), "-key", cert.key.path]
        above = cert.path[1:] if chain is None else chain
        if above:
            command += ["-cert_chain", pki.pem(*above)]
        self.process = Process(*command, *options)
        # It names the port only where the choice was its own.
        found = self.process.wait_for(r"^ACCEPT(?: .*:(\d+))?$")
        self.port = int(found.group(1) or port)

    def stop(self):
        self.process.stop()
