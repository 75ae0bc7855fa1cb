# SPDX-License-Identifier: GPL-3.0-or-later
"""test_served -- what only a live server shows: pins, mutual TLS, versions."""

import pytest

from testenv.contract import rows
from testenv.flight import server_flight
from testenv.misbehave import says
from testenv.openssl import openssl
from testenv.pki import HOST
from testenv.tls import LEGACY

TLS_10 = ("-tls1", *LEGACY)
TLS_11 = ("-tls1_1", *LEGACY)


def colons(digest):
    return ":".join(digest[at:at + 2] for at in range(0, len(digest), 2))


@pytest.fixture(scope="module")
def asking(pki, module_servers):
    """Asks for a client certificate, takes anything, names no CA."""
    return module_servers.tls(pki.right, "-verify", "1")


@pytest.fixture(scope="module")
def old_port(pki, module_servers):
    """Speaks TLS 1.0 only."""
    return module_servers.tls(pki.right, *TLS_10)


# Is it the one we mean? ------------------------------------------------------

@pytest.mark.parametrize("rule,profile,state", rows("served.differs"))
def test_another_certificate_than_on_disk_is_critical(
        pki, um, right_port, rule, profile, state):
    result = um.look(right_port, "--same-as", pki.pem(pki.client),
                     profile=profile)
    assert result.broken == {rule: state}


@pytest.mark.parametrize("form", ["pem", "der", "pkcs12", "chain_file"])
def test_the_certificate_on_disk_may_have_any_form(
        pki, um, right_port, form):
    path = getattr(pki, form)(pki.right)
    result = um.look(right_port, "--same-as", path)
    assert result.broken == {}
    assert result.holds("served.differs")


def test_a_renewed_certificate_of_the_same_names_differs(pki, um, right_port):
    renewed = pki.leaf(serial=0xB001)
    result = um.look(right_port, "--same-as", pki.pem(renewed))
    assert result.broken == {"served.differs": "CRITICAL"}


def test_a_missing_file_to_compare_with_is_unknown(um, right_port):
    result = um.look(right_port, "--same-as", "not-here.pem")
    assert result.state == "UNKNOWN"
    assert "not-here.pem" in result.summary


@pytest.mark.parametrize("rule,profile,state", rows("pin.mismatch"))
def test_another_fingerprint_is_critical(
        pki, um, right_port, rule, profile, state):
    result = um.look(right_port, "--fingerprint", pki.client.sha256,
                     profile=profile)
    assert result.broken == {rule: state}


@pytest.mark.parametrize("form", [str.upper, str.lower, colons,
                                  lambda text: colons(text).lower()])
def test_the_right_fingerprint_is_taken_in_any_notation(
        pki, um, right_port, form):
    result = um.look(right_port, "--fingerprint", form(pki.right.sha256))
    assert result.broken == {}
    assert result.holds("pin.mismatch")


@pytest.mark.parametrize("text,broken", [
    ("Contoso Issuing", {}), ("contoso", {}), ("Contoso Root",
                                               {"pin.mismatch": "CRITICAL"}),
    ("Fabrikam", {"pin.mismatch": "CRITICAL"})])
def test_the_issuer_is_pinned_by_a_part_of_its_name(
        um, right_port, text, broken):
    assert um.look(right_port, "--issuer", text).broken == broken


def test_pins_hold_for_files_too(pki, um):
    result = um.judge(pki.right, "--fingerprint", pki.client.sha256)
    assert result.broken == {"pin.mismatch": "CRITICAL"}


# Mutual TLS seen from outside ------------------------------------------------

@pytest.mark.parametrize("rule,profile,state", rows("tls.mutual"))
def test_a_server_that_should_ask_and_does_not_is_critical(
        um, right_port, rule, profile, state):
    result = um.look(right_port, "--mutual", "yes", profile=profile)
    assert result.broken == {rule: state}


def test_a_server_that_should_not_ask_and_does_is_critical(um, asking):
    result = um.look(asking, "--mutual", "no")
    assert result.broken == {"tls.mutual": "CRITICAL"}


@pytest.mark.parametrize("wish", [["--mutual", "any"], []])
def test_by_default_both_are_fine(um, right_port, asking, wish):
    for port in (right_port, asking):
        result = um.look(port, *wish)
        assert (result.state, result.broken) == ("OK", {})


