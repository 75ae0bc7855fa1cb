# SPDX-License-Identifier: GPL-3.0-or-later
"""test_sip_wrong -- SIP servers that misbehave: a verdict in time, always."""

import pytest

from testenv import sip_wrong as wrong
from testenv.plugin import SLACK, SLOW
from testenv.sip import among, fine, only
from testenv.sip_message import answer
from testenv.sip_peer import ok

STREAMS = ("tcp", "tls")
TRANSPORTS = ("udp",) + STREAMS
TIME = {"timeout": 0.6}


def gone_wrong(result, *rules):
    """CRITICAL by one of these at least, and by nothing else."""
    assert result.state == "CRITICAL", result.findings
    critical = {rule for rule, state in result.broken.items()
                if state == "CRITICAL"}
    assert critical and critical <= set(rules), result.findings
    assert 0 < len(result.summary) <= 160


def sip_message(first=b"SIP/2.0 200 OK", remove=(), add=(), end=b"\r\n"):
    """The right answer with another first line, without or with lines."""
    def make(request):
        lines = answer(request).split(b"\r\n")
        lines = [first] + [line for line in lines[1:] if line and not any(
            line.startswith(name) for name in remove)] + list(add)
        return b"\r\n".join(lines) + b"\r\n" + end
    return wrong.sends(make)


# No SIP ----------------------------------------------------------------------

NOT_SIP = {
    "bare": b"SIP/2.0 200 OK\r\n\r\n",
    "bare line": b"SIP/2.0 200 OK\r\n",
    "HTTP": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
    "SMTP": b"220 mail.contoso.test ESMTP\r\n\r\n",
    "zeros": bytes(2000), "ones": b"\xff" * 2000,
    "tags": b"<script>|\n" * 100 + b"\r\n\r\n",
    "escapes": b"\x1b[2J\x1b]0;owned\x07\r\n\r\n",
    "formats": b"%s%n%s%n\r\n\r\n", "colons": b":" * 3000 + b"\r\n\r\n",
    "a line end short": b"SIP/2.0 200 OK\r\nVia: x\r\n",
    "TLS alert": bytes([21, 3, 3, 0, 2, 2, 40]) * 50,
    "XML": b"<?xml version='1.0'?><sip>200</sip>\r\n\r\n",
}


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("what", NOT_SIP)
def test_what_is_no_sip_is_told(meet, transport, what):
    result, _ = meet(transport, wrong.sends(lambda _: NOT_SIP[what]), **TIME)
    gone_wrong(result, "sip.malformed", "sip.no-answer")
    if transport == "udp" or what in ("bare", "HTTP", "tags"):
        assert result.broken["sip.malformed"] == "CRITICAL"


@pytest.mark.parametrize("what", NOT_SIP)
def test_a_datagram_of_nonsense_before_the_answer_is_noted(meet, what):
    result, _ = meet("udp", wrong.right_after(
        wrong.sends(lambda _: NOT_SIP[what])))
    assert result.state == "OK"
    assert result.broken == {"sip.malformed": "OK"}


@pytest.mark.parametrize("transport", STREAMS)
@pytest.mark.parametrize("what", ["HTTP", "SMTP", "ones", "tags", "colons"])
def test_a_stream_that_has_lost_its_way_is_given_up(meet, transport, what):
    result, _ = meet(transport, wrong.right_after(
        wrong.sends(lambda _: NOT_SIP[what])))
    gone_wrong(result, "sip.malformed")
    assert result.elapsed < 1 + SLACK


def test_plain_sip_instead_of_tls_is_a_failed_handshake(sip, servers):
    peer = servers.peer("tcp", ok, greeting=lambda stream: stream.send(
        NOT_SIP["bare"]))
    peer.transport = "tls"
    only(sip.ask(peer), "tls.handshake")


# First lines -----------------------------------------------------------------

