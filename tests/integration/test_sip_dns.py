# SPDX-License-Identifier: GPL-3.0-or-later
"""test_sip_dns -- RFC 3263: which server a domain leads to, and all of them.
"""

import pytest

from testenv import dns as resolvers
from testenv.dns import DnsServer, host, naptr, not_offered, srv
from testenv.sip import fine, only
from testenv.sip_peer import ok, says

DOMAIN = "contoso.test"
ONE, TWO = "sip1." + DOMAIN, "sip2." + DOMAIN
SERVICES = {"udp": "_sip._udp.", "tcp": "_sip._tcp.", "tls": "_sips._tcp."}
NAPTR = {"udp": "SIP+D2U", "tcp": "SIP+D2T", "tls": "SIPS+D2T"}
TRANSPORTS = tuple(SERVICES)
HOSTS = [host(ONE, "127.0.0.1"), host(TWO, "127.0.0.1")]


@pytest.fixture
def zone(servers):
    """The address of a resolver with these records."""
    def serving(*records):
        return servers.start(DnsServer, *HOSTS, *records).address
    return serving


@pytest.fixture
def find(sip, zone):
    """JSON of a run that asks for the domain."""
    def finding(records, *args, name=DOMAIN, timeout=3):
        return sip.json("-H", name, "--dns", zone(*records), "-t", timeout,
                        *args)
    return finding


def service(peer, target=ONE, domain=DOMAIN, **how):
    """The SRV record that leads to a peer."""
    return srv(SERVICES[peer.transport] + domain, target, peer.port, **how)


def pointer(transport, order=10):
    """The NAPTR record of a transport."""
    return naptr(DOMAIN, order, NAPTR[transport],
                 SERVICES[transport] + DOMAIN)


def seen(*peers):
    return [len(peer.requests) for peer in peers]


# From the domain to a server (RFC 3263 4.1, 4.2) -----------------------------

@pytest.mark.parametrize("transport", TRANSPORTS)
def test_naptr_and_srv_lead_to_the_server(servers, find, transport):
    peer = servers.peer(transport, ok)
    result = fine(find([pointer(transport), service(peer)]))
    assert seen(peer) == [1]
    assert peer.requests[0].uri.split(";")[0].split(":")[1] == DOMAIN
    assert str(peer.port) in str(result.facts["attempts"])


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_without_naptr_the_srv_records_lead_there(servers, find, transport):
    peer = servers.peer(transport, ok)
    fine(find([service(peer)]))
    assert seen(peer) == [1]


@pytest.mark.parametrize("first", TRANSPORTS)
def test_the_naptr_order_decides_on_the_transport(servers, find, first):
    peers = {each: servers.peer(each, ok) for each in TRANSPORTS}
    records = [service(peer) for peer in peers.values()]
    records += [pointer(each, 10 if each == first else 20)
                for each in TRANSPORTS]
    fine(find(records))
    assert {each: len(peer.requests) for each, peer in peers.items()} == {
        each: each == first for each in TRANSPORTS}


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_transport_given_asks_for_its_srv_only(servers, find, transport):
    peers = {each: servers.peer(each, ok) for each in TRANSPORTS}
    records = [service(peer) for peer in peers.values()]
    fine(find(records + [pointer("udp")], "-T", transport))
    assert {each: len(peer.requests) for each, peer in peers.items()} == {
        each: each == transport for each in TRANSPORTS}


def test_a_sips_uri_takes_tls_only(servers, find):
    tls, udp = servers.peer("tls", ok), servers.peer("udp", ok)
    records = [service(tls), service(udp), pointer("udp", 1),
               pointer("tls", 2)]
    fine(find(records, name="sips:bob@" + DOMAIN))
    assert seen(tls, udp) == [1, 0]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_with_a_port_only_addresses_are_asked_for(servers, find, transport):
    right, other = servers.peer(transport, ok), servers.peer(transport, ok)
    fine(find([service(other, TWO, ONE), pointer(transport)],
              "-T", transport, "-p", right.port, name=ONE))
    assert seen(right, other) == [1, 0]