def test_mutual_as_wished_holds(um, right_port, asking):
    for port, wish in ((right_port, "no"), (asking, "yes")):
        result = um.look(port, "--mutual", wish)
        assert (result.state, result.broken) == ("OK", {})
        assert result.holds("tls.mutual")


def test_whether_it_asked_is_a_fact(um, right_port, asking):
    for port, asked in ((right_port, False), (asking, True)):
        tls = um.look(port).facts["tls"]
        assert tls["asked_client_cert"] is asked


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_turned_away_without_a_certificate_is_no_finding(
        pki, um, servers, version):
    port = servers.tls(pki.right, "-Verify", "1", version)
    result = um.look(port)
    assert (result.state, result.broken) == ("OK", {})
    assert result.holds("name.cn-mismatch")
    assert result.facts["tls"]["asked_client_cert"] is True


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_turned_away_without_a_certificate_the_chain_is_judged(
        pki, um, servers, version):
    cert = pki.wildcard
    port = servers.tls(cert, "-Verify", "1", version)
    assert um.look(port).broken["name.cn-wildcard"] == "CRITICAL"


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_a_certificate_of_an_algorithm_that_is_not_asked_for_is_refused(
        pki, um, servers, version):
    port = servers.tls(pki.right, "-Verify", "1", "-verify_return_error",
                       "-client_sigalgs", "RSA-PSS+SHA256", version)
    result = um.look(port, *own(pki, pki.client))
    assert result.broken == {"tls.client-cert-refused": "CRITICAL"}


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_turned_away_with_a_certificate_is_critical(
        pki, um, servers, version):
    port = servers.tls(pki.right, "-Verify", "1", "-verify_return_error",
                       version)
    result = um.look(port, *own(pki, pki.client))
    assert result.broken == {"tls.client-cert-refused": "CRITICAL"}
    assert "unknown_ca" in result.text("tls.client-cert-refused")
    assert result.holds("name.cn-mismatch")


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_a_certificate_that_is_accepted_is_no_finding(
        pki, um, servers, version):
    port = servers.tls(pki.right, "-Verify", "2", "-verify_return_error",
                       "-CAfile", pki.ca_file, version)
    result = um.look(port, *own(pki, pki.client))
    assert (result.state, result.broken) == ("OK", {})


def own(pki, cert, form="pem"):
    """--cert and --key of this certificate."""
    if form == "pkcs12":
        return ["--cert", pki.pkcs12(cert)]
    path = pki.chain_file(cert) if form == "pem" else pki.der(cert)
    return ["--cert", path, "--key", cert.key.path]


def test_the_own_identity_may_be_pkcs12(pki, um, servers):
    port = servers.tls(pki.right, "-Verify", "2", "-verify_return_error",
                       "-CAfile", pki.ca_file)
    result = um.look(port, *own(pki, pki.client, "pkcs12"))
    assert (result.state, result.broken) == ("OK", {})


def test_the_own_identity_may_be_one_pem_file(pki, um, servers):
    port = servers.tls(pki.right, "-Verify", "2", "-verify_return_error",
                       "-CAfile", pki.ca_file)
    both = pki.pem(*pki.client.path, key=pki.client.key)
    result = um.look(port, "--cert", both, "--key", both)
    assert (result.state, result.broken) == ("OK", {})


# The list of acceptable CAs --------------------------------------------------

def asked_with(pki, servers, *authorities):
    return servers.tls(pki.right, "-verify", "1", "-CAfile",
                       pki.pem(*authorities))


@pytest.mark.parametrize("rule,profile,state", rows("tls.ca-list"))
def test_a_list_without_our_ca_is_a_warning(
        pki, um, module_servers, rule, profile, state):
    port = module_servers.tls(pki.right, "-verify", "1", "-CAfile",
                              stranger_file(pki))
    result = um.look(port, *own(pki, pki.client), profile=profile)
    assert result.broken == {rule: state}


def stranger_file(pki):
    """The same path each time, so that the server is started once."""
    path = pki.directory / "stranger.pem"
    path.write_text(pki.stranger.pem)
    return path


@pytest.mark.parametrize("which", ["root", "intermediate"])
def test_a_list_with_any_ca_of_our_chain_holds(pki, um, servers, which):
    port = asked_with(pki, servers, pki.stranger, getattr(pki, which))
    result = um.look(port, *own(pki, pki.client))
    assert (result.state, result.broken) == ("OK", {})
    assert result.holds("tls.ca-list")


