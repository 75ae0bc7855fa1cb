# SPDX-License-Identifier: GPL-3.0-or-later
"""test_sip_answers -- what SIP servers answer, and what is made of it."""

import pytest

from testenv.sip import fine, only
from testenv.sip_message import answer
from testenv.sip_peer import says

TRANSPORTS = ("udp", "tcp", "tls")
NO_HEADER = "X-Nothing: here"
ALLOW = "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, NOTIFY"


@pytest.fixture
def answered(sip, servers):
    """JSON of a run against SIPp that says this."""
    def asking(status, *args, header=NO_HEADER, transport="udp"):
        server = servers.sipp(transport, "answer", status=status,
                              header=header)
        return sip.ask(server, *args)
    return asking


# Right answers ---------------------------------------------------------------

@pytest.mark.parametrize("transport", TRANSPORTS)
def test_200_is_ok_and_the_answer_is_told(sip, servers, transport):
    result = fine(sip.ask(servers.sipp(transport)))
    told = result.facts["answer"]
    assert (told["status"], told["reason"]) == (200, "OK")
    assert told["source"].startswith("127.0.0.1")
    headers = {each["name"].lower(): each["value"]
               for each in told["headers"]}
    assert headers["server"] == "sipp-uas"
    assert headers["allow"] == ALLOW[len("Allow: "):]


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("scenario", ["trying_ok", "twice", "compact",
                                      "delay"])
def test_an_answer_in_another_form_is_ok(sip, servers, transport, scenario):
    fine(sip.ask(servers.sipp(transport, scenario)))


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_folded_headers_are_unfolded(sip, meet, transport):
    result, _ = meet(transport, says(
        200, "OK", "Allow: INVITE,\r\n\tACK,\r\n   NOTIFY"),
        "--require-method", "NOTIFY", "--require-method", "INVITE")
    fine(result)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_an_answer_over_ipv6_is_ok(meet, transport):
    result, _ = meet(transport, says(), address="::1")
    fine(result)
    assert "::1" in result.facts["answer"]["source"]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_an_answer_with_a_body_is_ok(meet, transport):
    result, _ = meet(transport, says(200, "OK", "Content-Type: text/plain",
                                     body=b"SIP/2.0 500 No\r\n\r\n"))
    fine(result)


def test_an_empty_reason_phrase_is_allowed(meet):
    fine(meet("tcp", says(200, ""))[0])


def test_a_reason_phrase_may_hold_utf_8(meet):
    result, _ = meet("udp", says(200, "Schön"))
    assert fine(result).facts["answer"]["reason"] == "Schön"


@pytest.mark.parametrize("transport,times", [
    ("udp", set()), ("tcp", {"connect_time"}),
    ("tls", {"connect_time", "handshake_time"})])
def test_each_transport_has_its_times(sip, servers, transport, times):
    result = sip.ask(servers.sipp(transport))
    assert {"connect_time", "handshake_time"} & set(result.metrics) == times
    assert result.metrics["rtt"]["unit"] == "s"


def test_the_round_trip_is_what_the_server_takes(sip, servers):
    result = sip.ask(servers.sipp("udp", "delay"))
    assert result.metrics["rtt"]["value"] >= 0.3


# Statuses --------------------------------------------------------------------

DEFAULTS = [(200, "OK"), (202, "OK"), (299, "OK")] + [
    (status, "WARNING") for status in (
        300, 302, 399, 401, 404, 405, 407, 480, 481, 484, 486, 488)] + [
    (status, "CRITICAL") for status in (
        400, 402, 403, 406, 408, 410, 479, 489, 500, 503, 504, 513, 600,
        603, 606, 699)]


@pytest.mark.parametrize("status,state", DEFAULTS)
def test_the_default_verdict_of_a_status(answered, status, state):
    result = answered("%d Because" % status)
    if state == "OK":
        fine(result)
    else:
        finding = only(result, "sip.status", state)
        assert str(status) in finding["text"]
        assert "Because" in finding["text"]
    assert result.facts["answer"]["status"] == status


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("status", ["404 Not Found", "603 Decline"])
def test_a_refusal_is_told_over_each_transport(answered, transport, status):
    result = answered(status, transport=transport)
    assert status in result.finding("sip.status")["text"]


@pytest.mark.parametrize("codes,status,state", [
    ("404", 404, "OK"), ("200-299,404", 404, "OK"),
    ("200-299,404", 200, "OK"), ("404", 200, "CRITICAL"),
    ("404", 405, "WARNING"), ("400-699", 503, "OK"),
    ("500-599,200", 503, "OK"), ("404-404", 404, "OK"),
    ("401,403", 403, "OK")])
def test_ok_replaces_what_is_ok(answered, codes, status, state):
    assert answered("%d X" % status, "--ok", codes).state == state


@pytest.mark.parametrize("codes,status,state", [
    ("503", 503, "WARNING"), ("503", 404, "CRITICAL"),
    ("503", 200, "OK"), ("500-599", 404, "CRITICAL"),
    ("200-299", 200, "OK")])
