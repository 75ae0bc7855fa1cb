# SPDX-License-Identifier: GPL-3.0-or-later
"""sip_message -- SIP requests taken apart, answers right or wrong on demand.
"""

import re

COOKIE = "z9hG4bK"                      # RFC 3261 8.1.1.7
COMPACT = {"i": "call-id", "m": "contact", "l": "content-length", "f": "from",
           "t": "to", "v": "via", "c": "content-type"}


def whole(stream):
    """How many bytes the first message of a stream has (RFC 3261 18.3)."""
    head = stream.find(b"\r\n\r\n")
    if head < 0:
        return 0
    length = re.search(rb"\r\n(?:content-length|l)[ \t]*:[ \t]*(\d+)",
                       stream[:head + 2], re.I)
    size = head + 4 + (int(length.group(1)) if length else 0)
    return size if len(stream) >= size else 0


class Message:
    """What came from the plugin: a request, or an answer to one of ours."""

    def __init__(self, raw):
        self.raw = raw
        head, _, self.body = raw.partition(b"\r\n\r\n")
        text = head.decode("utf-8", "surrogateescape")
        self.first, *lines = re.sub(r"\r\n[ \t]+", " ", text).split("\r\n")
        self.lines = [(name.strip(), value.strip()) for name, _, value in
                      (line.partition(":") for line in lines)]

    def all(self, name):
        return [value for found, value in self.lines if name.lower() ==
                COMPACT.get(found.lower(), found.lower())]

    def get(self, name):
        """The value of the only header of that name; None: there is none."""
        values = self.all(name)
        assert len(values) < 2, "%s stands there twice" % name
        return values[0] if values else None

    @property
    def is_answer(self):
        return self.first.startswith("SIP/2.0 ")

    @property
    def status(self):
        return int(self.first.split(" ")[1])

    @property
    def method(self):
        return self.first.split(" ")[0]

    @property
    def uri(self):
        return self.first.split(" ")[1]

    @property
    def via(self):
        return self.all("Via")[0]

    @property
    def branch(self):
        return re.search(r";\s*branch=([^;,\s]+)", self.via).group(1)

    @property
    def call_id(self):
        return self.get("Call-ID")

    @property
    def cseq(self):
        return int(self.get("CSeq").split()[0])

    @property
    def from_tag(self):
        return re.search(r";\s*tag=([^;,\s]+)", self.get("From")).group(1)


def encoded(text):
    """As Message reads it: a peer's answer has back what came."""
    return text if isinstance(text, bytes) else \
        text.encode("utf-8", "surrogateescape")


def answer(request, status=200, reason="OK", *headers, body=b"", **changes):
    """An answer as RFC 3261 8.2.6 wants it, but for the changes.

    headers: whole lines. changes: Via, From, To, Call_ID, CSeq by another
    value, or None to leave the header out; length: the Content-Length told;
    version, eol.
    """
    lines = {"Via": ", ".join(request.all("Via")), "From": request.get("From"),
             "To": request.get("To") + ";tag=peer",
             "Call-ID": request.call_id, "CSeq": request.get("CSeq")}
    version = changes.pop("version", "SIP/2.0")
    eol = changes.pop("eol", b"\r\n")
    length = changes.pop("length", len(body))
    for name, value in changes.items():
        name = name.replace("_", "-")
        assert name in lines, name
        lines[name] = value
    out = [b"%b %b %b" % (encoded(version), encoded(str(status)),
                          encoded(reason))]
    out += [encoded("%s: %s" % line) for line in lines.items() if line[1]]
    out += map(encoded, headers)
    if length is not None:
        out.append(encoded("Content-Length: %s" % length))
    return eol.join(out) + 2 * eol + body


def request_of_ours(method, request, *headers, body=b""):
    """A request of the peer's own, to whoever sent the request."""
    transport, sent_by = request.via.split(";")[0].split()
    via = "%s 127.0.0.1:5060;branch=%s-peer" % (transport, COOKIE)
    lines = ["%s sip:%s SIP/2.0" % (method, sent_by), "Via: " + via,
             "From: <sip:peer@contoso.test>;tag=peer-of-yours",
             "To: <sip:monitor@contoso.test>", "Call-ID: peer-call-id",
             "CSeq: 7 " + method, "Max-Forwards: 70", *headers,
             "Content-Length: %d" % len(body)]
    return b"\r\n".join(map(encoded, lines)) + b"\r\n\r\n" + body


def changed_branch(request):
    return request.via.replace(request.branch, COOKIE + "-not-yours")


# How an answer is not ours: everything right but one thing.
FOREIGN = {
    "Call-ID": lambda request: {"Call_ID": "not-yours@contoso.test"},
    "branch": lambda request: {"Via": changed_branch(request)},
    "CSeq number": lambda request: {
        "CSeq": "%d OPTIONS" % (request.cseq + 1)},
    "CSeq method": lambda request: {"CSeq": "%d INVITE" % request.cseq},
    "From tag": lambda request: {
        "From": request.get("From").replace(request.from_tag, "not-yours")},
    "no From tag": lambda request: {
        "From": re.sub(r";\s*tag=[^;]+", "", request.get("From"))},
}
