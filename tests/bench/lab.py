# SPDX-License-Identifier: GPL-3.0-or-later
"""lab -- certificates for the servers that the benchmark starts."""
import shutil
import subprocess

CONFIG = """\
[req]
distinguished_name = dn
prompt = no
[dn]
[ca]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
crlDistributionPoints = URI:http://pki.contoso.test/root.crl
[leaf]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth, clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
crlDistributionPoints = URI:http://pki.contoso.test/issuing.crl
"""

KEYS = {
    "ECDSA P-256": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "RSA 2048": ["rsa:2048"],
}


def openssl(*args):
    subprocess.run(["openssl", *map(str, args)], check=True,
                   stdin=subprocess.DEVNULL, capture_output=True)


class Lab:
    """A CA in a folder: root, certificates signed by any of its keys."""

    def __init__(self, folder, key):
        self.folder = folder
        self.key = key
        self.serial = 1
        (folder / "ca.cnf").write_text(CONFIG)
        self.path("root.cnf").write_text(CONFIG.replace(
            "authorityKeyIdentifier = keyid\n", ""))
        openssl("req", "-config", self.path("root.cnf"), "-x509",
                "-extensions", "ca", "-days", 3650, "-newkey", *key, "-nodes",
                "-keyout", self.path("root.key"), "-out", self.path("root.pem"),
                "-subj", "/O=Contoso/CN=Contoso Root")
        hashed = self.path("hashed")
        hashed.mkdir()
        shutil.copy(self.path("root.pem"), hashed)
        openssl("rehash", hashed)

    def path(self, name):
        return self.folder / name

    def sign(self, issuer, name, section, subject, names=()):
        """NAME.pem and NAME.key, signed by ISSUER's key."""
        config = self.path(f"{name}.cnf")
        config.write_text(
            CONFIG if not names else
            CONFIG + "subjectAltName = " + ",".join(f"DNS:{n}" for n in names))
        openssl("req", "-config", config, "-new", "-newkey", *self.key,
                "-nodes", "-keyout", self.path(f"{name}.key"), "-subj", subject,
                "-out", self.path(f"{name}.csr"))
        self.serial += 1
        openssl("x509", "-req", "-in", self.path(f"{name}.csr"), "-CA",
                self.path(f"{issuer}.pem"), "-CAkey",
                self.path(f"{issuer}.key"), "-set_serial", self.serial,
                "-days", 365, "-extfile", config, "-extensions", section,
                "-out", self.path(f"{name}.pem"))

    def bundle(self, name, *parts):
        self.path(name).write_text(
            "".join(self.path(f"{p}.pem").read_text() for p in parts))
        return self.path(name)
