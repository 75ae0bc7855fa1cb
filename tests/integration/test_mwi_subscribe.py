# SPDX-License-Identifier: GPL-3.0-or-later
"""test_mwi_subscribe -- notifiers that refuse, end or overdo a subscription.
"""

import pytest

from testenv import sip_wrong as wrong
from testenv.mwi import hop, hops
from testenv.mwi_peer import BODY, SUMMARY, in_dialog, own, subscribed
from testenv.plugin import SLACK
from testenv.sip import fine, only
from testenv.sip_peer import says, silent

STREAMS = ("tcp", "tls")
TRANSPORTS = ("udp",) + STREAMS


def by_subscription(exchange):
    """The NOTIFY of UM becomes one of the subscription."""
    pbx = exchange.peer
    notify = in_dialog(pbx.script.subscriber, 2, body=exchange.request.body)
    pbx.script.subscriber.send(notify.raw)
    if pbx.wait_for(notify.branch):
        exchange.answer()


@pytest.fixture
def both(follow, fetch):
    """The run that subscribes, and the one that fetches."""
    def ask(kind, transport, *args, **steps):
        if kind == "fetch":
            return fetch(transport, *args, **steps)
        return follow(transport, "--subscribe", *args,
                      **{"notify": by_subscription, **steps})
    return ask


KINDS = ("subscribe", "fetch")


# Right -----------------------------------------------------------------------

@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_subscription_closes_the_loop(follow, transport):
    result, pbx = follow(transport, "--subscribe", notify=by_subscription)
    fine(result)
    assert [step for step in pbx.order if step != "options"] == [
        "register", "subscribe", "notify", "unsubscribe", "unregister"]
    assert result.metrics["subscribe_time"]["value"] > 0


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("kind,expires", [("subscribe", 60), ("fetch", 0)])
def test_the_subscribe_is_that_of_rfc_3842(both, transport, kind, expires):
    request = both(kind, transport)[1].asked("subscribe")[0]
    assert request.uri == "sip:lamp@contoso.test"
    assert request.get("Event") == "message-summary"
    assert request.get("Accept") == SUMMARY
    assert int(request.get("Expires")) == expires
    assert ";tag=" not in request.get("To")
    assert request.get("Contact")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_fetch_leaves_no_state(fetch, transport):
    result, pbx = fetch(transport)
    fine(result)
    assert [step for step in pbx.order if step != "options"] == ["subscribe"]
    assert result.metrics["messages_new"]["value"] == 3
    assert result.metrics["messages_old"]["value"] == 7
    assert result.metrics["urgent_new"]["value"] == 1


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_notify_may_come_before_the_2xx(both, transport, kind):
    # RFC 6665 4.4.1
    fine(both(kind, transport, subscribe=subscribed(before=True))[0])


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("kind", KINDS)
def test_two_notifies_are_fine(both, transport, kind):
    fine(both(kind, transport, subscribe=subscribed({}, {}))[0])


def unsubscribe_of(pbx):
    first = pbx.asked("subscribe")[0]
    last = pbx.asked("unsubscribe")[0]
    assert last.call_id == first.call_id
    assert last.from_tag == first.from_tag
    assert last.get("To") == first.get("To") + ";tag=peer"
    assert last.cseq > first.cseq
    assert last.get("Event") == "message-summary"
    return last


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("before", [False, True])
def test_the_end_goes_to_the_remote_target(follow, transport, before):
    # RFC 3261 12.2.1.1
    _, pbx = follow(transport, "--subscribe", subscribe=subscribed(
        before=before))
    last = unsubscribe_of(pbx)
    assert last.uri == "sip:state@127.0.0.1:%d" % pbx.port
    assert last.all("Route") == []


ROUTES = ["<sip:one.contoso.test;lr>", "<sip:two.contoso.test;lr>"]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_route_set_of_the_2xx_is_reversed(follow, transport):
    # RFC 3261 12.1.2
    _, pbx = follow(transport, "--subscribe", subscribe=subscribed(
        answer_lines=["Record-Route: " + each for each in ROUTES]))
    assert unsubscribe_of(pbx).all("Route") == ROUTES[::-1]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_route_set_of_the_notify_is_not(follow, transport):
    # RFC 3261 12.1.1
    _, pbx = follow(transport, "--subscribe", subscribe=subscribed(
        before=True, Record_Route=ROUTES))
    assert unsubscribe_of(pbx).all("Route") == ROUTES


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_notify_moves_the_remote_target(follow, transport):
    # RFC 3261 12.2.2, RFC 6665 8.2.1: it is a target refresh request.
    _, pbx = follow(transport, "--subscribe", subscribe=subscribed(
        Contact="<sip:moved@127.0.0.1:7777>"))
    assert unsubscribe_of(pbx).uri == "sip:moved@127.0.0.1:7777"


