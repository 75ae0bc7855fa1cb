# SPDX-License-Identifier: GPL-3.0-or-later
"""test_mwi_loop -- UM's NOTIFY from the injection to a phone of our own."""

import re

import pytest

from testenv.mwi import hop, hops
from testenv.mwi_peer import SUMMARY, deliver, own, take_only
from testenv.sip import fine, only

TRANSPORTS = ("udp", "tcp", "tls")
SUMMARY_LINES = re.compile(
    rb"Messages-Waiting: yes\r\nMessage-Account: sip:lamp@contoso\.test\r\n"
    rb"Voice-Message: \d+/\d+ \(0/0\)\r\n", re.I)


def steps(pbx):
    return [step for step in pbx.order if step != "options"]


def no_trace_left(pbx):
    """The binding was taken back, and every lease was short."""
    assert steps(pbx)[-1] == "unregister"
    for request in pbx.asked("register") + pbx.asked("subscribe"):
        assert 0 < int(request.get("Expires")) <= 60


# What goes out ---------------------------------------------------------------

@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_loop_is_closed_and_leaves_nothing(follow, transport):
    result, pbx = follow(transport)
    fine(result)
    assert steps(pbx) == ["register", "notify", "unregister"]
    no_trace_left(pbx)
    assert pbx.order.count("options") == (transport != "tls")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_notify_is_that_of_um(follow, transport):
    notify = follow(transport)[1].asked("notify")[0]
    assert notify.uri == "sip:lamp@contoso.test"
    assert "<sip:lamp@contoso.test>" in notify.get("To")
    assert ";tag=" not in notify.get("To")
    assert notify.get("Event") == "message-summary"
    assert notify.get("Subscription-State") == "terminated"
    assert notify.get("Content-Type") == SUMMARY
    assert SUMMARY_LINES.fullmatch(notify.body)
    assert int(notify.get("Max-Forwards")) == 70


@pytest.mark.parametrize("args,sender", [
    (["--from", "sip:um@mail.contoso.test"], "sip:um@mail.contoso.test"),
    (["--um", "127.0.0.1", "--um-profile", "none"], "sip:um@127.0.0.1")])
def test_the_notify_comes_from_who_is_told(follow, args, sender):
    # At port 5060 nobody is; that is told, and the path goes on.
    notify = follow("udp", *args)[1].asked("notify")[0]
    assert "<%s>" % sender in notify.get("From")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_binding_is_of_the_address_and_short(follow, transport):
    _, pbx = follow(transport)
    put, taken = pbx.asked("register")[0], pbx.asked("unregister")[0]
    for request in (put, taken):
        assert request.uri == "sip:contoso.test"    # RFC 3261 10.2
        assert "<sip:lamp@contoso.test>" in request.get("To")
        assert "<sip:lamp@contoso.test>" in request.get("From")
        assert request.get("Contact") == put.get("Contact")
    assert put.get("Expires") == "60"
    assert taken.call_id == put.call_id
    assert taken.cseq > put.cseq
    kind = {"udp": None, "tcp": "tcp", "tls": "tls"}[transport]
    assert (";transport=%s" % kind in put.get("Contact")) == bool(kind)


def test_the_phone_can_register_elsewhere(lamp, servers):
    registrar = servers.pbx("udp")

    def step(exchange):
        phone = registrar.script.phone
        notify = own(phone, body=exchange.request.body)
        phone.send(notify.raw)
        if registrar.wait_for(notify.branch):
            exchange.answer()
    gateway = servers.pbx("udp", notify=step)
    fine(lamp.loop(gateway, "--registrar", "127.0.0.1", "--registrar-port",
                  registrar.port))
    registrar.settle()
    gateway.settle()
    assert registrar.order == ["register", "unregister"]
    assert gateway.order == ["options", "notify"]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_without_a_phone_the_answer_is_all(lamp, servers, transport):
    pbx = servers.pbx(transport, notify=take_only)
    result = lamp.ask(pbx, "--notify", lamp.address)
    fine(result)
    assert "notify_time" in result.metrics
    assert "delivery_time" not in result.metrics
    assert "phone" not in hops(result)
    assert "no phone" in result.summary


# What comes in ---------------------------------------------------------------

def after_the_answer(exchange):
    exchange.answer()
    exchange.peer.script.phone.send(
        own(exchange.peer.script.phone, body=exchange.request.body).raw)


