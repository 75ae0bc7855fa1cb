# SPDX-License-Identifier: GPL-3.0-or-later
"""test_served -- check_um_cert and real servers, right and wrong ones."""

from injected import inject
from testenv.dns import DnsServer
from testenv.pki import HOST
from testenv.revocation import HttpServer, Index
from testenv.tls import OpenSslServer

GOOD, BAD = 0xA001, 0xA002              # serial numbers


def look(pki, port, *args):
    return ["-H", "127.0.0.1", "-p", port, "--expect", HOST, "--ca-file",
            pki.ca_file, *args]


def index_of(pki, issuer, bad=BAD):
    index = Index(pki, issuer)
    index.add(GOOD)
    index.add(bad, revoked=True)
    return index


def test_the_right_server_with_all_that_can_be_asked(
        pki, servers, tmp_path, record_property):
    dns = servers.start(DnsServer, "host-record=%s,127.0.0.1" % HOST)
    index = index_of(pki, pki.intermediate)
    leaf = pki.leaf(serial=GOOD)
    crls = pki.file(".crls", index.crl().read_bytes() +
                    index_of(pki, pki.root).crl().read_bytes())
    server = servers.start(OpenSslServer, pki, leaf, "-verify", "1",
                           "-CAfile", pki.ca_file)
    ini = pki.file(".ini", b"[um_cert]\nsni=um1.contoso.test\n")
    inject("check_um_cert", [
        "-H", HOST, "-p", server.port, "--dns", dns.address,
        "--ca-path", pki.hashed_directory(pki.root), "--ca-file", pki.ca_file,
        "--cert", pki.pkcs12(pki.client, "secret"),
        "--key-pass-file", pki.file(".pass", b"secret\n"),
        "--revocation", "crl", "--crl", crls, "--same-as", pki.pem(leaf),
        "--mutual", "yes", "--tls-max", "1.2", "--output", "json",
        "--extra-opts=um_cert@%s" % ini],
        tmp_path / "log", False, record_property)


def test_tls_13_and_a_key_of_its_own_file(pki, servers, tmp_path,
                                          record_property):
    server = servers.start(OpenSslServer, pki, pki.right, "-Verify", "1",
                           "-CAfile", pki.ca_file)
    inject("check_um_cert", look(
        pki, server.port, "--cert", pki.chain_file(pki.client), "--key",
        pki.encrypted_key(pki.client.key, "secret"),
        "--key-pass-file", pki.file(".pass", b"secret\n")),
        tmp_path / "log", False, record_property)


def test_a_client_certificate_refused_is_always_told(pki, servers, tmp_path,
                                                     record_property):
    stranger = pki.leaf(cn=["monitor.contoso.test"], issuer=pki.stranger)
    server = servers.start(OpenSslServer, pki, pki.right, "-Verify", "2",
                           "-verify_return_error", "-CAfile", pki.ca_file)
    inject("check_um_cert", look(pki, server.port, "--cert", pki.pem(
        *stranger.path, key=stranger.key)), tmp_path / "log", True,
        record_property)


def test_an_expired_certificate_sent_last_is_always_told(
        pki, servers, tmp_path, record_property):
    old = pki.leaf(cn=["old.contoso.test"], age=300, days=200)
    server = servers.start(OpenSslServer, pki, pki.right,
                           chain=[pki.intermediate, old])
    inject("check_um_cert", look(pki, server.port), tmp_path / "log", True,
           record_property)


def test_a_stapled_revocation_is_always_told(pki, servers, tmp_path,
                                             record_property):
    index = index_of(pki, pki.root)
    cert = pki.leaf(issuer=pki.root, serial=BAD)
    server = servers.start(OpenSslServer, pki, cert, "-status_file",
                           index.ocsp_answer(cert))
    inject("check_um_cert", look(pki, server.port), tmp_path / "log", True,
           record_property)


def judge(pki, cert, *args):
    return ["--file", pki.chain_file(cert), "--expect", HOST, "--ca-file",
            pki.ca_file, *args]


def test_a_revocation_by_ocsp_is_always_told(pki, servers, tmp_path,
                                             record_property):
    http = servers.start(HttpServer)
    cert = pki.leaf(issuer=pki.root, ocsp=http.url("/ocsp"), serial=BAD)
    http.files["/ocsp"] = index_of(
        pki, pki.root).ocsp_answer(cert).read_bytes()
    inject("check_um_cert", judge(pki, cert, "--revocation", "ocsp"),
           tmp_path / "log", True, record_property)


def test_a_revocation_by_crl_is_always_told(pki, servers, tmp_path,
                                            record_property):
    http = servers.start(HttpServer)
    cert = pki.leaf(issuer=pki.root, cdp=http.url("/ca.crl"), serial=BAD)
    http.files["/ca.crl"] = index_of(pki, pki.root).crl(
        form="DER").read_bytes()
    inject("check_um_cert", judge(pki, cert, "--revocation", "auto"),
           tmp_path / "log", True, record_property)


def test_a_revoked_issuer_in_the_second_crl_is_always_told(
        pki, tmp_path, record_property):
    crls = index_of(pki, pki.intermediate).crl().read_bytes() + \
        index_of(pki, pki.root, pki.intermediate.serial).crl().read_bytes()
    inject("check_um_cert", judge(
        pki, pki.leaf(serial=GOOD), "--revocation", "crl", "--crl",
        pki.file(".crls", crls)), tmp_path / "log", True, record_property)
