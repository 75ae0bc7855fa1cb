# SPDX-License-Identifier: GPL-3.0-or-later
"""contract -- what the plugins promise: profiles, findings, verdicts."""

from dataclasses import dataclass

PROFILES = ("exchange-um", "lync-server", "lync-edge", "teams-sbc",
            "sip-domain", "cucm", "tls-server")

EXIT = {"OK": 0, "WARNING": 1, "CRITICAL": 2, "UNKNOWN": 3}
STATES = {"C": "CRITICAL", "W": "WARNING", "o": "OK", "-": None}

# One letter a profile: C critical, W warning, o noted as OK, - not judged.
# Where a rule has grades these are the first; "badly" holds the second.
VERDICTS = {
    "name.cn-missing":        "C C C - - - -",
    "name.cn-wildcard":       "C C C - C C -",
    "name.cn-invalid":        "C C C - - - -",
    "name.cn-multiple":       "W W W o o W o",
    "name.cn-mismatch":       "C C C - - - -",
    "name.san-missing":       "- C C C - - C",
    "name.server-missing":    "- C - - - - -",
    "name.san-wildcard":      "o W C o W W o",
    "name.sip-domain":        "- - - - C - -",
    "name.literal":           "- - - - - C -",
    "name.forbidden-domain":  "- - - C - - -",
    "time.expired":           "C C C C C C C",
    "time.not-yet-valid":     "C C C C C C C",
    "time.expiring":          "W W W W W W W",
    "time.too-long":          "o o o W o o W",
    "chain.untrusted":        "C C C C C C C",
    "chain.self-signed":      "C C C C C C C",
    "chain.incomplete":       "W W C C W W W",
    "chain.order":            "o o o W o o o",
    "chain.extra":            "o o o W o o o",
    "usage.server-auth":      "C C C C C C C",
    "usage.client-auth":      "o o o W W W -",
    "usage.ca-leaf":          "C C C C C C C",
    "usage.key-usage":        "C C C C C C C",
    "crypto.signature":       "W W W C W W C",
    "crypto.pss":             "W C C o o o o",
    "crypto.key-size":        "W W W C W W C",
    "revocation.revoked":     "C C C C C C C",
    "revocation.unknown":     "W W W W W W W",
    "revocation.no-cdp":      "W W W o o o o",
    "tls.version":            "W W W C W W C",
    "tls.mutual":             "C C C C C C C",
    "tls.ca-list":            "W W W W W W W",
    "served.differs":         "C C C C C C C",
    "pin.mismatch":           "C C C C C C C",
}
BADLY = {
    "time.expiring":          "C C C C C C C",
    "crypto.signature":       "C C C C C C C",
    "crypto.key-size":        "C C C C C C C",
}
# Findings that every plugin may have, whatever the profile.
EVERYWHERE = {"name.not-compared", "dns.nxdomain", "dns.no-answer",
              "net.refused", "net.unreachable", "net.reset", "net.timeout",
              "net.not-tried", "tls.handshake", "tls.alert",
              "tls.client-cert-required", "tls.client-cert-refused",
              "local.usage", "local.file", "local.system",
              "local.exposed"} | set(VERDICTS)
SIP = {"sip.no-answer", "sip.provisional-only", "sip.closed", "sip.status",
       "sip.ms-diagnostics", "sip.retry-after", "sip.auth", "sip.malformed",
       "sip.stray", "sip.method", "sip.header", "sip.slow", "sip.loss",
       "sip.targets", "dns.domain-conflict"}
MWI = {"mwi.identity", "mwi.register-refused", "mwi.notify-refused",
       "mwi.not-delivered", "mwi.altered", "mwi.duplicate", "mwi.slow",
       "mwi.subscribe-refused", "mwi.no-notify", "mwi.terminated",
       "mwi.bad-body", "mwi.count"}


@dataclass(frozen=True)
class Promise:
    """The words that one plugin may use."""

    title: str
    ids: frozenset
    metrics: frozenset


PLUGINS = {
    "check_um_cert": Promise(
        "UM_CERT",
        frozenset(EVERYWHERE | {"served.ports-differ"}),
        frozenset({"days_left", "lifetime_left", "chain_days_left",
                   "connect_time", "handshake_time"})),
    "check_sip_options": Promise(
        "SIP_OPTIONS", frozenset(EVERYWHERE | SIP),
        frozenset({"rtt", "rtt_min", "rtt_max", "jitter", "loss",
                   "retransmissions", "connect_time", "handshake_time",
                   "targets_alive"})),
    "check_mwi_path": Promise(
        "MWI_PATH", frozenset(EVERYWHERE | SIP | MWI),
        frozenset({"delivery_time", "notify_time", "register_time",
                   "subscribe_time", "messages_new", "messages_old",
                   "urgent_new", "hops_ok"})),
}


def verdict(rule, profile, badly=False):
    """The state of a broken rule; None where the profile does not judge it."""
    row = BADLY[rule] if badly else VERDICTS[rule]
    return STATES[row.split()[PROFILES.index(profile)]]


def rows(*rules, badly=False):
    """(rule, profile, state) of these rules, for parametrize."""
    return [(rule, profile, verdict(rule, profile, badly))
            for rule in rules for profile in PROFILES]
