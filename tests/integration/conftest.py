# SPDX-License-Identifier: GPL-3.0-or-later
"""conftest -- the fixtures: a PKI a session, servers that always end."""

import os
import sys
from pathlib import Path

import pytest

sys.dont_write_bytecode = True
os.umask(0o077)     # keys and passwords of the tests are nobody's business
sys.path.insert(0, str(Path(__file__).parent))

from testenv.dns import DnsServer                  # noqa: E402
from testenv.kamailio import Lab                   # noqa: E402
from testenv.misbehave import Misbehaving          # noqa: E402
from testenv.mwi import MwiPath                    # noqa: E402
from testenv.mwi_pbx import Lamp                   # noqa: E402
from testenv.mwi_peer import start_pbx             # noqa: E402
from testenv.pki import HOST, Pki                  # noqa: E402
from testenv.plugin import Plugin                  # noqa: E402
from testenv.ports import has_ipv6, refused_port   # noqa: E402
from testenv.sip import SipOptions                 # noqa: E402
from testenv.sip_peer import TcpPeer, TlsPeer, UdpPeer  # noqa: E402
from testenv.sipp import Sipp, SippTls             # noqa: E402
from testenv.tls import OpenSslServer              # noqa: E402


@pytest.fixture(scope="session")
def pki(tmp_path_factory):
    return Pki(tmp_path_factory.mktemp("pki"))


class UmCert:
    """check_um_cert with the CA that the tests trust."""

    def __init__(self, plugin, pki):
        self.plugin, self.pki = plugin, pki
        self.run, self.refuse = plugin.run, plugin.refuse
        self.json, self.tell = plugin.json, plugin.tell
        self.metrics = plugin.metrics

    def about(self, cert, *args):
        """The command line that judges a certificate in a file."""
        return ["--file", self.pki.chain_file(cert), "--ca-file",
                self.pki.ca_file, "--expect", HOST, *args]

    def judge(self, cert, *args, profile="exchange-um", expect=HOST):
        """JSON about a certificate in a file with its chain."""
        names = ["--expect", expect] if expect else []
        path = cert if isinstance(cert, Path) else self.pki.chain_file(cert)
        return self.json("--file", path, "--ca-file", self.pki.ca_file,
                         "-P", profile, *names, *args)

    def look(self, port, *args, profile="exchange-um", expect=HOST,
             host="127.0.0.1"):
        """JSON about a server on loopback."""
        names = ["--expect", expect] if expect else []
        return self.json("-H", host, "-p", port, "--ca-file",
                         self.pki.ca_file, "-P", profile, *names, *args)


@pytest.fixture(scope="session")
def um(pki):
    plugin = Plugin()
    assert plugin.path.exists(), "not built: %s" % plugin.path
    return UmCert(plugin, pki)


@pytest.fixture(scope="session")
def sip(pki):
    options = SipOptions(pki)
    assert options.plugin.path.exists(), \
        "not built: %s" % options.plugin.path
    return options


@pytest.fixture(scope="session")
def mwi(pki):
    path = MwiPath(pki)
    assert path.plugin.path.exists(), "not built: %s" % path.plugin.path
    return path


class Servers:
    """Starts servers, the same one only once, and ends them all."""

    def __init__(self, pki):
        self.pki = pki
        self.shared, self.all = {}, []

    def start(self, kind, *args, **how):
        if ":" in how.get("address", "") and not has_ipv6():
            pytest.skip("no IPv6 here")
        server = kind(*args, **how)
        self.all.append(server)
        return server

    def tls(self, cert, *options, chain=None):
        """The port of an s_server that shows this certificate."""
        what = (cert.sha256, *map(str, options),
                chain if chain is None else
                tuple(each.sha256 for each in chain))
        if what not in self.shared:
            self.shared[what] = self.start(
                OpenSslServer, self.pki, cert, *options, chain=chain)
        return self.shared[what].port

    def misbehaving(self, behaviour):
        return self.start(Misbehaving, behaviour)

    def sipp(self, transport, scenario="ok", cert=None, **how):
        """SIPp; over TLS with socat before it."""
        if transport == "tls":
            return self.start(SippTls, self.pki, cert or self.pki.right,
                              scenario, **how)
        return self.start(Sipp, scenario, transport, **how)

    def peer(self, transport, behaviour, **how):
        """A SIP server that behaves like that."""
        if transport == "tls":
            return self.start(TlsPeer, behaviour, self.pki, **how)
        kind = {"udp": UdpPeer, "tcp": TcpPeer}[transport]
        return self.start(kind, behaviour, **how)

    def pbx(self, transport, how=None, **steps):
        """Registrar, gateway and notifier, which does these steps so."""
        return start_pbx(self, transport, how or {}, steps)

    def stop(self):
        while self.all:
            self.all.pop().stop()


@pytest.fixture(scope="session")
def shared_servers(pki):
    """TLS servers that many tests use."""
    servers = Servers(pki)
    yield servers
    servers.stop()


@pytest.fixture(scope="module")
def module_servers(pki):
    """Servers of one module."""
    servers = Servers(pki)
    yield servers
    servers.stop()


@pytest.fixture
def servers(pki):
    """Servers of one test."""
    servers = Servers(pki)
    yield servers
    servers.stop()


@pytest.fixture(scope="session")
def right_port(pki, shared_servers):
    """A server with nothing wrong."""
    return shared_servers.tls(pki.right)


@pytest.fixture(scope="session")
def dns(shared_servers):
    """The address of a resolver that knows HOST as 127.0.0.1."""
    server = shared_servers.start(
        DnsServer, "host-record=%s,127.0.0.1" % HOST,
        "host-record=v6.contoso.test,::1",
        "host-record=both.contoso.test,127.0.0.1,::1",
        "cname=alias.contoso.test," + HOST,
        "txt-record=text.contoso.test,no address here")
    return server.address


@pytest.fixture
def meet(sip, servers):
    """(JSON of a run against a peer that behaves like that, the peer)."""
    def meeting(transport, behaviour, *args, timeout=3, **how):
        peer = servers.peer(transport, behaviour, **how)
        return sip.ask(peer, *args, timeout=timeout), peer
    return meeting


@pytest.fixture(scope="session")
def lamp(mwi, pki):
    """check_mwi_path about one address at a PBX of the tests."""
    return Lamp(pki)


@pytest.fixture
def follow(lamp, servers):
    """(JSON of the whole loop through a PBX that does so, the PBX)."""
    def following(transport, *args, timeout=1, how=None, **steps):
        pbx = servers.pbx(transport, how, **steps)
        result = lamp.loop(pbx, *args, timeout=timeout)
        pbx.settle()
        return result, pbx
    return following


@pytest.fixture
def fetch(lamp, servers):
    """(JSON of a look into the mailbox of such a PBX, the PBX)."""
    def fetching(transport, *args, timeout=1, how=None, **steps):
        pbx = servers.pbx(transport, how, **steps)
        result = lamp.fetch(pbx, *args, timeout=timeout)
        pbx.settle()
        return result, pbx
    return fetching


@pytest.fixture(scope="session")
def lab(tmp_path_factory, shared_servers):
    """Kamailio, with its own certificates."""
    return shared_servers.start(Lab, tmp_path_factory.mktemp("lab"))


@pytest.fixture(scope="session")
def lab_dns(shared_servers):
    """The address of a resolver that knows the names of the lab."""
    return shared_servers.start(
        DnsServer, "host-record=%s,127.0.0.1" % HOST,
        "host-record=sfbpool.contoso.test,127.0.0.1").address


@pytest.fixture
def refused():
    """A port that refuses."""
    with refused_port() as port:
        yield port
