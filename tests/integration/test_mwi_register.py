# SPDX-License-Identifier: GPL-3.0-or-later
"""test_mwi_register -- registrars that refuse the phone, or go away."""

import pytest

from testenv import sip_wrong as wrong
from testenv.mwi import hop, hops
from testenv.mwi_peer import deliver, register, subscribed
from testenv.plugin import SLACK
from testenv.sip import fine, only
from testenv.sip_digest import Registrar, challenge
from testenv.sip_message import answer
from testenv.sip_peer import says, silent

STREAMS = ("tcp", "tls")
TRANSPORTS = ("udp",) + STREAMS
USER, SECRET = "lamp", 'pa ss"w\\ord:%ß'


def stays_off(pbx):
    """Nothing was injected: nobody would have seen it."""
    assert pbx.asked("notify") == [] and pbx.asked("subscribe") == []


# Refused ---------------------------------------------------------------------

REFUSALS = {
    400: ("Bad Request", []), 403: ("Forbidden", ["credentials"]),
    404: ("Not Found", []), 405: ("Method Not Allowed", []),
    423: ("Interval Too Brief", ["3600"]), 500: ("Server Error", []),
    503: ("Service Unavailable", []), 603: ("Decline", []),
    301: ("Moved Permanently", ["sip:other.contoso.test"]),
    302: ("Moved Temporarily", ["sip:other.contoso.test"]),
}
LINES = {423: ["Min-Expires: 3600"],
         301: ["Contact: <sip:other.contoso.test>"],
         302: ["Contact: <sip:other.contoso.test>"]}


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("status", REFUSALS)
def test_a_refusal_is_told_with_its_status(follow, transport, status):
    phrase, words = REFUSALS[status]
    result, pbx = follow(transport, register=says(
        status, phrase, *LINES.get(status, [])))
    finding = only(result, "mwi.register-refused")
    assert finding["where"].startswith("registrar 127.0.0.1")
    for word in [str(status), phrase, "sip:lamp@contoso.test", *words]:
        assert word in finding["text"]
    assert hop(result, "register")["state"] == "CRITICAL"
    assert "notify" not in hops(result) and "phone" not in hops(result)
    stays_off(pbx)
    assert len(pbx.asked("register")) == 1
    assert result.elapsed < 1 + SLACK


@pytest.mark.parametrize("status", [403, 404, 423])
def test_what_can_be_mended_has_a_remedy(follow, status):
    result, _ = follow("udp", register=says(status, "No"))
    assert result.finding("mwi.register-refused")["remedy"]


@pytest.mark.parametrize("lines", [[], ["Contact: *"], ["Contact: <|>\x01"],
                                   ["Contact: " + "x" * 5000]])
def test_a_redirection_to_nowhere_is_a_refusal(follow, lines):
    result, _ = follow("tcp", register=says(302, "Moved", *lines))
    assert result.state == "CRITICAL"
    assert result.broken.get("mwi.register-refused") == "CRITICAL"


@pytest.mark.parametrize("lines", [[], ["Min-Expires: x"],
                                   ["Min-Expires: 99999999999999999999"]])
def test_a_brief_interval_without_a_number_is_a_refusal(follow, lines):
    only(follow("udp", register=says(423, "Too Brief", *lines))[0],
         "mwi.register-refused")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_silence_is_told_and_the_binding_taken_back(follow, transport):
    # It may have been made, only its answer was lost.
    result, pbx = follow(transport, register=silent)
    finding = result.finding("mwi.register-refused")
    assert finding["state"] == "CRITICAL"
    assert "no answer" in finding["text"]
    stays_off(pbx)
    assert pbx.order[-1] == "unregister"


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_provisional_answers_alone_are_no_registration(follow, transport):
    result, pbx = follow(transport, register=wrong.trying)
    assert result.broken["mwi.register-refused"] == "CRITICAL"
    stays_off(pbx)
    assert pbx.order[-1] == "unregister"


@pytest.mark.parametrize("transport", STREAMS)
@pytest.mark.parametrize("end,word", [
    (wrong.close, "closed"), (wrong.reset, "reset"),
    (wrong.half_close, "closed")])
