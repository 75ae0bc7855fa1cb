# SPDX-License-Identifier: GPL-3.0-or-later
"""test_sip_auth -- digest credentials, checked by another implementation."""

import pytest

from testenv import sip_wrong as wrong
from testenv.sip import among, fine, only
from testenv.sip_digest import Registrar, bare, challenge, expected, \
    parameters
from testenv.sip_peer import says

USER, SECRET = "monitor", 'pa ss"w\\ord:%ß'
TRANSPORTS = ("udp", "tcp", "tls")


@pytest.fixture
def log_in(sip, servers):
    """(JSON, the registrar, the peer) of a run with credentials."""
    def logging(*challenges, password=SECRET, transport="udp", args=(),
                run=None, **how):
        registrar = Registrar(USER, SECRET, *challenges, **how)
        peer = servers.peer(transport, registrar)
        result = (run or sip.ask)(
            peer, "--auth-user", USER, "--auth-file", sip.password(password),
            *args)
        return result, registrar, peer
    return logging


# The other implementation itself ---------------------------------------------

RFC_7616 = {"username": "Mufasa", "realm": "http-auth@example.org",
            "uri": "/dir/index.html", "qop": "auth", "nc": "00000001",
            "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
            "cnonce": "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"}


@pytest.mark.parametrize("algorithm,response", [
    ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
    ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856c"
                "b6c1")])
def test_the_checker_knows_the_example_of_rfc_7616(algorithm, response):
    given = dict(RFC_7616, algorithm=algorithm)
    assert expected(given, "Circle of Life", "GET") == response


# Accepted --------------------------------------------------------------------

@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("status", [401, 407])
def test_right_credentials_are_accepted(log_in, transport, status):
    result, registrar, peer = log_in(challenge("MD5"), status=status,
                                     transport=transport)
    fine(result)
    assert registrar.verdicts == [""]


@pytest.mark.parametrize("algorithm,qop", [
    (algorithm, qop)
    for algorithm in (None, "MD5", "SHA-256", "SHA-512-256", "md5", "sha-256")
    for qop in ("auth", None, "auth,auth-int", "auth-int, auth")] + [
    ("MD5-sess", "auth"), ("SHA-256-sess", "auth"), ("MD5-SESS", "auth")])
def test_each_algorithm_is_answered(log_in, algorithm, qop):
    result, registrar, _ = log_in(challenge(algorithm, qop))
    assert registrar.verdicts == [""]
    fine(result)


def test_the_opaque_comes_back(log_in):
    _, registrar, _ = log_in(challenge("MD5", opaque='op"aq'.replace(
        '"', '\\"')))
    assert registrar.verdicts == [""]
    assert registrar.answers[0]["opaque"] == 'op"aq'


@pytest.mark.parametrize("realm", [r"quo\"ted", r"back\\slash", "a, b=c",
                                   "", "Schön"])
def test_a_realm_of_every_kind_comes_back(log_in, realm):
    _, registrar, _ = log_in(challenge("MD5", realm=realm))
    assert registrar.verdicts == [""]


def test_the_strongest_of_several_is_answered(log_in):
    _, registrar, _ = log_in(challenge("MD5", nonce="m"),
                             challenge("SHA-256", nonce="s"))
    assert registrar.verdicts == [""]
    assert registrar.answers[0]["algorithm"] == "SHA-256"


def test_digest_behind_ntlm_is_answered(log_in):
    _, registrar, _ = log_in(
        'NTLM realm="SIP Communications Service", targetname="x", version=4',
        'Kerberos realm="x"', challenge("SHA-256"))
    assert registrar.verdicts == [""]


def test_several_challenges_on_one_line_are_read(log_in, sip, servers):
    value = "%s, %s" % (challenge("SHA-9", nonce="x"),
                        challenge("MD5", nonce="y"))

    def behaviour(exchange):
        if "y" in (exchange.request.get("Authorization") or ""):
            exchange.answer()
        else:
            exchange.answer(401, "Who", "WWW-Authenticate: " + value)
    peer = servers.peer("udp", behaviour)
    fine(sip.ask(peer, "--auth-user", USER, "--auth-file",
                 sip.password(SECRET)))


def test_a_stale_nonce_is_answered_once_more(log_in):
    result, registrar, _ = log_in(challenge("MD5"), stale=1)
    assert registrar.verdicts == ["", ""]
    fine(result)