def test_the_lower_priority_is_tried_first(servers, find):
    first, second = servers.peer("tcp", ok), servers.peer("tcp", ok)
    fine(find([service(second, TWO, priority=20), service(first)]))
    assert seen(first, second) == [1, 0]


def test_after_a_dead_server_the_next_is_tried(servers, find, refused):
    # RFC 3263 4.3.
    second = servers.peer("tcp", ok)
    result = find([srv("_sip._tcp." + DOMAIN, ONE, refused),
                   service(second, TWO, priority=20)])
    assert seen(second) == [1]
    assert result.facts["answer"]["status"] == 200
    assert len(result.facts["attempts"]) == 2
    assert result.state != "CRITICAL"


def test_all_servers_dead_is_critical(find, refused):
    result = find([srv("_sip._tcp." + DOMAIN, ONE, refused),
                   srv("_sip._tcp." + DOMAIN, TWO, refused, 20)])
    assert result.state == "CRITICAL"
    assert set(result.broken) == {"net.refused"}


def test_a_domain_without_srv_is_a_host(sip, servers, zone):
    # The default port is what cannot be had here: the attempt tells it.
    result = sip.json("-H", ONE, "--dns", zone(), "-T", "tcp", "-t", "2",
                      "--source", "127.0.0.1")
    assert "5060" in str(result.doc)


def test_the_name_over_tls_is_the_domain_asked_for(
        pki, sip, servers, find):
    peer = servers.peer("tls", ok, cert=pki.leaf(
        cn=[DOMAIN], san=["DNS:" + DOMAIN, "URI:sip:" + DOMAIN]))
    result = find([service(peer)], "--profile", "sip-domain", "--ca-file",
                  pki.ca_file)
    assert result.state == "OK", result.findings
    assert peer.names == [DOMAIN]


def test_a_certificate_for_the_srv_target_alone_will_not_do(
        pki, servers, find):
    peer = servers.peer("tls", ok, cert=pki.leaf(cn=[ONE]))
    result = find([service(peer)], "--profile", "sip-domain", "--ca-file",
                  pki.ca_file)
    assert result.broken["name.sip-domain"] == "CRITICAL"


@pytest.mark.parametrize("option,address", [("-4", "127.0.0.1"),
                                            ("-6", "::1")])
def test_the_family_decides_on_the_address(
        servers, find, option, address):
    peer = servers.peer("tcp", ok, address=address)
    result = find([host("both.contoso.test", "127.0.0.1", "::1"),
                   service(peer, "both.contoso.test")], option)
    fine(result)
    assert seen(peer) == [1]


@pytest.mark.parametrize("args,transport,port", [
    (["-H", "127.0.0.9"], "udp", 5060), (["-H", "sip:127.0.0.9"], "udp", 5060),
    (["-H", "127.0.0.9", "-T", "tcp"], "tcp", 5060),
    (["-H", "127.0.0.9", "-T", "tls"], "tls", 5061),
    (["-H", "sips:127.0.0.9"], "tls", 5061),
    (["-H", "sip:127.0.0.9;transport=tcp"], "tcp", 5060)])
def test_an_address_has_a_default_transport_and_port(
        sip, args, transport, port):
    # RFC 3263 4.1 and 4.2; nothing listens there.
    result = sip.json(*args, "-t", "2")
    only(result, "net.refused")
    attempt, = result.facts["attempts"]
    assert attempt["transport"].lower() == transport
    assert str(port) in str(attempt)


# Names that lead nowhere -----------------------------------------------------

def test_a_domain_that_is_missing_is_critical(find):
    finding = only(find([], name="missing.contoso.test"), "dns.nxdomain")
    assert "missing.contoso.test" in finding["where"] + finding["text"]


@pytest.mark.parametrize("args", [[], ["-T", "tcp"]])
def test_a_service_that_is_not_offered_is_critical(find, args):
    only(find([not_offered(prefix + DOMAIN)
               for prefix in SERVICES.values()], *args), "dns.nxdomain")


