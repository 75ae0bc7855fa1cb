# SPDX-License-Identifier: GPL-3.0-or-later
"""test_sip -- check_sip_options and SIP servers, right and wrong ones."""

from injected import inject
from testenv.dns import DnsServer, host, naptr, srv
from testenv.pki import HOST
from testenv.sip_digest import Registrar, challenge
from testenv.sip_peer import TcpPeer, TlsPeer, UdpPeer, in_turn, ok, says

PLUGIN = "check_sip_options"


def to(peer, *args):
    return ["-H", peer.address, "-T", peer.transport, "-p", peer.port, *args]


def test_a_domain_a_password_and_a_pattern(pki, servers, tmp_path,
                                           record_property):
    peer = servers.start(UdpPeer, Registrar("monitor", "secret",
                                            challenge("SHA-256")))
    dns = servers.start(
        DnsServer, naptr("contoso.test", 10, "SIP+D2U",
                         "_sip._udp.contoso.test"),
        srv("_sip._udp.contoso.test", HOST, peer.port),
        host(HOST, "127.0.0.1"))
    inject(PLUGIN, [
        "-H", "contoso.test", "--dns", dns.address, "--auth-user", "monitor",
        "--auth-file", pki.file(".password", b"secret\n"), "--output", "json",
        "--require-header", "CSeq=OPTIONS$", "--source", "127.0.0.1"],
        tmp_path / "log", False, record_property)


def by_name(pki, servers, peer, *args):
    """A TLS server whose certificate is judged."""
    dns = servers.start(DnsServer, host(HOST, "127.0.0.1"))
    return ["-H", HOST, "-T", "tls", "-p", peer.port, "--dns", dns.address,
            "--profile", "lync-server", "--ca-file", pki.ca_file, *args]


def test_tls_with_both_certificates_judged(pki, servers, tmp_path,
                                           record_property):
    peer = servers.start(TlsPeer, ok, pki, asks=pki.ca_file)
    inject(PLUGIN, by_name(pki, servers, peer, "--cert",
                           pki.pkcs12(pki.right), "-n", "2", "-i", "0"),
           tmp_path / "log", False, record_property)


def test_a_wildcard_is_always_told(pki, servers, tmp_path, record_property):
    peer = servers.start(TlsPeer, ok, pki, pki.wildcard)
    inject(PLUGIN, by_name(pki, servers, peer), tmp_path / "log", True,
           record_property)


def test_a_refusal_is_always_told(servers, tmp_path, record_property):
    for kind in (UdpPeer, TcpPeer):
        peer = servers.start(kind, says(503, "Unavailable"))
        inject(PLUGIN, to(peer), tmp_path / "log", True, record_property)


def test_a_second_refusal_is_always_told(servers, tmp_path, record_property):
    peer = servers.start(TcpPeer, in_turn(ok, says(503, "Unavailable")))

    def again():
        peer.messages.clear()
    inject(PLUGIN, to(peer, "-n", "2", "-i", "0"), tmp_path / "log", True,
           record_property, before=again)


def test_a_wrong_password_is_always_told(pki, servers, tmp_path,
                                         record_property):
    peer = servers.start(UdpPeer, Registrar("monitor", "secret",
                                            challenge("MD5")))
    inject(PLUGIN, to(peer, "--auth-user", "monitor", "--auth-file",
                      pki.file(".password", b"other\n")), tmp_path / "log",
           True, record_property)


def test_a_header_that_does_not_fit_is_always_told(servers, tmp_path,
                                                   record_property):
    peer = servers.start(UdpPeer, says(200, "OK", "Server: old"))
    inject(PLUGIN, to(peer, "--require-header", "Server=new"),
           tmp_path / "log", True, record_property)


def test_a_dead_target_is_always_told(servers, tmp_path, record_property):
    live, dead = servers.start(TcpPeer, ok), servers.start(
        TcpPeer, says(503, "Unavailable"))
    dns = servers.start(
        DnsServer, srv("_sip._tcp.contoso.test", HOST, live.port),
        srv("_sip._tcp.contoso.test", HOST, dead.port),
        host(HOST, "127.0.0.1"))
    inject(PLUGIN, ["-H", "contoso.test", "-T", "tcp", "--dns", dns.address,
                    "--all-targets"], tmp_path / "log", True, record_property)