def test_the_second_request_is_a_new_one_of_the_same_call(log_in):
    # RFC 3261 22.2: same Call-ID, To and From, a higher CSeq; 8.1.1.7.
    _, _, peer = log_in(challenge("MD5"), transport="tcp")
    first, second = peer.requests
    assert first.call_id == second.call_id
    assert first.get("From") == second.get("From")
    assert second.cseq == first.cseq + 1
    assert first.branch != second.branch
    assert first.get("Authorization") is None
    assert peer.connections == 1


def test_each_probe_logs_in(log_in):
    result, registrar, _ = log_in(challenge("MD5"), args=["-n", "3", "-i",
                                                          "0"])
    fine(result)
    assert registrar.verdicts and set(registrar.verdicts) == {""}
    assert result.metrics["loss"]["value"] == 0


def test_only_the_first_line_of_the_file_is_the_password(log_in):
    _, registrar, _ = log_in(challenge("MD5"),
                             password=SECRET + "\nsecond line")
    assert registrar.verdicts == [""]


# Refused ---------------------------------------------------------------------

def test_wrong_credentials_are_told_after_one_try(log_in):
    result, registrar, peer = log_in(challenge("MD5"), password="wrong")
    among(result, "sip.auth", "sip.status")
    assert registrar.verdicts == ["wrong response"]
    assert len(peer.requests) == 2


def test_403_after_the_credentials_is_a_status(meet, sip):
    def behaviour(exchange):
        if exchange.request.get("Authorization"):
            exchange.answer(403, "Forbidden")
        else:
            exchange.answer(401, "Who", "WWW-Authenticate: " +
                            challenge("MD5"))
    result, _ = meet("udp", behaviour, "--auth-user", USER, "--auth-file",
                     sip.password(SECRET))
    assert result.state == "CRITICAL"
    assert {"sip.status", "sip.auth"} & set(result.broken)


def test_stale_forever_is_given_up(log_in):
    result, registrar, _ = log_in(challenge("MD5"), stale=10 ** 9)
    among(result, "sip.auth", "sip.status")
    assert len(registrar.verdicts) < 5


UNANSWERABLE = {
    "NTLM": 'NTLM realm="SIP Communications Service", version=4',
    "Basic": 'Basic realm="contoso.test"', "SHA-9": challenge("SHA-9"),
    "auth-int": challenge("MD5", "auth-int"), "Digest": "Digest",
    "no nonce": 'Digest realm="x", algorithm=MD5', "empty": "",
    "garbage": "Digest \xff=\x01,,,", "no quote": 'Digest realm="x, nonce="',
    "equals": "Digest =", "commas": "Digest " + "," * 3000,
    "long": 'Digest realm="%s", nonce="y"' % ("x" * 30000),
    "injection": 'Digest realm="a", nonce="b\\\r\n X-Evil: c"',
}


@pytest.mark.parametrize("what", ["NTLM", "Basic", "SHA-9", "auth-int",
                                  "Digest", "no nonce", "empty", "equals"])
def test_a_challenge_that_cannot_be_answered_is_told(log_in, what):
    result, registrar, peer = log_in(UNANSWERABLE[what])
    finding = among(result, "sip.auth", "sip.status")
    assert registrar.verdicts == [] and len(peer.requests) == 1
    if what in ("NTLM", "Basic", "SHA-9", "auth-int"):
        assert what in finding["text"]


@pytest.mark.parametrize("what", UNANSWERABLE)
def test_a_challenge_of_nonsense_does_no_harm(meet, sip, what):
    result, peer = meet("udp", says(401, "Who", "WWW-Authenticate: " +
                                    UNANSWERABLE[what]),
                        "--auth-user", USER, "--auth-file",
                        sip.password(SECRET), timeout=1)
    assert result.state == "CRITICAL"
    assert {"sip.auth", "sip.malformed"} & set(result.broken)
    assert len(peer.requests) < 4
    for request in peer.requests:
        assert request.get("X-Evil") is None


def test_401_without_a_challenge_is_told(meet, sip):
    result, _ = meet("udp", says(401, "Who"), "--auth-user", USER,
                     "--auth-file", sip.password(SECRET))
    among(result, "sip.auth", "sip.status")