def test_an_end_after_register_is_told(follow, transport, end, word):
    result, pbx = follow(transport, register=end)
    finding = result.finding("mwi.register-refused")
    assert finding["state"] == "CRITICAL" and word in finding["text"]
    stays_off(pbx)
    assert result.elapsed < 1 + SLACK


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("data", [
    b"HTTP/1.1 400 Bad\r\n\r\n", b"\xff" * 2000,
    b"<b>|\n" * 100 + b"\r\n\r\n"])
def test_nonsense_is_no_registration(follow, transport, data):
    result, pbx = follow(transport, register=wrong.sends(lambda _: data))
    assert result.state == "CRITICAL"
    assert {"mwi.register-refused", "sip.malformed"} & set(result.broken)
    stays_off(pbx)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("body", [b"", b"x" * 3000])
def test_a_strange_200_is_a_registration(follow, transport, body):
    def step(exchange):
        exchange.send(answer(exchange.request, 200, "", *(
            ["Contact: <sip:a@b>;expires=7"] * 20), body=body))
    fine(follow(transport, register=step)[0])


# Credentials -----------------------------------------------------------------

def credentials(lamp, password=SECRET):
    return ["--auth-user", USER, "--auth-file", lamp.password(password)]


class Guard:
    """Every request to the registrar needs credentials."""

    def __init__(self, *challenges, **how):
        self.registrar = Registrar(USER, SECRET, *challenges, **how)
        self.verdicts = self.registrar.verdicts

    def before(self, step):
        """The step, once the credentials are right."""
        def guarded(exchange):
            accept = exchange.answer
            exchange.answer = lambda *args, **changes: (
                accept(*args, **changes) if args else passed())
            passed = lambda: (                          # noqa: E731
                setattr(exchange, "answer", accept), step(exchange))
            self.registrar(exchange)
        return guarded

    def steps(self):
        return dict(register=self.before(register),
                    unregister=self.before(lambda each: each.answer()),
                    subscribe=self.before(subscribed()),
                    unsubscribe=self.before(lambda each: each.answer()))


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("status", [401, 407])
@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_each_request_of_the_phone_is_answered_for(
        follow, lamp, transport, status, algorithm):
    guard = Guard(challenge(algorithm), status=status)
    result, pbx = follow(transport, "--subscribe", *credentials(lamp),
                         **guard.steps())
    fine(result)
    assert guard.verdicts == [""] * 4
    assert [step for step in pbx.order if step != "options"] == [
        "register"] * 2 + ["subscribe"] * 2 + ["notify"] + [
        "unsubscribe"] * 2 + ["unregister"] * 2
    for reply in ("Authorization", "Proxy-Authorization"):
        assert pbx.asked("notify")[0].get(reply) is None    # UM has none


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_mailbox_wants_credentials(fetch, lamp, transport):
    guard = Guard(challenge("MD5"))
    result, _ = fetch(transport, *credentials(lamp), **guard.steps())
    fine(result)
    assert guard.verdicts == [""]


def test_a_stale_nonce_is_answered_again(follow, lamp):
    guard = Guard(challenge("MD5"), stale=1)
    fine(follow("udp", *credentials(lamp), **guard.steps())[0])
    assert guard.verdicts == [""] * 3


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_wrong_password_is_told(follow, lamp, transport):
    guard = Guard(challenge("MD5"))
    result, pbx = follow(transport, *credentials(lamp, "wrong"),
                         **guard.steps())
    finding = only(result, "mwi.register-refused")
    assert "401" in finding["text"]
    assert "wrong credentials" in finding["text"]
    assert "--auth-file" in finding["remedy"]
    assert guard.verdicts == ["wrong response"]
    assert len(pbx.asked("register")) == 2
    stays_off(pbx)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_challenge_without_credentials_is_told(follow, transport):
    guard = Guard(challenge("MD5"))
    result, pbx = follow(transport, **guard.steps())
    finding = only(result, "mwi.register-refused")
    assert "401" in finding["text"] and "none are given" in finding["text"]
    stays_off(pbx)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("what", ["NTLM", "Kerberos", "Negotiate", "TLS-DSK"])