def test_a_target_without_an_address_is_critical(find):
    result = find([srv("_sip._tcp." + DOMAIN, "gone.contoso.test", 5060)])
    finding = only(result, "dns.nxdomain")
    assert "gone.contoso.test" in finding["where"] + finding["text"]


def test_a_target_without_an_address_beside_a_good_one_is_told(
        servers, find):
    peer = servers.peer("tcp", ok)
    result = find([srv("_sip._tcp." + DOMAIN, "gone.contoso.test", 5060),
                   service(peer, priority=20)])
    assert seen(peer) == [1]
    assert "gone.contoso.test" in str(result.doc)


@pytest.mark.parametrize("reply", [
    resolvers.header_only(resolvers.SERVFAIL),
    resolvers.header_only(resolvers.REFUSED), resolvers.silence,
    resolvers.wrong_id, resolvers.garbage])
@pytest.mark.parametrize("args", [[], ["-T", "tls"],
                                  ["-T", "udp", "-p", "5060"]])
def test_a_resolver_of_no_use_is_unknown(sip, servers, reply, args):
    server = servers.start(resolvers.Responder, reply)
    result = sip.json("-H", DOMAIN, "--dns", server.address, "-t", "1",
                      *args)
    only(result, "dns.no-answer", "UNKNOWN")
    assert server.queries > 0


def test_an_address_asks_no_resolver(sip, servers):
    server = servers.start(resolvers.Responder, resolvers.silence)
    peer = servers.peer("udp", ok)
    fine(sip.ask(peer, "--dns", server.address))
    assert server.queries == 0


# Conflicts (ms-diagnostics 1009) ---------------------------------------------

def conflict(servers):
    peer = servers.peer("tls", ok)
    return ["local=/fabrikam.test/", host("sip.fabrikam.test", "127.0.0.1"),
            service(peer, "sip.fabrikam.test")]


def test_a_target_of_another_domain_is_noted(servers, find):
    result = find(conflict(servers))
    assert result.state == "OK"
    assert result.broken == {"dns.domain-conflict": "OK"}
    finding = result.finding("dns.domain-conflict")
    assert "sip.fabrikam.test" in finding["where"] + finding["text"]


@pytest.mark.parametrize("profile,state", [
    ("lync-server", "WARNING"), ("lync-edge", "WARNING"),
    ("teams-sbc", "OK"), ("exchange-um", "OK")])
def test_a_lync_profile_minds_the_conflict(servers, find, profile, state):
    result = find(conflict(servers), "--profile", profile)
    assert result.broken["dns.domain-conflict"] == state


@pytest.mark.parametrize("target", ["a.b.contoso.test", DOMAIN])
def test_a_target_in_the_domain_is_no_conflict(servers, find, target):
    peer = servers.peer("tcp", ok)
    result = find([host(target, "127.0.0.1"), service(peer, target)])
    fine(result)


def test_a_target_that_only_ends_alike_is_a_conflict(servers, find):
    peer = servers.peer("tcp", ok)
    result = find(["local=/notcontoso.test/",
                   host("sip.notcontoso.test", "127.0.0.1"),
                   service(peer, "sip.notcontoso.test")])
    assert result.broken == {"dns.domain-conflict": "OK"}


# --all-targets ---------------------------------------------------------------

@pytest.fixture
def three(servers):
    """Three servers of the domain, and their records."""
    peers = [servers.peer("tcp", ok) for _ in range(3)]
    names = [ONE, TWO, TWO]
    return peers, [service(peer, name, priority=10 * n) for n, (peer, name)
                   in enumerate(zip(peers, names), 1)]


def test_without_all_targets_one_is_enough(three, find):
    peers, records = three
    fine(find(records))
    assert sum(seen(*peers)) == 1


