# SPDX-License-Identifier: GPL-3.0-or-later
"""sip_digest -- digest challenges (RFC 7616, RFC 8760), answers checked."""

import hashlib
import re

from testenv.sip_message import encoded

HASHES = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}
PARAMETER = re.compile(r'\s*([\w-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,"]+)\s*')


def parameters(value):
    """{name: text} of `Digest name=value, ...`; a blunder fails the test.

    Quoted values keep a mark of it: see quoted().
    """
    scheme, _, rest = value.partition(" ")
    assert scheme == "Digest", value
    found = {}
    while rest:
        match = PARAMETER.match(rest)
        assert match, "not a parameter: %r" % rest
        name, text = match.groups()
        assert name not in found, "%s twice" % name
        found[name] = text
        rest = rest[match.end():]
        assert not rest or rest.startswith(","), rest
        rest = rest[1:]
    return found


def bare(text):
    """Without quotes and escapes."""
    if text is None or not text.startswith('"'):
        return text
    return re.sub(r"\\(.)", r"\1", text[1:-1])


# RFC 7616 3.4: what must be quoted, and what must not.
QUOTED = {"username", "realm", "nonce", "uri", "response", "cnonce", "opaque"}
PLAIN = {"algorithm", "qop", "nc"}


def expected(given, password, method, body=b""):
    """RFC 7616 3.4.1 to 3.4.3 by the parameters that the client gave."""
    algorithm = given.get("algorithm", "MD5")
    session = algorithm.lower().endswith("-sess")
    name = algorithm[:-5] if session else algorithm

    def digest(*parts):
        data = b":".join(map(encoded, parts))
        return hashlib.new(HASHES[name.upper()], data).hexdigest()

    one = digest(given["username"], given["realm"], password)
    if session:
        one = digest(one, given["nonce"], given["cnonce"])
    two = [method, given["uri"]]
    if given.get("qop") == "auth-int":
        two.append(digest(body))
    two = digest(*two)
    if "qop" not in given:
        return digest(one, given["nonce"], two)
    return digest(one, given["nonce"], given["nc"], given["cnonce"],
                  given["qop"], two)


class Registrar:
    """A behaviour: challenges, checks the answer, says 200 when it is right.

    challenges: header values; the client answers one of them by its realm,
    nonce and algorithm. verdicts: what was wrong with each answer ("" right).
    """

    def __init__(self, user, password, *challenges, status=401, stale=0):
        self.user, self.password = user, password
        self.challenges, self.status = list(challenges), status
        self.stale = stale              # so many right answers are too old
        self.verdicts, self.answers = [], []
        self.ask, self.reply = {
            401: ("WWW-Authenticate", "Authorization"),
            407: ("Proxy-Authenticate", "Proxy-Authorization")}[status]

    def __call__(self, exchange):
        value = exchange.request.get(self.reply)
        if value is None:
            self.challenge(exchange, self.challenges)
            return
        self.verdicts.append(self.judge(value, exchange.request))
        if self.verdicts[-1]:
            self.challenge(exchange, self.challenges)
        elif self.stale > 0:
            self.stale -= 1
            self.challenges = [
                each.replace('nonce="', 'nonce="new-')
                for each in self.challenges]
            self.challenge(exchange, [each + ", stale=true"
                                      for each in self.challenges])
        else:
            exchange.answer()

    def challenge(self, exchange, challenges):
        exchange.answer(self.status, "Who are you", *(
            "%s: %s" % (self.ask, each) for each in challenges))

    def judge(self, value, request):
        """What is wrong with the credentials, "" when they are right."""
        raw = parameters(value)
        given = {name: bare(text) for name, text in raw.items()}
        self.answers.append(given)
        for name, text in raw.items():
            if text.startswith('"') and name in PLAIN:
                return "%s is quoted" % name
            if not text.startswith('"') and name in QUOTED:
                return "%s is not quoted" % name
        asked = [each for each in map(self.asked, self.challenges)
                 if each.get("nonce") == given.get("nonce") and
                 each.get("algorithm", "MD5").upper() ==
                 given.get("algorithm", "MD5").upper()]
        if not asked:
            return "no such challenge"
        for name in ("realm", "opaque"):
            if given.get(name) != asked[0].get(name):
                return "%s is not that of the challenge" % name
        if given.get("username") != self.user:
            return "not the user"
        if given.get("uri") != request.uri:
            return "uri is not the Request-URI"
        if ("qop" in given) != ("qop" in asked[0]):
            return "qop in one of both only"
        if "qop" in given and (
                given["qop"] not in re.split(r"[ ,]+", asked[0]["qop"]) or
                not re.fullmatch("[0-9a-f]{8}", given["nc"])):
            return "qop or nc"
        want = expected(given, self.password, request.method, request.body)
        return "" if given["response"] == want else "wrong response"

    @staticmethod
    def asked(challenge):
        if not challenge.startswith("Digest "):
            return {}
        return {name: bare(text)
                for name, text in parameters(challenge).items()}


def challenge(algorithm=None, qop="auth", realm="contoso.test",
              nonce="once+/=", **more):
    """The value of a WWW-Authenticate header."""
    text = 'Digest realm="%s", nonce="%s"' % (realm, nonce)
    if algorithm:
        text += ", algorithm=" + algorithm
    if qop:
        text += ', qop="%s"' % qop
    return text + "".join(', %s="%s"' % pair for pair in more.items())
