# SPDX-License-Identifier: GPL-3.0-or-later
"""revocation -- `openssl ocsp` as a responder, an HTTP server for CRLs."""

import http.server
import threading
from datetime import datetime, timedelta, timezone

from testenv.openssl import openssl
from testenv.proc import Process

CA_CONFIG = """\
[ca]
default_ca = authority
[authority]
database = %s
default_md = sha256
unique_subject = no
"""


def moment(days):
    """Days from now, as the index and `openssl ca` write times."""
    then = datetime.now(timezone.utc) + timedelta(days=days)
    return then.strftime("%y%m%d%H%M%SZ")


class Index:
    """The database of a CA: which certificates are good, which revoked."""

    def __init__(self, pki, issuer):
        self.pki = pki
        self.issuer = issuer
        self.path = pki.file(".index", b"")
        self.issuer_pem = pki.pem(issuer)

    def add(self, serial, revoked=False):
        state, when = ("R", moment(-1) + ",keyCompromise") if revoked \
            else ("V", "")
        line = "%s\t%s\t%s\t%X\tunknown\t/CN=any\n" % (
            state, moment(300), when, serial)
        with self.path.open("a") as index:
            index.write(line)

    def crl(self, signer=None, age=0.5, days=7, form="PEM"):
        """The CRL; `signer` a stranger of the same name signs in its place."""
        signer = signer or self.issuer
        config = self.pki.file(".cnf", (CA_CONFIG % self.path).encode())
        out = self.pki.file(".crl")
        openssl("ca", "-config", config, "-gencrl",
                "-cert", self.pki.pem(signer), "-keyfile", signer.key.path,
                "-crl_lastupdate", moment(-age),
                "-crl_nextupdate", moment(days - age), "-out", out)
        if form == "PEM":
            return out
        binary = self.pki.file(".crl.der")
        openssl("crl", "-in", out, "-outform", "DER", "-out", binary)
        return binary

    def ocsp_answer(self, cert, signer=None):
        """An OCSP response in a file, as a server staples it."""
        signer = signer or self.issuer
        out = self.pki.file(".ocsp")
        openssl("ocsp", "-index", self.path, "-CA", self.issuer_pem,
                "-rsigner", self.pki.pem(signer), "-rkey", signer.key.path,
                "-issuer", self.issuer_pem, "-cert", self.pki.pem(cert),
                "-no_nonce", "-ndays", "1", "-respout", out)
        return out


class OcspResponder:
    """Answers from the index as it was when this started."""

    def __init__(self, index, signer=None):
        signer = signer or index.issuer
        self.process = Process(
            "openssl", "ocsp", "-port", "0", "-index", index.path,
            "-CA", index.issuer_pem, "-rsigner", index.pki.pem(signer),
            "-rkey", signer.key.path, "-ndays", "1", "-ignore_err")
        self.port = int(self.process.wait_for(r"ACCEPT .*:(\d+)").group(1))
        self.url = "http://127.0.0.1:%d/" % self.port

    def stop(self):
        self.process.stop()


class HttpServer:
    """Gives the bytes in `files` by path, (status, bytes) where told so."""

    def __init__(self):
        self.files = {}
        self.requests = []
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                length = int(self.headers.get("Content-Length", 0))
                self.rfile.read(length)
                owner.requests.append((self.command, self.path))
                found = owner.files.get(self.path, (404, b"not here"))
                status, body = found if isinstance(found, tuple) \
                    else (200, found)
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", body.decode())
                    body = b""
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def url(self, path):
        return "http://127.0.0.1:%d%s" % (self.port, path)

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