@pytest.mark.parametrize("args", [[], ["-n", "3", "--loss-critical", "20"]])
def test_a_place_passed_over_is_no_loss(servers, find, refused, args):
    peer = servers.peer("tcp", ok)
    result = find([srv("_sip._tcp." + DOMAIN, ONE, refused, priority=1),
                   service(peer, TWO, priority=2)], *args)
    assert result.state == "OK", result.findings
    assert result.broken == {"net.refused": "OK"}
    assert result.metrics["loss"]["value"] == 0


def test_all_targets_are_probed(three, find):
    peers, records = three
    result = fine(find(records, "--all-targets"))
    assert seen(*peers) == [1, 1, 1]
    assert result.metrics["targets_alive"]["value"] == 3
    assert len(result.facts["attempts"]) == 3


def test_every_address_of_a_target_is_probed(servers, find):
    peers = [servers.peer("udp", ok)]
    peers.append(servers.peer("udp", ok, address="127.0.0.2",
                              port=peers[0].port))
    name = "two.contoso.test"
    result = find([host(name, "127.0.0.1"), host(name, "127.0.0.2"),
                   service(peers[0], name)], "--all-targets")
    fine(result)
    assert seen(*peers) == [1, 1]
    assert result.metrics["targets_alive"]["value"] == 2


ALIVE = [([], "WARNING"), (["--alive-warning", "2:"], "OK"),
         (["--alive-warning", "3:"], "WARNING"),
         (["--alive-critical", "3:"], "CRITICAL"),
         (["--alive-warning", "3:", "--alive-critical", "2:"], "WARNING")]


@pytest.mark.parametrize("args,state", ALIVE)
def test_one_dead_of_three_is_judged(servers, find, refused, args, state):
    peers = [servers.peer("tcp", ok) for _ in range(2)]
    records = [service(peer) for peer in peers]
    records.append(srv("_sip._tcp." + DOMAIN, TWO, refused))
    result = find(records, "--all-targets", *args)
    assert seen(*peers) == [1, 1]
    assert result.metrics["targets_alive"]["value"] == 2
    assert result.state == state, result.findings
    if state != "OK":
        assert result.broken["sip.targets"] == state


def test_all_dead_is_critical(find, refused):
    result = find([srv("_sip._tcp." + DOMAIN, ONE, refused),
                   srv("_sip._tcp." + DOMAIN, TWO, refused)],
                  "--all-targets")
    assert result.state == "CRITICAL"
    assert result.broken["sip.targets"] == "CRITICAL"
    assert result.metrics["targets_alive"]["value"] == 0


def test_a_silent_target_leaves_time_for_the_others(servers, find):
    silent = servers.peer("udp", lambda exchange: None)
    good = servers.peer("udp", ok)
    result = find([service(silent), service(good, TWO, priority=20)],
                  "--all-targets")
    assert result.metrics["targets_alive"]["value"] == 1
    assert result.state == "WARNING"


def test_a_target_that_refuses_is_named(servers, find):
    good, bad = servers.peer("tcp", ok), servers.peer("tcp", says(503, "No"))
    result = find([service(good), service(bad, TWO, priority=20)],
                  "--all-targets")
    assert TWO in str(result.findings) or str(bad.port) in str(
        result.findings)
    assert "503" in str(result.findings)


def test_many_targets_are_all_told_of(servers, find):
    peer = servers.peer("udp", ok)
    hosts = ["h%d.contoso.test" % n for n in range(20)]
    records = [host(name, "127.0.0.1") for name in hosts]
    records += [service(peer, name) for name in hosts]
    result = find(records, "--all-targets", timeout=5)
    assert result.state == "OK", result.findings
    assert result.metrics["targets_alive"]["value"] in (1, 20)


def test_more_places_than_are_asked_are_told(find):
    records = [srv("_sip._tcp." + DOMAIN, ONE, 20000 + n) for n in range(80)]
    result = find(records, "--all-targets", timeout=5)
    assert result.broken["net.not-tried"] == "UNKNOWN"
    assert "more places" in result.text("net.not-tried")