FIRST_LINES = [
    b"SIP/2.0 99999 OK", b"SIP/2.0 0 OK", b"SIP/2.0 099 OK",
    b"SIP/2.0 -5 OK", b"SIP/2.0 20 OK", b"SIP/2.0 2000 OK",
    b"SIP/2.0 4294967496 OK", b"SIP/2.0 200OK", b"SIP/2.0 2 00 OK",
    b"SIP/2.0 0xC8 OK", b"SIP/2.0 700 OK", b"SIP/2.0 999 OK",
    b"SIP/2.0  200 OK", b"SIP/3.0 200 OK", b"SIP/1.0 200 OK",
    b"SIP/2.00 200 OK", b"SIP/ 200 OK", b"HTTP/1.1 200 OK", b"SIP/2.0",
    b"SIP/2.0 ", b" SIP/2.0 200 OK", b"200 OK", b"SIP/2.0\t200\tOK",
    b"SIP/2.0 abc OK", b"SIP/2.0 +200 OK", b"SIP/2.0 2e2 OK"]


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("line", FIRST_LINES)
def test_a_wrong_first_line_is_malformed(meet, transport, line):
    result, _ = meet(transport, sip_message(line), **TIME)
    among(result, "sip.malformed", "sip.no-answer")


@pytest.mark.parametrize("line", [b"sip/2.0 200 OK", b"SIP/2.0 200",
                                  b"SIP/2.0 200 "])
def test_a_first_line_in_doubt_gets_a_verdict(meet, line):
    # RFC 3261 7.1 takes the version in any case; 25.1 wants the blank.
    result, _ = meet("udp", sip_message(line), **TIME)
    assert result.state == "OK" or "sip.malformed" in result.broken


# Headers ---------------------------------------------------------------------

WRONG_HEADERS = {
    "no From": dict(remove=[b"From"]), "no To": dict(remove=[b"To"]),
    "no Call-ID": dict(remove=[b"Call-ID"]),
    "no CSeq": dict(remove=[b"CSeq"]), "no Via": dict(remove=[b"Via"]),
    "NUL": dict(add=[b"X-Zero: a\0b"]),
    "two lengths": dict(add=[b"Content-Length: 5"]),
    "length -1": dict(remove=[b"Content-L"], add=[b"Content-Length: -1"]),
    "length x": dict(remove=[b"Content-L"], add=[b"Content-Length: abc"]),
    "length 2^32": dict(remove=[b"Content-L"],
                        add=[b"Content-Length: 4294967296"]),
    "length 2^64": dict(remove=[b"Content-L"],
                        add=[b"Content-Length: 18446744073709551616"]),
    "length list": dict(remove=[b"Content-L"], add=[b"Content-Length: 0, 5"]),
    "CSeq x": dict(remove=[b"CSeq"], add=[b"CSeq: abc OPTIONS"]),
    "CSeq 2^32": dict(remove=[b"CSeq"], add=[b"CSeq: 4294967297 OPTIONS"]),
}


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("what", WRONG_HEADERS)
def test_a_message_with_wrong_headers_is_malformed(meet, transport, what):
    result, _ = meet(transport, sip_message(**WRONG_HEADERS[what]), **TIME)
    gone_wrong(result, "sip.malformed", "sip.stray", "sip.no-answer")
    assert {"sip.malformed", "sip.stray"} & set(result.broken)


STRANGE_HEADERS = {
    "controls": b"X-Strange: \x01\x02\x1b[2J\x7f",
    "garbage": b"X-Strange: \xff\xfe\xc0\x80", "empty": b"X-Strange:",
    "bar": b"X-Strange: a|b=1 <b> 'x' \\", "long": b"X-L: " + b"x" * 30000,
    "many": b"\r\n".join([b"X-Many: y"] * 2000),
    "many kinds": b"\r\n".join(b"X-%d: y" % n for n in range(2000)),
    "folds": b"X-Folded: a" + b"\r\n b" * 2000,
    "commas": b"Allow: " + b"," * 5000, "quotes": b'Contact: "' * 500,
    "bidi": "X-Strange: \u202eKO".encode(),
}


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("what", STRANGE_HEADERS)
def test_strange_headers_do_no_harm(meet, transport, what):
    result, _ = meet(transport, wrong.with_headers(STRANGE_HEADERS[what]),
                     **TIME)
    assert result.state == "OK" or \
        result.broken.get("sip.malformed") == "CRITICAL"


@pytest.mark.parametrize("what", STRANGE_HEADERS)
def test_strange_headers_do_no_harm_on_the_screen(sip, servers, what):
    peer = servers.peer("udp", wrong.with_headers(STRANGE_HEADERS[what]))
    for option in ("-v", "-vv", "-vvv"):
        sip.say(peer, option, timeout=1)


# Reason phrases --------------------------------------------------------------