def test_warn_replaces_what_is_a_warning(answered, codes, status, state):
    assert answered("%d X" % status, "--warn", codes).state == state


def test_ok_wins_over_warn(answered):
    fine(answered("404 X", "--warn", "404", "--ok", "404"))


@pytest.mark.parametrize("option", ["--ok", "--warn"])
@pytest.mark.parametrize("codes", [
    "", "abc", "99", "700", "200-", "-200", "299-200", "200,,404", ",200",
    "200,", "2xx", "0x200", "1000", "200 ", "200;300", "099", "200-299-300",
    "99999999999999999999"])
def test_a_list_of_codes_that_is_none_is_refused(sip, option, codes):
    assert option in sip.refuse("-H", "127.0.0.1", option, codes)


def test_state_changes_the_verdict_of_a_status(answered):
    result = answered("503 X", "--state", "sip.status=warning")
    only(result, "sip.status", "WARNING")


# No answer -------------------------------------------------------------------

@pytest.mark.parametrize("transport", TRANSPORTS)
def test_only_100_is_no_answer(sip, servers, transport):
    server = servers.sipp(transport, "trying")
    only(sip.ask(server, timeout=1), "sip.provisional-only")


def test_a_body_that_is_cut_off_is_no_message(sip, servers):
    result = sip.ask(servers.sipp("udp", "body_missing"), timeout=1)
    assert result.state == "CRITICAL"
    assert "sip.malformed" in result.broken


@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_a_body_that_never_comes_is_no_answer(sip, servers, transport):
    server = servers.sipp(transport, "body_missing")
    result = sip.ask(server, timeout=1)
    assert result.state == "CRITICAL"
    assert set(result.broken) <= {"sip.no-answer", "sip.malformed"}


# Why a server refuses --------------------------------------------------------

STORY = ('ms-diagnostics: 1010;reason="Certificate trust with another server '
         'could not be established";source="HQFE01.contoso.com";'
         'dialplan="ExchangeLabs.contoso.com";umserver="HQEX02.contoso.com";'
         'responsecode="504";nexttarget="HQEX01.contoso.com";'
         'msexchErrorType="Refer to HRESULT code for specific security '
         'status";msexchPeerServer="mail";'
         'msexchHRESULT="0x800B010F(CERT_E_CN_NO_MATCH)";'
         'msexchsource="HQFE01.contoso.com";appName="ExumRouting"')


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_ms_diagnostics_of_the_story_are_decoded(answered, transport):
    result = answered("504 Server time-out", header=STORY,
                      transport=transport)
    assert result.broken == {"sip.status": "CRITICAL",
                             "sip.ms-diagnostics": "CRITICAL"}
    text = result.text("sip.ms-diagnostics")
    for word in ("1010", "Certificate trust", "CERT_E_CN_NO_MATCH",
                 "CN does not match", "mail"):
        assert word in text


@pytest.mark.parametrize("header,words", [
    ('MS-Diagnostics: 15000 ; Source = "um1.contoso.test"; REASON="x"',
     ["15000"]),
    ('ms-diagnostics-public: 1047;reason="Failed to complete TLS"',
     ["1047"]),
    ('ms-diagnostics: 1010.5;HRESULT=2148204815', ["1010"]),
    ('ms-diagnostics: 4005;reason="Destination URI not enabled"', ["4005"]),
    ('ms-diagnostics: 1010;reason="never closed', ["1010"]),
    ('ms-diagnostics: 31337', ["31337"])])
def test_ms_diagnostics_of_every_kind_are_decoded(meet, header, words):
    result, _ = meet("udp", says(504, "Server time-out", header))
    text = result.text("sip.ms-diagnostics")
    for word in words:
        assert word in text


def test_ms_diagnostics_have_the_state_of_the_status(answered):
    result = answered("404 Not Found", header=STORY)
    assert result.broken == {"sip.status": "WARNING",
                             "sip.ms-diagnostics": "WARNING"}


def test_ms_diagnostics_of_a_right_answer_are_no_finding(answered):
    fine(answered("200 OK", header=STORY))


def test_several_ms_diagnostics_are_all_told(meet):
    result, _ = meet("tcp", says(
        504, "No", 'ms-diagnostics: 1007;reason="a"',
        'ms-diagnostics-public: 1014;reason="b"'))
    text = result.text("sip.ms-diagnostics")
    assert "1007" in text and "1014" in text


@pytest.mark.parametrize("value", ["", "abc", ";;;", "-1", "99999999999999",
                                   '1010;"', "1010;=;=", "1010;" + "a=b;" * 99,
                                   '1010;reason="|<b>\x01"'])
def test_ms_diagnostics_of_nonsense_keep_the_verdict(meet, value):
    result, _ = meet("udp", says(504, "No", "ms-diagnostics: " + value))
    assert result.broken["sip.status"] == "CRITICAL"
    assert set(result.broken) <= {"sip.status", "sip.ms-diagnostics",
                                  "sip.malformed"}


