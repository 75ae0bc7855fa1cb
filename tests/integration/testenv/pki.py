# SPDX-License-Identifier: GPL-3.0-or-later
"""pki -- a throw-away certification authority, and its files of every form."""

import itertools
from functools import cached_property

from testenv.cert import Recipe, make
from testenv.keys import Keys
from testenv.openssl import openssl

HOST = "um1.contoso.test"


class Pki:
    """A root, an intermediate, and leaves made from recipes."""

    def __init__(self, directory):
        self.directory = directory
        self.keys = Keys(directory)
        self.numbers = itertools.count(1)
        self.made = {}

    def file(self, suffix, data=None):
        """A new file's path; written when there is data."""
        path = self.directory / ("%04d%s" % (next(self.numbers), suffix))
        if data is not None:
            path.write_bytes(data)
        return path

    def authority(self, name, issuer=None, key=None, **recipe):
        wanted = {"cn": [name], "eku": None, "ca": True, "age": 365,
                  "days": 3650, "ku": ("keyCertSign", "cRLSign"), **recipe}
        return make(Recipe(**wanted), key or self.keys.ec(name), issuer)

    @cached_property
    def root(self):
        return self.authority("Contoso Root")

    @cached_property
    def intermediate(self):
        return self.authority("Contoso Issuing", self.root)

    @cached_property
    def stranger(self):
        """A root that nobody trusts."""
        return self.authority("Fabrikam Root")

    @cached_property
    def rsa_root(self):
        """For signatures that only RSA can make: MD5, PSS."""
        return self.authority("Contoso RSA Root",
                              key=self.keys.rsa(name="root"))

    @cached_property
    def right(self):
        """What every profile accepts for HOST."""
        return self.leaf()

    @cached_property
    def wildcard(self):
        """The fault that every other check calls OK."""
        return self.leaf(cn=["*.contoso.test"])

    @cached_property
    def client(self):
        return self.leaf(cn=["monitor.contoso.test"])

    def leaf(self, cn=(HOST,), san=(), issuer=None, key=None, **recipe):
        """The same recipe gives the same certificate.

        san: a list; None for no extension; by default the names of cn.
        """
        names = ["DNS:%s" % name for name in cn] if san == () else san
        what = (tuple(cn), None if names is None else tuple(names),
                issuer and issuer.sha256, key,
                tuple(sorted(recipe.items())))
        if what not in self.made:
            self.made[what] = make(
                Recipe(cn=list(cn), san=names, **recipe),
                key or self.keys.ec(), issuer or self.intermediate)
        return self.made[what]

    def self_signed(self, cn=(HOST,), **recipe):
        return make(Recipe(cn=list(cn), san=["DNS:%s" % name for name in cn],
                           **recipe), self.keys.ec())

    def pem(self, *certs, key=None):
        """A PEM file with these certificates, and a key where given."""
        text = "".join(cert.pem for cert in certs)
        if key:
            text += key.path.read_text()
        return self.file(".pem", text.encode())

    @cached_property
    def ca_file(self):
        return self.pem(self.root, self.rsa_root)

    def chain_file(self, cert):
        """The certificate and all that leads to its root."""
        return self.pem(*cert.path)

    def der(self, cert):
        return self.file(".der", cert.der)

    def pkcs7(self, *certs, form="PEM"):
        path = self.file(".p7b")
        openssl("crl2pkcs7", "-nocrl", "-certfile", self.pem(*certs),
                "-outform", form, "-out", path)
        return path

    def pkcs12(self, cert, password="", legacy=False):
        path = self.file(".p12")
        old = ["-legacy"] if legacy else []
        openssl("pkcs12", "-export", *old, "-in", self.chain_file(cert),
                "-inkey", cert.key.path, "-passout", "pass:" + password,
                "-out", path)
        return path

    def encrypted_key(self, key, password):
        path = self.file(".key")
        openssl("pkey", "-in", key.path, "-aes-128-cbc", "-passout",
                "pass:" + password, "-out", path)
        return path

    def request(self, cn, san=(), form="PEM"):
        path = self.file(".csr")
        names = ["-addext", "subjectAltName=" + ",".join(san)] if san else []
        openssl("req", "-new", "-key", self.keys.ec().path, "-subj",
                "/CN=" + cn, *names, "-outform", form, "-out", path)
        return path

    def hashed_directory(self, *certs):
        directory = self.file(".d")
        directory.mkdir()
        for number, cert in enumerate(certs):
            (directory / ("%d.pem" % number)).write_text(cert.pem)
        openssl("rehash", directory)
        return directory
