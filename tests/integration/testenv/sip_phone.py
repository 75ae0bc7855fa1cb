# SPDX-License-Identifier: GPL-3.0-or-later
"""sip_phone -- a phone of another make, registered at the lab by UDP."""

import itertools
import queue
import uuid
from pathlib import Path

from testenv.sip_digest import bare, expected, parameters
from testenv.sip_message import COOKIE
from testenv.sip_peer import UdpPeer, ok

PATIENCE = 10


class Phone(UdpPeer):
    """Answers what it gets by the behaviour."""

    def __init__(self, lab, user, behaviour=ok):
        self.told = queue.SimpleQueue()
        super().__init__(lambda exchange: self._hear(exchange, behaviour))
        self.lab, self.user = lab, user
        self.word = Path(lab.password(user)).read_text().strip()
        self.call_id, self.number = uuid.uuid4().hex, itertools.count(1)
        assert self.register(60).status == 200

    def _hear(self, exchange, behaviour):
        behaviour(exchange)
        self.told.put(exchange.request)

    def heard(self):
        """The next request that came."""
        return self.told.get(timeout=PATIENCE)

    def register(self, expires):
        """The answer to REGISTER with credentials."""
        answer = self._ask(expires)
        assert answer.status == 401
        given = {name: bare(text) for name, text in
                 parameters(answer.get("WWW-Authenticate")).items()}
        given.update(username=self.user, uri="sip:contoso.test",
                     nc="00000001", cnonce="phone")
        given["response"] = expected(given, self.word, "REGISTER")
        plain = ("algorithm", "qop", "nc")
        return self._ask(expires, "Authorization: Digest " + ", ".join(
            '%s=%s' % pair if pair[0] in plain else '%s="%s"' % pair
            for pair in given.items()))

    def _ask(self, expires, *headers):
        address = "sip:%s@contoso.test" % self.user
        here = "127.0.0.1:%d" % self.port
        lines = ["REGISTER sip:contoso.test SIP/2.0",
                 "Via: SIP/2.0/UDP %s;rport;branch=%s%s" % (
                     here, COOKIE, uuid.uuid4().hex),
                 "From: <%s>;tag=phone" % address, "To: <%s>" % address,
                 "Call-ID: " + self.call_id,
                 "CSeq: %d REGISTER" % next(self.number), "Max-Forwards: 70",
                 "Contact: <sip:%s@%s>" % (self.user, here),
                 "Expires: %d" % expires, *headers, "Content-Length: 0"]
        data = "\r\n".join(lines).encode() + b"\r\n\r\n"
        self.socket.sendto(data, ("127.0.0.1", self.lab.plain().port))
        return self.to_ours.get(timeout=PATIENCE)

    def stop(self):
        self.register(0)
        super().stop()