PHRASES = {
    "bar": b"OK | x=1", "tag": b"<b>OK</b>", "control": b"O\x01\x1b[2JK",
    "bell": b"\x07\x08\x7f", "garbage": b"\xff\xfe\xc0\x80",
    "C1": b"\xc2\x9b2J", "bidi": "\u202eKO".encode(), "tab": b"a\tb",
    "long": b"very " * 2000, "separator": "a\u2028b".encode(),
    "colon": b"[OK] sip.status x: y", "percent": b"%s%n%x",
    "quote": b"'\"\\`$(id);&", "lone CR": b"a\rb", "lone LF": b"a\nb: c",
}


@pytest.mark.parametrize("status,state", [(200, "OK"), (404, "WARNING"),
                                          (503, "CRITICAL")])
@pytest.mark.parametrize("what", PHRASES)
def test_a_strange_reason_phrase_does_no_harm(
        sip, servers, what, status, state):
    peer = servers.peer("udp", wrong.reason(PHRASES[what], status))
    result = sip.say(peer, "-v", timeout=1)
    assert result.state == state or "malformed" in result.out
    assert set(result.perfdata) <= {
        "rtt", "rtt_min", "rtt_max", "jitter", "loss", "retransmissions",
        "targets_alive"}
    assert len(result.summary) <= 160


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_nul_in_the_reason_phrase_is_malformed(meet, transport):
    among(meet(transport, wrong.reason(b"O\0K"), **TIME)[0],
          "sip.malformed", "sip.no-answer")


# Bodies ----------------------------------------------------------------------

def test_a_body_longer_than_announced_is_cut_off(meet):
    # RFC 3261 18.3: what a datagram has beyond its length is discarded.
    fine(meet("udp", wrong.with_headers(body=b"x" * 500, length=100))[0])


def test_a_body_shorter_than_announced_is_malformed(meet):
    result, _ = meet("udp", wrong.with_headers(body=b"x", length=9), **TIME)
    among(result, "sip.malformed", "sip.no-answer")


def test_a_datagram_needs_no_content_length(meet):
    fine(meet("udp", wrong.with_headers(body=b"x" * 500, length=None))[0])


@pytest.mark.parametrize("transport", STREAMS)
def test_a_stream_without_content_length_gets_a_verdict(meet, transport):
    # 18.3 demands it of streams; much that is in use takes it for 0.
    result, _ = meet(transport, wrong.with_headers(length=None), **TIME)
    assert result.state == "OK" or \
        result.broken.get("sip.malformed") == "CRITICAL"


@pytest.mark.parametrize("transport", STREAMS)
def test_a_body_shorter_than_announced_is_waited_for(meet, transport):
    result, _ = meet(transport, wrong.with_headers(length=9), **TIME)
    gone_wrong(result, "sip.no-answer", "sip.malformed")


@pytest.mark.parametrize("transport", STREAMS)
def test_a_body_in_pieces_is_taken_as_one(meet, transport):
    def behaviour(exchange):
        exchange.send(answer(exchange.request, length=8))
        for _ in range(8):
            exchange.pause(0.01)
            exchange.send(b"x")
    fine(meet(transport, behaviour)[0])


@pytest.mark.parametrize("transport", STREAMS)
def test_what_follows_a_right_answer_does_not_matter(meet, transport):
    result, _ = meet(transport, wrong.with_headers(
        body=b"x" * 500, length=100))
    assert result.state == "OK"


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_of_two_answers_in_one_segment_the_first_counts(meet, transport):
    def make(request):
        return answer(request, 404, "No") + answer(request)
    result, _ = meet(transport, wrong.sends(make))
    assert result.broken == {"sip.status": "WARNING"}


# Endless ---------------------------------------------------------------------

@pytest.mark.parametrize("transport", STREAMS)
@pytest.mark.parametrize("behaviour", [
    wrong.endless_headers, wrong.endless_line, wrong.endless_reason,
    wrong.endless_body])
def test_what_never_ends_is_given_up(meet, transport, behaviour):
    gone_wrong(meet(transport, behaviour, **TIME)[0], "sip.malformed")


@pytest.mark.parametrize("transport", STREAMS)
def test_a_line_of_64_kib_is_malformed(meet, transport):
    gone_wrong(meet(transport, wrong.with_headers("X-L: " + "x" * 65536))[0],
               "sip.malformed")


@pytest.mark.parametrize("data", [
    b"\x17\x03\x03\x00\x40" + b"x" * 64, b"SIP/2.0 200 OK\r\n\r\n",
    b"\x15\x03\x03\x00\x02\x02\x28", bytes(100)])