def test_silence_after_the_credentials_is_no_answer(meet, sip):
    def behaviour(exchange):
        if not exchange.request.get("Authorization"):
            exchange.answer(401, "Who", "WWW-Authenticate: " +
                            challenge("MD5"))
    result, _ = meet("tcp", behaviour, "--auth-user", USER, "--auth-file",
                     sip.password(SECRET), timeout=1)
    only(result, "sip.no-answer")


def test_a_provisional_before_the_challenge_is_not_of_the_second(meet, sip):
    def behaviour(exchange):
        if not exchange.request.get("Authorization"):
            exchange.answer(100, "Trying")
            exchange.answer(401, "Who", "WWW-Authenticate: " +
                            challenge("MD5"))
    result, _ = meet("udp", behaviour, "--auth-user", USER, "--auth-file",
                     sip.password(SECRET), timeout=1)
    only(result, "sip.no-answer")


def test_an_end_after_the_credentials_is_told(meet, sip):
    def behaviour(exchange):
        if exchange.request.get("Authorization"):
            wrong.close(exchange)
        else:
            exchange.answer(401, "Who", "WWW-Authenticate: " +
                            challenge("MD5"))
    result, _ = meet("tcp", behaviour, "--auth-user", USER, "--auth-file",
                     sip.password(SECRET))
    only(result, "sip.closed")


# No secret anywhere ----------------------------------------------------------

@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_password_is_nowhere(log_in, sip, transport):
    for password in (SECRET, "Wr0ngS3cret"):
        result, _, peer = log_in(
            challenge("MD5"), password=password, transport=transport,
            args=["-vvv"], run=sip.say)
        for part in (password, password[:6]):
            assert part.encode() not in peer.seen
            assert part not in result.out


def test_the_trace_blanks_the_response(log_in, sip):
    for run in (sip.say, sip.ask):
        result, registrar, _ = log_in(challenge("MD5"), args=["-vvv"],
                                      run=run)
        out = result.out if run == sip.say else str(result.doc)
        answer = registrar.answers[0]
        assert answer["response"] not in out
        assert answer["cnonce"] not in out


@pytest.mark.parametrize("name", ["Authorization", "Authentication-Info"])
def test_credentials_that_come_back_are_blanked(meet, sip, name):
    def behaviour(exchange):
        given = exchange.request.get("Authorization")
        if given:
            exchange.answer(200, "OK", "%s: %s" % (name, given))
        else:
            exchange.answer(401, "Who", "WWW-Authenticate: " +
                            challenge("MD5"))
    args = ["--auth-user", USER, "--auth-file", sip.password(SECRET), "-vvv"]
    result, peer = meet("tcp", behaviour, *args)
    told = sip.say(peer, *args).out + str(result.doc)
    responses = [bare(parameters(given)["response"]) for given in
                 (each.get("Authorization") for each in peer.requests)
                 if given]
    assert len(responses) == 2
    assert not [each for each in responses if each in told]


# Files and options -----------------------------------------------------------

@pytest.mark.parametrize("args", [["--auth-user", USER], ["--auth-file"]])
def test_one_half_of_the_credentials_is_refused(sip, args):
    args = args + [sip.password("x")] if args == ["--auth-file"] else args
    summary = sip.refuse("-H", "127.0.0.1", *args)
    assert "--auth-user" in summary and "--auth-file" in summary


def test_a_password_file_that_is_missing_is_unknown(sip, servers):
    peer = servers.peer("udp", says())
    result = sip.ask(peer, "--auth-user", USER, "--auth-file", "not-here")
    assert result.state == "UNKNOWN"
    assert set(result.broken) <= {"local.file", "local.usage"}
    assert peer.requests == []


@pytest.mark.parametrize("user", ["", "a\r\nb", "a\x01"])
def test_a_user_that_cannot_be_sent_is_refused(sip, user):
    assert "--auth-user" in sip.refuse(
        "-H", "127.0.0.1", "--auth-user", user, "--auth-file",
        sip.password("x"))


def test_a_user_with_a_quote_is_escaped(sip, servers):
    registrar = Registrar('a"b\\c', SECRET, challenge("MD5"))
    peer = servers.peer("udp", registrar)
    fine(sip.ask(peer, "--auth-user", 'a"b\\c', "--auth-file",
                 sip.password(SECRET)))
    assert registrar.verdicts == [""]
