# SPDX-License-Identifier: GPL-3.0-or-later
"""test_mwi_notify -- gateways that refuse UM's NOTIFY, or go away."""

import pytest

from testenv import sip_wrong as wrong
from testenv.mwi import hop, hops
from testenv.mwi_peer import deliver
from testenv.plugin import SLACK
from testenv.sip import fine, only
from testenv.sip_message import FOREIGN, answer
from testenv.sip_peer import says, silent

STREAMS = ("tcp", "tls")
TRANSPORTS = ("udp",) + STREAMS


def broke_at_the_gateway(result, pbx):
    """Told at this hop; the phone, which could see nothing, was let go."""
    assert result.state == "CRITICAL", result.findings
    assert hop(result, "register")["state"] == "OK"
    assert hop(result, "notify")["state"] == "CRITICAL"
    assert "phone" not in hops(result)
    assert pbx.order[-1] == "unregister"
    assert "delivery_time" not in result.metrics


# Refused ---------------------------------------------------------------------

# What it means to MWI (RFC 3261, RFC 6665, facts of Exchange UM and CUCM).
REFUSALS = {
    400: ("Bad Request", ""), 401: ("Unauthorized", "password"),
    403: ("Forbidden", "not allowed"), 404: ("Not Found", "address"),
    405: ("Method Not Allowed", "NOTIFY"),
    407: ("Proxy Authentication Required", "password"),
    480: ("Temporarily Unavailable", "not registered"),
    481: ("Subscription Does Not Exist", "subscribed"),
    486: ("Busy Here", ""), 489: ("Bad Event", "message-summary"),
    500: ("Server Internal Error", ""), 503: ("Service Unavailable", ""),
    504: ("Server Time-out", "next server"), 603: ("Decline", ""),
}


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("status", REFUSALS)
def test_a_refusal_is_told_with_its_meaning(follow, transport, status):
    phrase, meaning = REFUSALS[status]
    result, pbx = follow(transport, notify=says(status, phrase))
    finding = only(result, "mwi.notify-refused")
    assert finding["where"] == "gateway 127.0.0.1:%d" % pbx.port
    assert "%d %s" % (status, phrase) in finding["text"]
    assert "sip:lamp@contoso.test" in finding["text"]
    assert meaning in finding["text"].replace("%d %s" % (status, phrase), "")
    broke_at_the_gateway(result, pbx)
    assert len(pbx.asked("notify")) == 1
    assert result.elapsed < 1 + SLACK


def test_each_meaning_is_another(follow):
    told = {}
    for status in (403, 404, 405, 480, 481, 489, 504):
        finding = follow("udp", notify=says(status, "No"))[0].finding(
            "mwi.notify-refused")
        told[status] = (finding["text"].split(str(status))[1],
                        finding["remedy"])
    assert len(set(told.values())) == len(told)
    assert all(remedy for _, remedy in told.values())


def test_unsolicited_is_what_cucm_calls_it(follow):
    result, _ = follow("udp", notify=says(481, "No"))
    assert "Accept Unsolicited Notification" in \
        result.finding("mwi.notify-refused")["remedy"]


def test_a_refusal_without_a_phrase_gets_that_of_the_rfc(follow):
    result, _ = follow("udp", notify=says(403, ""))
    assert "403 Forbidden" in result.finding("mwi.notify-refused")["text"]


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("status", [403, 504])
def test_ms_diagnostics_are_decoded(follow, transport, status):
    result, pbx = follow(transport, notify=says(
        status, "Server Time-out", 'ms-diagnostics: 1010;reason="Certificate '
        'trust with another server could not be established";'
        'ErrorType="The peer certificate does not contain a matching FQDN";'
        'source="fe1.contoso.test"'))
    assert result.broken == {"mwi.notify-refused": "CRITICAL",
                             "sip.ms-diagnostics": "CRITICAL"}
    finding = result.finding("sip.ms-diagnostics")
    assert "1010" in finding["text"] and "fe1.contoso.test" in finding["text"]
    assert finding["remedy"]
    assert set(hop(result, "notify")["findings"]) == set(result.broken)
    broke_at_the_gateway(result, pbx)


@pytest.mark.parametrize("value", ["", "x", "1010", "99999999999", '1010;"',
                                   "1010;reason=\"\x01|<b>\"", ";" * 3000])
def test_strange_diagnostics_do_no_harm(follow, value):
    result, _ = follow("udp", notify=says(504, "No",
                                          "ms-diagnostics: " + value))
    assert result.state == "CRITICAL"
    assert set(result.broken) <= {"mwi.notify-refused", "sip.ms-diagnostics",
                                  "sip.malformed"}


@pytest.mark.parametrize("phrase", [
    b"a | b=1", b"<b>", b"\x1b[2J", b"\xff\xfe\xc0\x80", b"very " * 2000,
    "\u202eKO".encode(), b"[OK] mwi.slow x: y"])
def test_a_strange_phrase_does_no_harm(lamp, servers, phrase):
    pbx = servers.pbx("udp", notify=wrong.reason(phrase, 403))
    result = lamp.say(pbx, *lamp.phone("-v"), timeout=1)
    assert result.state == "CRITICAL"
    assert result.finding("mwi.notify-refused")
    assert len(result.summary) <= 160


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("status", [202, 204, 299])
def test_every_2xx_is_taken(follow, transport, status):
    def step(exchange):
        exchange.answer = lambda: type(exchange).answer(
            exchange, status, "Taken")
        deliver()(exchange)
    fine(follow(transport, notify=step)[0])