def test_a_draining_server_says_when_to_come_again(sip, servers):
    result = sip.ask(servers.sipp("udp", "draining"))
    assert result.broken == {"sip.status": "CRITICAL",
                             "sip.ms-diagnostics": "CRITICAL",
                             "sip.retry-after": "CRITICAL"}
    assert "30" in result.text("sip.retry-after")
    assert "1018" in result.text("sip.ms-diagnostics")


def test_retry_after_has_the_state_of_the_status(answered):
    result = answered("480 Away", header="Retry-After: 120;duration=60")
    assert result.broken == {"sip.status": "WARNING",
                             "sip.retry-after": "WARNING"}
    assert "120" in result.text("sip.retry-after")


def test_a_challenge_without_credentials_is_a_warning(sip, servers):
    only(sip.ask(servers.sipp("udp", "challenge")), "sip.status", "WARNING")


# --require-* -----------------------------------------------------------------

@pytest.mark.parametrize("header,method,met", [
    (ALLOW, "NOTIFY", True), (ALLOW, "INVITE", True),
    (ALLOW, "SUBSCRIBE", False), (ALLOW, "NOTI", False),
    (ALLOW, "notify", False), ("Allow: notify", "NOTIFY", False),
    ("Allow: NOTIFY", "NOTIFY", True), ("Allow:", "NOTIFY", False),
    ("aLLOW:NOTIFY ,ACK", "NOTIFY", True), (NO_HEADER, "NOTIFY", False),
    ("X-Allow: NOTIFY", "NOTIFY", False)])
def test_a_required_method_is_looked_up_in_allow(
        answered, header, method, met):
    result = answered("200 OK", "--require-method", method, header=header)
    if met:
        fine(result)
    else:
        assert method in only(result, "sip.method")["text"]


def test_allow_may_stand_on_several_lines(sip, servers):
    fine(sip.ask(servers.sipp("udp", "allow_lines"), "--require-method",
                 "NOTIFY", "--require-method", "INVITE"))


def test_each_method_that_is_missing_is_named(answered):
    result = answered("200 OK", "--require-method", "SUBSCRIBE",
                      "--require-method", "NOTIFY", "--require-method",
                      "PUBLISH", header=ALLOW)
    text = result.text("sip.method").replace(ALLOW[len("Allow: "):], "")
    assert "SUBSCRIBE" in text and "PUBLISH" in text
    assert "NOTIFY" not in text


@pytest.mark.parametrize("wanted,met", [
    ("Server", True), ("server", True), ("Server=RTCC", True),
    ("Server=^RTCC/6\\.0", True), ("Server=^6", False), ("X-None", False),
    ("Server=[0-9]+$", False), ("Serve", False), ("Server=", True)])
def test_a_required_header_is_looked_up(answered, wanted, met):
    result = answered("200 OK", "--require-header", wanted,
                      header="Server: RTCC/6.0.0.0 um")
    if met:
        fine(result)
    else:
        only(result, "sip.header")


def test_any_of_several_headers_will_do(meet):
    result, _ = meet("udp", says(200, "OK", "X-Node: one", "X-Node: two"),
                     "--require-header", "X-Node=^two$")
    fine(result)


@pytest.mark.parametrize("option,value", [
    ("--require-method", ""), ("--require-method", "NOT IFY"),
    ("--require-method", "A,B"), ("--require-header", ""),
    ("--require-header", "=x"), ("--require-header", "A B"),
    ("--require-header", "Server=["), ("--require-header", "Server=*(")])
def test_a_requirement_that_is_none_is_refused(sip, option, value):
    assert option in sip.refuse("-H", "127.0.0.1", option, value)


# --warning, --critical -------------------------------------------------------

@pytest.mark.parametrize("args,state", [
    (["-w", "0.1"], "WARNING"), (["-w", "2.9"], "OK"),
    (["-c", "0.1"], "CRITICAL"), (["-w", "0.1", "-c", "2.9"], "WARNING"),
    (["-w", "0.05", "-c", "0.1"], "CRITICAL"), (["-w", "2:"], "WARNING")])
def test_a_slow_answer_is_judged(sip, servers, args, state):
    result = sip.ask(servers.sipp("udp", "delay"), *args)
    if state == "OK":
        fine(result)
    else:
        only(result, "sip.slow", state)


def test_the_threshold_stands_in_the_perfdata(sip, servers):
    result = sip.say(servers.sipp("udp"), "-w", "1.5", "-c", "2")
    assert result.perfdata["rtt"]["warning"] == "1.5"
    assert result.perfdata["rtt"]["critical"] == "2"


def test_what_the_server_says_is_no_part_of_another_line(sip, servers):
    def behaviour(exchange):
        exchange.send(answer(exchange.request, 404, "x | y=1;2 <b>\x07"))
    result = sip.say(servers.peer("udp", behaviour))
    assert result.state == "WARNING" and "404" in result.line1
    assert "y" not in result.perfdata
