# SPDX-License-Identifier: GPL-3.0-or-later
"""test_faults -- the matrix of doc/faults.md, cell by cell.

That a run ends within its time + 0.2 s and some slack for the machine is
asserted of every run (plugin.py).
"""

import pytest

from testenv import faulty
from testenv.faults import FAULTS, cells
from testenv.mwi_peer import carried, in_dialog, own, take_only
from testenv.pki import HOST
from testenv.sip_message import FOREIGN, answer

TIME = "0.7"                            # enough for a loop of six requests
MATRIX = list(cells())


def test_the_matrix_has_250_cells_at_least():
    assert len({str(cell) for cell in MATRIX}) == len(MATRIX) >= 250


# A server before which the fault stands ---------------------------------------

def handshake(kit, cell, number):
    """(port, options) of a TLS server with the fault in its flight."""
    options = {"TLS 1.2": ["-tls1_2"], "TLS 1.3": ["-tls1_3"],
               "mutual TLS": ["-tls1_3", "-Verify", "1", "-CAfile",
                              kit.pki.ca_file]}[cell.transport]
    upstream = kit.shared.tls(kit.pki.right, *options)
    behaviour = faulty.at_flight(upstream, number, faulty.ACTS[cell.fault])
    return kit.servers.misbehaving(behaviour).port, identity(kit, cell)


def identity(kit, cell):
    """UM's own where the gateway wants to know who calls."""
    return [*kit.sip.identity(kit.pki.client), *kit.trust(cell)] \
        if cell.transport == "mutual TLS" else []


def how(kit, cell):
    """The TLS that a SIP peer speaks."""
    version = {"TLS 1.2": "1.2"}.get(cell.transport, "1.3")
    asks = kit.pki.ca_file if cell.transport == "mutual TLS" else None
    return {"versions": (version, version), "asks": asks} \
        if "TLS" in cell.transport else {}


def plain(cell):
    return "tls" if "TLS" in cell.transport else cell.transport


class Place:
    """Where a server of the test stands."""

    address = "127.0.0.1"

    def __init__(self, transport, port):
        self.transport, self.port = transport, port


# What each plugin is asked, and what the peer does ----------------------------

def ask(kit, cell, place, *args):
    if cell.plugin == "check_um_cert":
        return kit.um.look(place.port, "-t", TIME, *args)
    if cell.plugin == "check_sip_options":
        return kit.sip.ask(place, *args, timeout=TIME)
    return kit.lamp.ask(place, *args, timeout=TIME)


def hello(kit, cell, number=1):
    port, options = handshake(kit, cell, number)
    return ask(kit, cell, Place("tls", port), *options)


def end(kit, cell):
    return hello(kit, cell, 2)


def lookup(kit, cell):
    resolver = kit.servers.start(faulty.Resolver, cell.transport,
                                 faulty.ACTS[cell.fault])
    options = ["--dns", resolver.address, "-t", TIME]
    if cell.plugin == "check_um_cert":
        return kit.um.json("-H", HOST, *options)
    if cell.plugin == "check_sip_options":
        return kit.sip.json("-H", HOST, "-p", 5060, *options)
    return kit.lamp.json("--gateway", HOST, "--gateway-port", 5060, "-T",
                         "tcp", *options)


def the_list(kit, cell):
    server = kit.servers.misbehaving(
        faulty.over_http(b"0" * 400, faulty.ACTS[cell.fault]))
    cert = kit.pki.leaf(
        cdp="http://127.0.0.1:%d/ca.crl" % server.port)
    return kit.um.judge(cert, "--revocation", "crl", "-t", TIME)


def options(kit, cell):
    act = faulty.ACTS[cell.fault]

    def behaviour(exchange):
        act(faulty.Sip(exchange), answer(exchange.request),
            answer(exchange.request, **FOREIGN["Call-ID"](exchange.request)))
    if cell.plugin == "check_mwi_path":
        place = pbx(kit, cell, options=behaviour)
    else:
        place = kit.servers.peer(plain(cell), behaviour, **how(kit, cell))
    return ask(kit, cell, place, *identity(kit, cell))


def pbx(kit, cell, **steps):
    return kit.servers.pbx(plain(cell), how(kit, cell), **steps)


def answering(cell):
    """The step of a PBX whose answer comes with the fault."""
    act = faulty.ACTS[cell.fault]

    def step(exchange):
        request = exchange.request
        lines = [] if not request.get("Contact") else \
            ["Contact: %s;expires=60" % request.get("Contact")]
        act(faulty.Sip(exchange), answer(request, 200, "OK", *lines),
            answer(request, **FOREIGN["Call-ID"](request)))
    return step


def register(kit, cell):
    return kit.lamp.loop(pbx(kit, cell, register=answering(cell)),
                         timeout=TIME)


def notify(kit, cell):
    place = pbx(kit, cell, notify=answering(cell))
    return ask(kit, cell, place, "--notify", kit.lamp.address,
               *identity(kit, cell))


def delivery(kit, cell):
    act = faulty.ACTS[cell.fault]

    def step(exchange):
        phone = exchange.peer.script.phone
        take_only(exchange)
        act(faulty.Sip(phone), carried(exchange, phone).raw,
            own(phone, Event="presence").raw)
    return kit.lamp.loop(pbx(kit, cell, notify=step), timeout=TIME)


def subscribe(kit, cell):
    place = pbx(kit, cell, subscribe=answering(cell))
    return kit.lamp.fetch(place, *identity(kit, cell), timeout=TIME)


def state(kit, cell):
    act = faulty.ACTS[cell.fault]

    def step(exchange):
        take_only(exchange)
        act(faulty.Sip(exchange), in_dialog(exchange).raw,
            own(exchange, Event="presence").raw)
    place = pbx(kit, cell, subscribe=step)
    return kit.lamp.fetch(place, *identity(kit, cell), timeout=TIME)


DONE = {"hello": hello, "end": end, "lookup": lookup, "list": the_list,
        "options": options, "register": register, "notify": notify,
        "delivery": delivery, "subscribe": subscribe, "state": state}


class Kit:
    """The fixtures that a cell may need."""

    def __init__(self, **fixtures):
        self.__dict__.update(fixtures)

    def trust(self, cell):
        """check_mwi_path judges our certificate; check_um_cert has these."""
        return ["--um-profile", "none", "--ca-file", self.pki.ca_file] \
            if cell.plugin == "check_mwi_path" else []


@pytest.fixture
def kit(um, sip, lamp, pki, servers, shared_servers):
    return Kit(um=um, sip=sip, lamp=lamp, pki=pki, servers=servers,
               shared=shared_servers)


@pytest.mark.parametrize("cell", MATRIX, ids=str)
def test_a_fault_is_told_by_its_finding_in_time(kit, cell):
    result = DONE[cell.step](kit, cell)
    assert result.state == cell.state, result.findings
    if cell.finding:
        assert (cell.finding, cell.state) in {
            (each["id"], each["state"]) for each in result.findings}
    else:
        assert result.broken == {}


def test_every_step_is_one_of_the_page():
    assert {cell.step for cell in MATRIX} == set(DONE)
    assert set(FAULTS) == set(faulty.ACTS)