def test_ntlm_alone_is_told(follow, lamp, transport, what):
    result, pbx = follow(transport, *credentials(lamp), register=says(
        401, "Unauthorized", 'WWW-Authenticate: %s realm="SIP", '
        'targetname="sfb.contoso.test", version=4' % what))
    finding = only(result, "mwi.register-refused")
    assert what in finding["text"]
    assert "wrong credentials" not in finding["text"]
    stays_off(pbx)


def test_the_subscription_with_a_wrong_password_is_told(fetch, lamp):
    guard = Guard(challenge("MD5"))
    finding = only(fetch("tcp", *credentials(lamp, "wrong"),
                         **guard.steps())[0], "mwi.subscribe-refused")
    assert "wrong credentials" in finding["text"]


# No secret anywhere ----------------------------------------------------------

@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("password", [SECRET, "Wr0ngS3cret"])
def test_no_secret_is_told(lamp, servers, transport, password):
    guard = Guard(challenge("MD5"))
    pbx = servers.pbx(transport, **guard.steps())
    args = [*lamp.phone("--subscribe", "--mailbox", lamp.address, "-vvv"),
            *credentials(lamp, password)]
    outputs = [lamp.say(pbx, *args).out, str(lamp.ask(pbx, *args).doc)]
    pbx.settle()
    assert "REGISTER" in outputs[0]
    replies = guard.registrar.answers
    assert len(replies) >= 2
    for out in outputs:
        assert "username=" not in out
        for reply in replies:
            assert reply["response"] not in out
            assert reply["cnonce"] not in out
        for part in (password, password[:6]):
            assert part not in out
            assert part.encode() not in pbx.seen


# Leaving ---------------------------------------------------------------------

@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("step", [
    says(403, "Forbidden"), says(500, "No"), silent, wrong.trying])
def test_a_binding_that_stays_is_noted(follow, transport, step):
    result, _ = follow(transport, unregister=step)
    finding = only(result, "mwi.register-refused", "OK")
    assert "60 s" in finding["text"]


@pytest.mark.parametrize("transport", STREAMS)
@pytest.mark.parametrize("end", [wrong.close, wrong.reset])
def test_an_end_while_it_unregisters_is_noted(follow, transport, end):
    result, _ = follow(transport, unregister=end)
    only(result, "mwi.register-refused", "OK")
    assert result.elapsed < 1 + SLACK


LAST_WORDS = {
    "refused": says(403, "Forbidden"), "silent": silent,
    "trying": wrong.trying, "never": says(200, "OK"),
    "altered": deliver(body=b""), "twice": deliver(times=2),
    "nonsense": wrong.sends(lambda _: b"\xff" * 99 + b"\r\n\r\n"),
}


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("subscribes", [False, True])
@pytest.mark.parametrize("what", LAST_WORDS)
def test_every_way_out_leaves_nothing(follow, transport, subscribes, what):
    result, pbx = follow(transport, *["--subscribe"] * subscribes,
                         notify=LAST_WORDS[what])
    assert result.state in ("CRITICAL", "WARNING")
    assert pbx.order[-1 - subscribes:] == ["unsubscribe",
                                           "unregister"][not subscribes:]
    assert "mwi.register-refused" not in result.broken


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("timeout", [0.5, 1])
def test_time_is_kept_to_leave(follow, transport, timeout):
    _, pbx = follow(transport, "--subscribe", timeout=timeout, notify=silent)
    assert pbx.order[-2:] == ["unsubscribe", "unregister"]


@pytest.mark.parametrize("transport", STREAMS)
@pytest.mark.parametrize("end", [wrong.close, wrong.reset])
def test_an_end_while_the_lamp_is_waited_for_is_told(follow, transport, end):
    def step(exchange):
        register(exchange)
        if exchange.peer.wait_until(lambda pbx: pbx.asked("notify")):
            end(exchange)
    result, _ = follow(transport, register=step, notify=says())
    finding = result.finding("mwi.not-delivered")
    assert finding["state"] == "CRITICAL"
    assert "connection" in finding["text"]
    assert result.elapsed < 1 + SLACK
