# SPDX-License-Identifier: GPL-3.0-or-later
"""test_mwi_foreign -- other makes on the path: SIPp as UM and notifier, a
second phone, and baresip.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from testenv.baresip import Baresip
from testenv.mwi import breaks_at, hop, hops, uri
from testenv.sip import fine
from testenv.sip_message import request_of_ours
from testenv.sip_phone import Phone
from testenv.sipp import send

TRANSPORTS = ("udp", "tcp", "tls")
SUMMARY = "application/simple-message-summary"


@pytest.fixture(params=TRANSPORTS)
def port(lab, request):
    """A port of the lab for any client, by each transport."""
    return lab.tls if request.param == "tls" else lab.plain(request.param)


# SIPp as UM -------------------------------------------------------------------

def test_a_notify_of_the_real_um_is_taken_and_is_not_ours(mwi, lab):
    # The lab delivers after 1.2 s what is for "late": SIPp's, which the phone
    # has to answer with 200, and then ours.
    before = lab.transactions()
    with ThreadPoolExecutor() as pool:
        um = pool.submit(send, "um_notify", "127.0.0.1:%d" % lab.plain().port,
                         "late")
        while lab.transactions() == before:
            assert not um.done()
        result = mwi.loop(lab, lab.plain(), user="late", timeout=10)
        um.result()
    fine(result)
    assert result.metrics["delivery_time"]["value"] >= 1.1


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_the_lab_carries_the_notify_of_sipp(lab, servers, transport):
    phone = servers.start(Phone, lab, "alice")
    send("um_notify", "127.0.0.1:%d" % lab.plain().port, "alice", transport)
    heard = phone.heard()
    assert heard.method == "NOTIFY"
    assert b"Voice-Message: 2/8" in heard.body


def strange(request):
    """UM's NOTIFY about somebody's mailbox."""
    body = b"Messages-Waiting: yes\r\nVoice-Message: 2/8\r\n"
    return request_of_ours("NOTIFY", request, "Event: message-summary",
                           "Subscription-State: terminated",
                           "Content-Type: " + SUMMARY, body=body)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_what_came_before_the_injection_does_not_count(mwi, servers,
                                                       transport):
    def behaviour(exchange):
        if exchange.request.method == "REGISTER" and \
                "expires: 0" not in exchange.request.raw.decode().lower():
            exchange.send(strange(exchange.request))
        exchange.answer()
    peer = servers.peer(transport, behaviour)
    result = mwi.json(*mwi.by(peer, "--notify", uri("mwitest"), "--phone",
                              timeout=2))
    breaks_at(result, "phone", "mwi.not-delivered")
    assert 200 in [each.status for each in peer.answers]


# SIPp as notifier -------------------------------------------------------------

def told(mwi, servers, transport, *lines, kind=SUMMARY):
    """JSON about a mailbox whose notifier says these lines."""
    sipp = servers.sipp(transport, "notifier", body="\n".join(lines),
                        type=kind)
    return mwi.json("--um", "127.0.0.1", "--um-port", sipp.port,
                    "--um-profile", "none", "-T", transport, "--mailbox",
                    uri("vm"), "-t", "5")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_mailbox_of_um_itself(mwi, servers, transport):
    result = fine(told(mwi, servers, transport, "Messages-Waiting: yes",
                       "Message-Account: sip:vm@contoso.test",
                       "Voice-Message: 3/1 (1/0)"))
    assert result.metrics["messages_new"]["value"] == 3
    assert result.facts["mailbox"]["account"] == "sip:vm@contoso.test"
    assert list(hops(result)) == ["um", "mailbox"]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_other_classes_are_told(mwi, servers, transport):
    result = fine(told(mwi, servers, transport, "messages-waiting: YES",
                       "voice-message: 0/1", "Fax-Message: 2/3 (1/0)"))
    assert result.facts["mailbox"]["fax-message"] == {
        "new": 2, "old": 3, "urgent_new": 1, "urgent_old": 0}
    assert result.metrics["messages_new"]["value"] == 0


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_lamp_that_stays_dark_is_a_warning(mwi, servers, transport):
    result = told(mwi, servers, transport, "Messages-Waiting: no",
                  "Voice-Message: 3/1")
    text = breaks_at(result, "mailbox", "mwi.bad-body", "WARNING")["text"]
    assert "3 new" in text


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("lines,kind", [
    (["hello"], SUMMARY), (["Voice-Message: 1/0"], SUMMARY),
    (["Messages-Waiting: yes", "Voice-Message: many"], SUMMARY),
    (["Messages-Waiting: yes"], "text/plain")])
def test_no_message_summary_is_told(mwi, servers, transport, lines, kind):
    result = told(mwi, servers, transport, *lines, kind=kind)
    breaks_at(result, "mailbox", "mwi.bad-body")
    assert "messages_new" not in result.metrics


# A second phone on the same address -------------------------------------------

def test_both_phones_hear_of_it(mwi, lab, servers, port):
    other = servers.start(Phone, lab, "alice")
    result = fine(mwi.loop(lab, port, user="alice"))
    assert "delivery_time" in result.metrics
    heard = other.heard()
    assert heard.method == "NOTIFY"
    assert heard.get("Event") == "message-summary"
    assert heard.get("Subscription-State") == "terminated"


def test_the_second_phone_stays_registered(mwi, lab, servers):
    servers.start(Phone, lab, "alice")
    mwi.loop(lab, lab.plain(), user="alice")
    assert lab.bindings("alice") == 1


def test_a_second_phone_that_refuses_is_not_ours(mwi, lab, servers):
    servers.start(Phone, lab, "alice", lambda exchange: exchange.answer(
        481, "Subscription Does Not Exist"))
    fine(mwi.loop(lab, lab.plain(), user="alice"))


# baresip ----------------------------------------------------------------------

@pytest.fixture(scope="module")
def baresip(lab, module_servers, tmp_path_factory):
    """The phone of bob, who subscribes to his mailbox."""
    return module_servers.start(Baresip, tmp_path_factory.mktemp("baresip"),
                                lab, "bob")


def test_the_refusal_of_a_real_phone_comes_back(mwi, lab, port, baresip):
    result = mwi.json(*mwi.by(port, "--notify", uri(baresip.user)))
    finding = breaks_at(result, "notify", "mwi.notify-refused")
    assert "481" in finding["text"]
    assert "nobody subscribed to" in finding["text"]
    assert "Accept Unsolicited Notification" in finding["remedy"]


def test_a_phone_beside_it_takes_what_it_refuses(mwi, lab, port, baresip):
    result = fine(mwi.loop(lab, port, user=baresip.user))
    assert hop(result, "phone")["says"] == "NOTIFY delivered"


@pytest.mark.parametrize("counts", ["3/7 (2/1)", "0/4 (0/0)", "11/0 (0/0)"])
def test_a_real_phone_sees_the_state_that_we_tell(mwi, lab, baresip, counts):
    lab.publish(baresip.user, counts)
    while (lamp := baresip.lamp())["Voice-Message"] != counts:
        pass                            # the state before
    result = fine(mwi.fetch(lab, lab.plain("tcp"), user=baresip.user))
    box = result.facts["mailbox"]
    assert box["waiting"] is (lamp["Messages-Waiting"] == "yes")
    voice = box["voice-message"]
    assert counts == "%d/%d (%d/%d)" % tuple(voice[name] for name in (
        "new", "old", "urgent_new", "urgent_old"))


def test_our_fetch_leaves_the_subscription_of_a_real_phone(mwi, lab, baresip):
    before = lab.subscriptions(baresip.user)
    fine(mwi.fetch(lab, lab.plain("tcp"), user=baresip.user))
    assert lab.subscriptions(baresip.user) == before == 1