def test_an_empty_list_takes_anybody(pki, um, asking):
    result = um.look(asking, *own(pki, pki.client))
    assert (result.state, result.broken) == ("OK", {})


def test_a_list_over_12_kib_is_a_warning_without_own_certificate(
        pki, um, servers):
    crowd = [pki.authority("Root %d " % number + "x" * 300, sign=False,
                           key=pki.keys.ec("crowd")) for number in range(40)]
    port = asked_with(pki, servers, pki.root, *crowd)
    result = um.look(port)
    assert result.broken == {"tls.ca-list": "WARNING"}
    assert len(result.facts["tls"]["acceptable_cas"]) == 41


def test_the_acceptable_cas_are_a_fact(pki, um, servers):
    port = asked_with(pki, servers, pki.stranger)
    names = um.look(port).facts["tls"]["acceptable_cas"]
    assert len(names) == 1 and "Fabrikam Root" in str(names)


# Protocol versions -----------------------------------------------------------

@pytest.mark.parametrize("rule,profile,state", rows("tls.version"))
def test_tls_1_0_gets_the_verdict_of_its_profile(
        um, old_port, rule, profile, state):
    result = um.look(old_port, "--tls-legacy", profile=profile)
    assert result.broken == {rule: state}
    assert result.facts["tls"]["version"] in ("TLSv1", "TLSv1.0")


def test_a_version_that_we_held_down_ourselves_is_not_the_servers_best(
        pki, um, servers):
    port = servers.tls(pki.right, "-cipher", "DEFAULT:@SECLEVEL=0")
    result = um.look(port, "--tls-legacy", "--tls-max", "1.1")
    assert (result.state, result.broken) == ("OK", {})
    assert result.facts["tls"]["version"] == "TLSv1.1"
    assert not result.holds("tls.version")
    assert um.look(port, "--tls-max", "1.2").holds("tls.version")


def test_a_legacy_server_is_critical_without_tls_legacy(um, old_port):
    result = um.look(old_port)
    assert result.state == "CRITICAL"
    assert {"tls.alert", "tls.handshake"} & set(result.broken)


def test_a_refused_legacy_server_hints_at_tls_legacy(um, old_port):
    result = um.look(old_port)
    assert "--tls-legacy" in str(result.findings)


def test_a_server_from_before_rfc_5746_is_looked_at_with_tls_legacy(
        pki, um, servers):
    cert = pki.leaf(cn=["*.contoso.test"], key=pki.keys.rsa(2048))
    flight = server_flight(*(each.der for each in cert.path), extensions=b"")
    port = servers.misbehaving(says(flight)).port
    result = um.look(port, "--tls-legacy", "--tls-max", "1.2")
    assert result.broken["name.cn-wildcard"] == "CRITICAL"
    assert um.look(port, "--tls-max", "1.2").state == "CRITICAL"


@pytest.mark.parametrize("recipe,bits,broken", [
    (dict(digest="sha1"), 2048, {"crypto.signature": "WARNING"}),
    (dict(), 1024, {"crypto.key-size": "WARNING"}),
    (dict(), 512, {"crypto.key-size": "CRITICAL"})])
def test_a_weak_certificate_fails_no_handshake_and_is_judged(
        pki, um, servers, recipe, bits, broken):
    cert = pki.leaf(key=pki.keys.rsa(bits), **recipe)
    port = servers.tls(cert, "-tls1_2", *LEGACY)
    assert um.look(port).broken == broken


def test_tls_1_1_is_below_1_2_too(pki, um, servers):
    port = servers.tls(pki.right, *TLS_11)
    assert um.look(port, "--tls-legacy").broken == {"tls.version": "WARNING"}


@pytest.mark.parametrize("option,version", [
    ("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")])
def test_the_version_spoken_is_a_fact_and_holds(
        pki, um, servers, option, version):
    result = um.look(servers.tls(pki.right, option))
    assert result.facts["tls"]["version"] == version
    assert result.facts["tls"]["cipher"]
    assert result.holds("tls.version")


def test_tls_max_lowers_what_is_spoken(um, right_port):
    result = um.look(right_port, "--tls-max", "1.2")
    assert result.facts["tls"]["version"] == "TLSv1.2"
    assert (result.state, result.broken) == ("OK", {})