def test_bytes_outside_of_tls_are_told(meet, data):
    result, _ = meet("tls", wrong.outside_of_tls(data), **TIME)
    gone_wrong(result, "sip.malformed")


@pytest.mark.parametrize("transport", STREAMS)
def test_line_ends_forever_are_no_answer(meet, transport):
    gone_wrong(meet(transport, wrong.endless_line_ends, **TIME)[0],
               "sip.no-answer", "sip.malformed")


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("behaviour", [
    wrong.trying, wrong.trying_forever, wrong.ringing_flood])
def test_provisional_answers_alone_are_no_answer(meet, transport, behaviour):
    only(meet(transport, behaviour, **TIME)[0], "sip.provisional-only")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_many_provisional_answers_before_the_final_one_are_ok(
        meet, transport):
    times = 100 if transport == "udp" else 3000
    fine(meet(transport, wrong.ringing_then_ok(times))[0])


@pytest.mark.parametrize("transport", STREAMS)
def test_a_byte_at_a_time_is_an_answer(meet, transport):
    fine(meet(transport, wrong.byte_by_byte())[0])


@pytest.mark.parametrize("transport", STREAMS)
def test_a_byte_at_a_time_that_takes_too_long_is_none(meet, transport):
    gone_wrong(meet(transport, wrong.byte_by_byte(0.1), **TIME)[0],
               "sip.no-answer")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_an_answer_after_the_deadline_is_none(meet, transport):
    only(meet(transport, wrong.late(1 * SLOW), **TIME)[0], "sip.no-answer")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_silence_is_told_with_what_was_up(meet, transport):
    result, _ = meet(transport, wrong.wait, **TIME)
    text = only(result, "sip.no-answer")["text"]
    assert "OPTIONS" in text and transport.upper() in text


@pytest.mark.parametrize("transport", STREAMS)
@pytest.mark.parametrize("lines", [0, 7])
def test_a_server_that_never_reads_is_no_answer(meet, transport, lines):
    padding = ["--header", "X-Padding: " + "x" * 2000] * lines
    result, _ = meet(transport, wrong.wait, *padding, reads=False, **TIME)
    only(result, "sip.no-answer")


# Ends ------------------------------------------------------------------------

ENDS = [wrong.close, wrong.reset, wrong.half_close]


@pytest.mark.parametrize("transport", STREAMS)
@pytest.mark.parametrize("end", ENDS)
def test_an_end_after_the_request_is_told(meet, transport, end):
    result, _ = meet(transport, end)
    only(result, "sip.closed")
    assert result.elapsed < 1 + SLACK


def test_a_polite_end_after_the_request_is_told(meet):
    only(meet("tls", wrong.close_notify)[0], "sip.closed")


@pytest.mark.parametrize("transport", STREAMS)
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("size", [1, 12, 40, -2, -1])
def test_an_end_in_the_answer_is_told(meet, transport, end, size):
    result, _ = meet(transport, wrong.part(size, end))
    gone_wrong(result, "sip.closed", "sip.malformed")
    assert result.elapsed < 1 + SLACK


@pytest.mark.parametrize("transport", STREAMS)
@pytest.mark.parametrize("end", [wrong.close, wrong.half_close])
def test_an_end_after_the_answer_is_fine(meet, transport, end):
    fine(meet(transport, wrong.part(None, end))[0])


@pytest.mark.parametrize("transport", STREAMS)
@pytest.mark.parametrize("end", ENDS)
def test_an_end_after_100_is_told(meet, transport, end):
    def behaviour(exchange):
        wrong.trying(exchange)
        end(exchange)
    gone_wrong(meet(transport, behaviour)[0], "sip.closed")


@pytest.mark.parametrize("transport", STREAMS)
@pytest.mark.parametrize("end", ENDS)
def test_an_end_before_the_request_is_told(meet, transport, end):
    result, _ = meet(transport, ok, greeting=end)
    gone_wrong(result, "sip.closed", "net.reset")
    assert result.elapsed < 1 + SLACK


def test_a_refused_datagram_is_told(sip, refused):
    result = sip.json("-H", "127.0.0.1", "-T", "udp", "-p", refused,
                      "-t", "2")
    only(result, "net.refused")
    assert result.elapsed < 1 + sip.plugin.slack


@pytest.mark.parametrize("transport", STREAMS)
def test_a_refused_connection_is_told(sip, refused, transport):
    only(sip.json("-H", "127.0.0.1", "-T", transport, "-p", refused),
         "net.refused")