@pytest.mark.parametrize("status", [301, 302, 305, 380])
def test_a_redirection_is_a_refusal(follow, status):
    result, pbx = follow("tcp", notify=says(
        status, "Moved", "Contact: <sip:lamp@other.contoso.test>"))
    only(result, "mwi.notify-refused")
    broke_at_the_gateway(result, pbx)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_um_has_no_password_even_if_the_phone_has(follow, lamp, transport):
    result, pbx = follow(
        transport, "--auth-user", "lamp", "--auth-file", lamp.password("x"),
        notify=says(401, "Who", 'WWW-Authenticate: Digest realm="x", '
                    'nonce="y"'))
    only(result, "mwi.notify-refused")
    assert len(pbx.asked("notify")) == 1
    assert b"Authorization" not in pbx.seen


# No answer -------------------------------------------------------------------

@pytest.mark.parametrize("transport", TRANSPORTS)
def test_silence_is_told(follow, transport):
    result, pbx = follow(transport, notify=silent)
    finding = only(result, "mwi.notify-refused")
    assert "no answer" in finding["text"]
    assert "certificate" not in finding["text"]
    broke_at_the_gateway(result, pbx)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("step,status", [
    (wrong.trying, "100"), (wrong.trying_forever, "100"),
    (wrong.ringing_flood, "180")])
def test_provisional_answers_alone_are_told(
        follow, transport, step, status):
    result, pbx = follow(transport, notify=step)
    finding = only(result, "mwi.notify-refused")
    assert status in finding["text"] and "final" in finding["text"]
    broke_at_the_gateway(result, pbx)


@pytest.mark.parametrize("transport", STREAMS)
@pytest.mark.parametrize("end,word", [
    (wrong.close, "closed"), (wrong.reset, "reset"),
    (wrong.half_close, "closed")])
def test_an_end_is_told_with_what_it_may_mean(follow, transport, end, word):
    result, pbx = follow(transport, notify=end)
    finding = only(result, "mwi.notify-refused")
    assert word in finding["text"] and "no answer" not in finding["text"]
    broke_at_the_gateway(result, pbx)
    assert result.elapsed < 1 + SLACK


def test_an_end_over_tls_is_about_the_certificate(follow):
    finding = follow("tls", notify=wrong.close)[0].finding(
        "mwi.notify-refused")
    assert "certificate" in finding["text"]
    assert "--cert" in finding["remedy"]


def test_an_end_over_tcp_is_not_about_a_certificate(follow):
    # Nobody showed any.
    finding = follow("tcp", notify=wrong.close)[0].finding(
        "mwi.notify-refused")
    assert "certificate" not in finding["text"]


def test_a_polite_end_of_tls_is_told(follow):
    only(follow("tls", notify=wrong.close_notify)[0], "mwi.notify-refused")


@pytest.mark.parametrize("transport", STREAMS)
@pytest.mark.parametrize("end", [wrong.close, wrong.reset])
@pytest.mark.parametrize("size", [1, 40, -1])
def test_an_end_in_the_answer_is_told(follow, transport, end, size):
    result, pbx = follow(transport, notify=wrong.part(size, end))
    assert {"mwi.notify-refused", "sip.malformed"} & set(result.broken)
    broke_at_the_gateway(result, pbx)


NONSENSE = {
    "HTTP": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
    "ones": b"\xff" * 2000, "tags": b"<b>|\n" * 100 + b"\r\n\r\n",
    "escapes": b"\x1b[2J\x1b]0;owned\x07\r\n\r\n",
}


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("what", NONSENSE)
def test_nonsense_is_told(follow, transport, what):
    result, pbx = follow(transport, notify=wrong.sends(
        lambda _: NONSENSE[what]))
    assert set(result.broken) <= {"mwi.notify-refused", "sip.malformed"}
    broke_at_the_gateway(result, pbx)
    if transport == "udp" or what in ("HTTP", "tags"):
        assert "sip.malformed" in result.broken or \
            "SIP" in result.text("mwi.notify-refused")


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("what", ["Call-ID", "branch", "From tag"])
def test_the_answer_to_somebody_else_is_none(follow, transport, what):
    result, pbx = follow(transport, notify=wrong.sends(
        lambda request: answer(request, **FOREIGN[what](request))))
    assert result.broken["mwi.notify-refused"] == "CRITICAL"
    assert "no answer" in result.text("mwi.notify-refused")
    broke_at_the_gateway(result, pbx)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_delivered_and_then_refused_is_refused(follow, transport):
    # UM would send it again, for minutes.
    def step(exchange):
        exchange.answer = lambda: type(exchange).answer(
            exchange, 503, "Service Unavailable")
        deliver()(exchange)
    result, pbx = follow(transport, notify=step)
    assert result.broken["mwi.notify-refused"] == "CRITICAL"
    assert pbx.order[-1] == "unregister"


def test_without_a_phone_a_refusal_is_told_as_well(lamp, servers):
    pbx = servers.pbx("udp", notify=says(403, "Forbidden"))
    result = lamp.ask(pbx, "--notify", lamp.address)
    only(result, "mwi.notify-refused")
    assert hops(result) == {"gateway": "OK", "notify": "CRITICAL"}


@pytest.mark.parametrize("transport", STREAMS)
def test_a_gateway_that_refuses_the_second_connection_is_told(
        follow, transport):
    def options(exchange):
        exchange.answer()
        wrong.close(exchange)
    result, pbx = follow(transport, options=options)
    fine(result)