def by_an_agent(exchange):
    """A B2BUA: another Call-ID, other tags, the same body."""
    phone = exchange.peer.script.phone
    notify = own(phone, body=exchange.request.body)
    phone.send(notify.raw)
    if exchange.peer.wait_for(notify.branch):
        exchange.answer()


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("step", [after_the_answer, by_an_agent])
def test_another_call_id_with_our_counts_is_ours(follow, transport, step):
    result, _ = follow(transport, notify=step)
    fine(result)
    assert result.metrics["delivery_time"]["value"] > 0


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_phone_answers_200_at_once(follow, transport):
    def step(exchange):
        notify = own(exchange.peer.script.phone, body=exchange.request.body)
        exchange.peer.script.phone.send(notify.raw)
        if exchange.peer.wait_for(notify.branch):
            statuses.extend(exchange.peer.statuses(notify.branch))
            exchange.answer()
    statuses = []
    fine(follow(transport, notify=step)[0])
    assert statuses == [200]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_never_delivered_is_told(follow, transport):
    result, pbx = follow(transport, notify=take_only)
    finding = only(result, "mwi.not-delivered")
    assert finding["where"].startswith("registrar")
    assert finding["remedy"]
    assert hop(result, "notify")["state"] == "OK"
    assert hop(result, "phone")["state"] == "CRITICAL"
    assert "delivery_time" not in result.metrics
    no_trace_left(pbx)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_delivered_twice_is_told(follow, transport):
    result, pbx = follow(transport, notify=deliver(times=2))
    finding = only(result, "mwi.duplicate", "WARNING")
    assert "2 times" in finding["text"]
    assert hop(result, "phone")["state"] == "WARNING"
    no_trace_left(pbx)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_retransmission_is_no_duplicate(follow, transport):
    # RFC 3261 17.2.2: the same branch is the same transaction.
    def step(exchange):
        phone = exchange.peer.script.phone
        notify = own(phone, body=exchange.request.body)
        for _ in range(3):
            phone.send(notify.raw)
        if exchange.peer.wait_for(notify.branch):
            exchange.answer()
    fine(follow(transport, notify=step)[0])


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_delivered_again_while_it_unregisters_is_told(follow, transport):
    def unregister(exchange):
        asked = exchange.peer.asked("notify")[0]
        again = own(exchange, body=asked.body)
        exchange.send(again.raw)
        exchange.answer()
    only(follow(transport, unregister=unregister)[0], "mwi.duplicate",
         "WARNING")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_delivered_while_it_unregisters_is_told(follow, transport):
    # Too late for the phone, which waited as long as it could.
    def unregister(exchange):
        exchange.send(own(exchange, body=exchange.peer.asked(
            "notify")[0].body).raw)
        exchange.answer()
    result, _ = follow(transport, notify=take_only, unregister=unregister)
    assert result.broken["mwi.not-delivered"] == "CRITICAL"


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_what_came_before_the_injection_does_not_count(follow, transport):
    def register(exchange):
        notify = own(exchange)
        exchange.send(notify.raw)
        exchange.answer(200, "OK", "Contact: " +
                        exchange.request.get("Contact"))
    only(follow(transport, register=register, notify=take_only)[0],
         "mwi.not-delivered")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_news_of_another_message_is_not_taken_for_ours(follow, transport):
    # Ours comes too: then the other one does not matter.
    result, _ = follow(transport, notify=deliver(
        before=[lambda exchange, phone: own(phone)]))
    fine(result)


# Altered ---------------------------------------------------------------------

def counts(new, old, account="sip:lamp@contoso.test", waiting="yes"):
    return (b"Messages-Waiting: %b\r\nMessage-Account: %b\r\n"
            b"Voice-Message: %b/%b\r\n" % tuple(
                part.encode() for part in (waiting, account, new, old)))


def rewritten(old, new):
    """The body with this changed, everything else as UM sent it."""
    def step(exchange):
        body, times = re.subn(old, new, exchange.request.body)
        assert times
        deliver(body=body)(exchange)
    return step