def test_tls_min_refuses_what_is_below(pki, um, servers):
    port = servers.tls(pki.right, "-tls1_2")
    result = um.look(port, "--tls-min", "1.3")
    assert result.state == "CRITICAL"
    assert set(result.broken) <= {"tls.alert", "tls.handshake"}


def test_an_old_certificate_on_an_old_server_is_judged(pki, um, servers):
    cert = pki.leaf(digest="md5", issuer=pki.rsa_root,
                    key=pki.keys.rsa(1024))
    port = servers.tls(cert, *TLS_10)
    assert um.look(port, "--tls-legacy").broken == {
        "tls.version": "WARNING", "crypto.signature": "CRITICAL",
        "crypto.key-size": "WARNING"}


# Server name indication ------------------------------------------------------

@pytest.fixture(scope="module")
def two_faced(pki, module_servers):
    """Shows the right certificate to who asks for HOST, a wildcard else."""
    other = pki.leaf(cn=["*.contoso.test"], issuer=pki.root)
    right = pki.leaf(issuer=pki.root)
    return module_servers.tls(other, "-servername", HOST, "-cert2",
                              pki.pem(right), "-key2", right.key.path)


def test_the_name_given_as_sni_is_sent(um, two_faced):
    assert um.look(two_faced, "--sni", HOST).broken == {}


def test_an_address_is_not_sent_as_sni(um, two_faced):
    broken = um.look(two_faced).broken
    assert broken["name.cn-wildcard"] == "CRITICAL"


def test_sni_none_sends_none(um, two_faced, dns):
    result = um.look(two_faced, "--dns", dns, "--sni", "none", host=HOST)
    assert result.broken["name.cn-wildcard"] == "CRITICAL"


def test_the_host_name_is_sent_as_sni_by_default(um, two_faced, dns):
    result = um.look(two_faced, "--dns", dns, host=HOST, expect=None)
    assert (result.state, result.broken) == ("OK", {})


# Several ports ---------------------------------------------------------------

def test_several_ports_are_all_judged_and_each_finding_names_its_port(
        pki, um, servers, right_port):
    wild = servers.tls(pki.wildcard)
    result = um.look("%d,%d" % (right_port, wild))
    assert result.state == "CRITICAL"
    wheres = {finding["where"] for finding in result.findings
              if finding["id"] == "name.cn-wildcard"}
    assert len(wheres) == 1 and str(wild) in wheres.pop()


def test_certificates_that_differ_between_ports_are_told_and_ok(
        pki, um, servers, right_port):
    other = servers.tls(pki.leaf(serial=0xB002))
    result = um.look("%d,%d" % (right_port, other))
    assert result.broken == {"served.ports-differ": "OK"}
    assert result.state == "OK"


def test_the_same_certificate_on_two_ports_is_no_finding(
        pki, um, servers, right_port):
    port = servers.tls(pki.right)
    result = um.look("%d,%d" % (right_port, port))
    assert (result.state, result.broken) == ("OK", {})


def test_a_dead_port_does_not_hide_the_living_one(
        pki, um, refused, right_port):
    result = um.look("%d,%d" % (refused, right_port))
    assert result.broken == {"net.refused": "CRITICAL"}
    assert result.holds("name.cn-mismatch")


def test_the_perfdata_of_several_ports_are_the_worst(pki, um, servers,
                                                     right_port):
    short = servers.tls(pki.leaf(days=200, age=100))
    result = um.run("-H", "127.0.0.1", "-p", "%d,%d" % (right_port, short),
                    "--ca-file", pki.ca_file)
    assert 99.9 < float(result.perfdata["days_left"]["value"]) < 100.1


def test_a_certificate_request_cannot_be_served(pki, um, right_port):
    path = pki.request(HOST)
    result = um.look(right_port, "--same-as", path)
    assert result.state == "UNKNOWN"


def test_the_served_certificate_is_the_one_openssl_sees(pki, um, right_port):
    seen = openssl("s_client", "-connect", "127.0.0.1:%d" % right_port,
                   "-CAfile", pki.ca_file, data=b"")
    shown = openssl("x509", "-noout", "-fingerprint", "-sha256", data=seen)
    digest = shown.decode().split("=")[1].strip()
    assert um.look(right_port, "--fingerprint", digest).broken == {}
