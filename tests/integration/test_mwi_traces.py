# SPDX-License-Identifier: GPL-3.0-or-later
"""test_mwi_traces -- a monitor that runs every minute leaves nothing behind.
"""

import signal
import time

import pytest

from testenv.kamailio import Lab
from testenv.mwi import uri
from testenv.sip import fine

TRANSPORTS = ("udp", "tcp", "tls")
RUNS = 60
PATIENCE = 20
MINUTE = 60


@pytest.fixture(params=TRANSPORTS)
def port(lab, request):
    """A port of the lab for any client, by each transport."""
    return lab.tls if request.param == "tls" else lab.plain(request.param)


@pytest.fixture
def own_lab(tmp_path_factory, servers):
    """A Kamailio that nobody else uses."""
    return servers.start(Lab, tmp_path_factory.mktemp("own"))


def test_sixty_runs_leave_nothing(mwi, lab, port):
    for _ in range(RUNS):
        fine(mwi.loop(lab, port, "--subscribe", "--mailbox", uri("mwitest")))
    assert lab.left("mwitest") == (0, 0)


def test_sixty_runs_that_fail_leave_nothing(mwi, lab, port):
    for _ in range(RUNS):
        mwi.loop(lab, port, "--subscribe", user="forbidden")
    assert lab.left("forbidden") == (0, 0)


def test_nothing_stays_when_the_time_is_up(mwi, lab, port):
    result = mwi.loop(lab, port, "--subscribe", user="swallow", timeout=1)
    assert result.state == "CRITICAL"
    assert lab.left("swallow") == (0, 0)


def until(condition, run):
    """What the condition gives as soon as it is true."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and run.poll() is None:
        if found := condition():
            return found
    raise AssertionError("it did not happen")


@pytest.mark.parametrize("sort", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_who_is_killed_leaves_a_minute(mwi, own_lab, transport, sort):
    port = own_lab.tls if transport == "tls" else own_lab.plain(transport)
    with mwi.spawned(*mwi.by(port, *mwi.phone(own_lab, "swallow"),
                             timeout=30)) as run:
        until(lambda: own_lab.contacts("swallow"), run.child)
        run.child.send_signal(sort)
        run.child.wait()
    left = own_lab.contacts("swallow")
    assert all(seconds <= MINUTE for _, seconds in left), left
    assert own_lab.subscriptions("swallow") == 0


def test_a_subscription_ends_by_itself_in_a_minute(mwi, servers):
    # What the registrar is asked for, whoever ends us after it.
    peer = servers.peer("udp", lambda exchange: exchange.answer())
    mwi.json(*mwi.by(peer, *["--notify", uri("mwitest"), "--phone",
                             "--subscribe"], timeout=2))
    asked = [int(each.get("Expires")) for each in peer.requests
             if each.method in ("REGISTER", "SUBSCRIBE")]
    assert asked and max(asked) <= MINUTE


def test_the_phone_unregisters_what_it_registered(mwi, servers):
    peer = servers.peer("udp", lambda exchange: exchange.answer())
    mwi.json(*mwi.by(peer, "--notify", uri("mwitest"), "--phone", timeout=1))
    came, gone = [each for each in peer.requests if each.method == "REGISTER"]
    assert came.get("Contact") == gone.get("Contact")
    assert (came.call_id, came.cseq + 1) == (gone.call_id, gone.cseq)
    assert gone.get("Expires") == "0"