ALTERED = {
    "counts": (deliver(body=counts("98", "99")), "98/99"),
    "beyond 2^32": (deliver(body=counts("4294967296", "9" * 30)),
                    "4294967295/4294967295"),
    "waiting": (rewritten(b"yes", b"no"), "no"),
    "account": (rewritten(b"lamp@", b"other@"), "other@"),
    "no voice": (rewritten(b"Voice-Message:.*\r\n", b""), "voice"),
    "empty": (deliver(body=b"", Content_Type=None), "body"),
    "empty, type": (deliver(body=b""), "body"),
    "garbage": (deliver(body=bytes(range(256)) * 4), ""),
    "HTML": (deliver(body=b"<b>|x</b>", Content_Type="text/html"),
             "text/html"),
    "no type": (deliver(Content_Type=None), ""),
    "long line": (deliver(body=b"x" * 5000), ""),
    "nonsense counts": (deliver(body=counts("-1", "0x2")), ""),
    "twice": (rewritten(b"(Voice.*\r\n)", rb"\1\1"), ""),
}


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("what", ALTERED)
def test_what_was_altered_is_told(follow, transport, what):
    step, word = ALTERED[what]
    result, pbx = follow(transport, notify=step)
    finding = only(result, "mwi.altered")
    assert word in finding["text"]
    assert "delivery_time" in result.metrics
    no_trace_left(pbx)


def multipart(body, before=b"--x\r\nContent-Type: text/plain\r\n\r\nhi\r\n"):
    return before + b"--x\r\nContent-Type: %b\r\n\r\n%b\r\n--x--\r\n" % (
        SUMMARY.encode(), body)


def in_parts(exchange):
    deliver(body=multipart(exchange.request.body),
            Content_Type="multipart/mixed;boundary=x")(exchange)


UNCHANGED = {
    "bare LF": rewritten(b"\r\n", b"\n"), "multipart": in_parts,
    "case": lambda exchange: deliver(
        body=exchange.request.body.upper())(exchange),
    "no account": rewritten(b"Message-Account:.*\r\n", b""),
    "account in <>": rewritten(b"(sip:lamp@contoso.test)", rb"<\1>"),
    "more classes": rewritten(b"\\Z", b"Fax-Message: 4/5\r\n"),
    "a message": rewritten(b"\\Z", b"\r\nSubject: hi\r\n"),
    "Event parameter": deliver(Event="message-summary;id=7"),
    "Event case": deliver(Event="Message-Summary"),
    "Event short": deliver(Event=None, o="message-summary"),
    "type case": deliver(Content_Type=SUMMARY.upper()),
    "type parameter": deliver(Content_Type=SUMMARY + ";charset=utf-8"),
    "no state": deliver(Subscription_State=None),
    "active": deliver(Subscription_State="active;expires=60"),
}


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("what", UNCHANGED)
def test_another_form_is_not_altered(follow, transport, what):
    fine(follow(transport, notify=UNCHANGED[what])[0])


# What the phone does not take ------------------------------------------------

NOT_TAKEN = {
    "no Event": (dict(Event=None), 489),
    "another Event": (dict(Event="presence"), 489),
    "empty Event": (dict(Event=""), 489),
    "To tag": (dict(To="<sip:lamp@contoso.test>;tag=foreign"), 481),
    "OPTIONS": (dict(method="OPTIONS"), 200),
    "MESSAGE": (dict(method="MESSAGE"), 405),
    "INFO": (dict(method="INFO"), 405),
    "INVITE": (dict(method="INVITE"), 405),
}


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("what", NOT_TAKEN)
def test_what_the_phone_does_not_take_gets_its_status(
        follow, transport, what):
    changes, status = NOT_TAKEN[what]

    def step(exchange):
        phone = exchange.peer.script.phone
        other = own(phone, **changes)
        phone.send(other.raw)
        if exchange.peer.wait_for(other.branch):
            statuses.extend(exchange.peer.statuses(other.branch))
            deliver()(exchange)
    statuses = []
    fine(follow(transport, notify=step)[0])
    assert statuses == [status]


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("event", [None, "presence"])
def test_ours_with_another_event_is_altered(follow, transport, event):
    only(follow(transport, notify=deliver(Event=event))[0], "mwi.altered")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_ours_with_a_foreign_to_tag_is_not_delivered(follow, transport):
    result, _ = follow(transport, notify=deliver(
        To="<sip:lamp@contoso.test>;tag=foreign"))
    only(result, "mwi.not-delivered")