@pytest.mark.parametrize("routes", [
    ["<sip:a;lr>, <sip:b;lr>"], ["<sip:a;lr>"] * 40, ["x" * 4000], [""],
    ["<sip:\x01>"]])
def test_strange_routes_do_no_harm(follow, routes):
    result, pbx = follow("tcp", "--subscribe", subscribe=subscribed(
        answer_lines=["Record-Route: " + each for each in routes]))
    assert result.state in ("OK", "CRITICAL")
    assert pbx.order[-1] == "unregister"


@pytest.mark.parametrize("contact", [None, "<>", "<sip:a b\x01>", "*",
                                     "<sip:" + "x" * 4000 + "@y>"])
def test_a_strange_contact_does_no_harm(follow, contact):
    def subscribe(exchange):
        exchange.answer(200, "OK", *(
            ["Contact: " + contact] if contact else []))
        exchange.send(in_dialog(exchange).raw)
    result, pbx = follow("tcp", "--subscribe", subscribe=subscribe)
    assert result.state in ("OK", "CRITICAL")
    assert pbx.order[-1] == "unregister"


# Refused ---------------------------------------------------------------------

@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("kind,name", zip(KINDS, ("register", "mailbox")))
@pytest.mark.parametrize("status,phrase", [
    (403, "Forbidden"), (404, "Not Found"), (405, "Method Not Allowed"),
    (423, "Interval Too Brief"), (480, "Temporarily Unavailable"),
    (481, "Subscription Does Not Exist"), (489, "Bad Event"),
    (500, "No"), (503, "No"), (603, "Decline")])
def test_a_refusal_is_told_with_its_status(
        both, transport, kind, name, status, phrase):
    result, pbx = both(kind, transport, subscribe=says(status, phrase))
    finding = only(result, "mwi.subscribe-refused")
    assert "%d %s" % (status, phrase) in finding["text"]
    assert "sip:lamp@contoso.test" in finding["text"]
    assert hop(result, name)["state"] == "CRITICAL"
    assert pbx.asked("notify") == [] and pbx.asked("unsubscribe") == []
    assert kind == "fetch" or pbx.order[-1] == "unregister"
    assert "messages_new" not in result.metrics


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("step", [silent, wrong.trying])
def test_silence_is_told(both, transport, kind, step):
    finding = only(both(kind, transport, subscribe=step)[0],
                   "mwi.subscribe-refused")
    assert "no answer" in finding["text"]


@pytest.mark.parametrize("transport", STREAMS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("end,word", [
    (wrong.close, "closed"), (wrong.reset, "reset")])
def test_an_end_is_told(both, transport, kind, end, word):
    result, _ = both(kind, transport, subscribe=end)
    finding = result.finding("mwi.subscribe-refused")
    assert finding["state"] == "CRITICAL" and word in finding["text"]
    assert result.elapsed < 1 + SLACK


# No state --------------------------------------------------------------------

@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("kind", KINDS)
def test_no_notify_is_told(both, transport, kind):
    result, pbx = both(kind, transport, subscribe=says(
        200, "OK", "Contact: <sip:state@127.0.0.1:9>", "Expires: 60"))
    finding = only(result, "mwi.no-notify")
    assert "no NOTIFY" in finding["text"] and finding["remedy"]
    assert "phone" not in hops(result)
    if kind == "subscribe":
        assert pbx.order[-2:] == ["unsubscribe", "unregister"]


@pytest.mark.parametrize("transport", STREAMS)
@pytest.mark.parametrize("kind", KINDS)
def test_an_end_instead_of_a_notify_is_told(both, transport, kind):
    def step(exchange):
        exchange.answer()
        wrong.close(exchange)
    result, _ = both(kind, transport, subscribe=step)
    assert result.broken["mwi.no-notify"] == "CRITICAL"
    assert result.elapsed < 1 + SLACK


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("state", [
    "terminated;reason=rejected", "terminated;reason=noresource",
    "terminated;reason=deactivated", "terminated;reason=giveup",
    "terminated ; reason=probation;retry-after=5",
    "Terminated;Reason=Rejected"])
def test_an_end_with_a_reason_is_told(both, transport, kind, state):
    result, pbx = both(kind, transport, subscribe=subscribed(
        Subscription_State=state))
    finding = only(result, "mwi.terminated")
    reason = state.lower().split("reason=")[1].split(";")[0]
    assert reason in finding["text"].lower()
    assert pbx.asked("notify") == []
    assert kind == "fetch" or pbx.order[-1] == "unregister"


@pytest.mark.parametrize("state", [
    "terminated;reason=timeout", "terminated", "TERMINATED;REASON=TIMEOUT",
    "active;expires=0", "pending"])
def test_a_fetch_ends_at_once(fetch, state):
    # RFC 6665 4.4.3: that is what a fetch is; a reason is no duty.
    fine(fetch("udp", subscribe=subscribed(Subscription_State=state))[0])


# Somebody else's -------------------------------------------------------------

FOREIGN = {
    "Call-ID": dict(Call_ID="another@contoso.test"),
    "To tag": dict(To="<sip:lamp@contoso.test>;tag=another"),
    "both": dict(Call_ID="another@contoso.test",
                 To="<sip:lamp@contoso.test>;tag=another"),
    "From tag": dict(From="<sip:lamp@contoso.test>;tag=another"),
}


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("what", FOREIGN)
def test_the_notify_of_another_dialog_gets_481(fetch, transport, what):
    def step(exchange):
        exchange.answer()
        others.append(in_dialog(exchange, body=BODY.replace(
            b"3/7", b"5/5"), **FOREIGN[what]))
        exchange.send(others[0].raw)
        exchange.send(in_dialog(exchange, 2).raw)
    others = []
    result, pbx = fetch(transport, subscribe=step)
    fine(result)
    assert result.metrics["messages_new"]["value"] == 3
    assert pbx.statuses(others[0].branch) == [481]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_unasked_news_is_not_the_state_asked_for(fetch, transport):
    def step(exchange):
        exchange.answer()
        exchange.send(own(exchange, body=BODY.replace(b"3/7", b"5/5")).raw)
    only(fetch(transport, subscribe=step)[0], "mwi.no-notify")


# The state -------------------------------------------------------------------

@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("body,kind", [
    (b"\xff\x00garbage" * 50, SUMMARY), (b"hello\r\n", SUMMARY),
    (BODY, "text/plain"), (BODY, None), (BODY, "multipart/mixed"),
    (b"--x\r\n", "multipart/mixed;boundary=x"), (b"<b>|\n", "text/html"),
    (BODY.replace(b"3/7", b"-3/7"), SUMMARY),
    (BODY.replace(b"3/7", b"3"), SUMMARY), (b"x" * 30000, SUMMARY)])
def test_what_is_no_summary_is_told(fetch, transport, body, kind):
    if transport == "udp" and len(body) > 20000:
        body = body[:20000]
    result, _ = fetch(transport, subscribe=subscribed(
        body=body, Content_Type=kind))
    assert only(result, "mwi.bad-body")["text"]
    assert "messages_new" not in result.metrics


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_an_empty_notify_is_no_error(fetch, transport):
    result, _ = fetch(transport, subscribe=subscribed(
        body=b"", Content_Type=None))
    fine(result)
    assert "messages_new" not in result.metrics


DARK = b"Messages-Waiting: yes\r\n"


@pytest.mark.parametrize("limit", ["--new-warning", "--new-critical"])
def test_a_number_that_is_not_told_is_not_within_limits(fetch, limit):
    result, _ = fetch("udp", limit, "5", subscribe=subscribed(body=DARK))
    assert result.broken == {"mwi.count": "UNKNOWN"}
    assert result.state == "UNKNOWN"


def test_a_number_that_is_not_told_is_no_number(fetch):
    result, _ = fetch("udp", subscribe=subscribed(body=DARK))
    fine(result)
    assert not {"messages_new", "messages_old"} & set(result.metrics)
    assert "not told" in result.summary



@pytest.mark.parametrize("counts,new,old", [
    (b"4294967295/4294967296", 2 ** 32 - 1, 2 ** 32 - 1),
    (b"99999999999999999999999/0", 2 ** 32 - 1, 0),
    (b"0000000000000000000000/0", 0, 0), (b"3/7", 3, 7)])
def test_counts_are_clamped(fetch, counts, new, old):
    result, _ = fetch("udp", subscribe=subscribed(
        body=BODY.replace(b"3/7", counts)))
    assert result.state == "OK"
    assert result.metrics["messages_new"]["value"] == new
    assert result.metrics["messages_old"]["value"] == old


@pytest.mark.parametrize("body,kind", [
    (BODY.replace(b"\r\n", b"\n"), SUMMARY),
    (b"--x\r\nContent-Type: %b\r\n\r\n%b\r\n--x--\r\n" % (
        SUMMARY.encode(), BODY), 'multipart/mixed; boundary="x"')])
def test_other_forms_are_read(fetch, body, kind):
    result, _ = fetch("tcp", subscribe=subscribed(
        body=body, Content_Type=kind))
    fine(result)
    assert result.metrics["messages_new"]["value"] == 3


def test_no_with_new_messages_is_told(fetch):
    result, _ = fetch("udp", subscribe=subscribed(
        body=BODY.replace(b"yes", b"no")))
    assert "no" in only(result, "mwi.bad-body", "WARNING")["text"]
    assert result.metrics["messages_new"]["value"] == 3
