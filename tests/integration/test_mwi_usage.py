# SPDX-License-Identifier: GPL-3.0-or-later
"""test_mwi_usage -- command lines of check_mwi_path that make no sense."""

import pytest

GATEWAY = ["--gateway", "pbx.contoso.test"]
NOTIFY = ["--notify", "sip:mwi@contoso.test"]
WRONG = {
    "no server": [],
    "an address without a gateway": ["--um", "um.contoso.test", *NOTIFY],
    "a phone without an address": [*GATEWAY, "--phone"],
    "a subscriber without a phone": [*GATEWAY, *NOTIFY, "--subscribe"],
    "a registrar without a phone": [*GATEWAY, *NOTIFY, "--registrar", "r.test"],
    "its port without a phone": [*GATEWAY, *NOTIFY, "--registrar-port", "1"],
    "a port without UM": [*GATEWAY, "--um-port", "5061"],
    "a port without a gateway": ["--um", "um.test", "--gateway-port", "1"],
    "limits without a mailbox": [*GATEWAY, "--new-warning", "1"],
    "limits without a phone": [*GATEWAY, *NOTIFY, "-w", "1"],
    "two ports": [*GATEWAY, "--gateway-port", "5060,5061"],
    "an address without a user": [*GATEWAY, "--notify", "sip:contoso.test"],
    "a mailbox without a user": [*GATEWAY, "--mailbox", "sip:contoso.test"],
    "no URI": [*GATEWAY, "--notify", "mailto:a@b.test"],
    "no sender": [*GATEWAY, *NOTIFY, "--from", "somebody"],
    "an unknown profile": [*GATEWAY, "--um-profile", "exchange"],
    "an unknown transport": [*GATEWAY, "-T", "sctp"],
    "a user without a password": [*GATEWAY, "--auth-user", "x"],
    "no host name": ["--um", "a b"],
    "a range that is none": [*GATEWAY, "--mailbox", "sip:a@b.test",
                             "--new-warning", "10abc"],
}


@pytest.mark.parametrize("what", WRONG)
def test_what_makes_no_sense_is_refused_in_one_line(mwi, what):
    mwi.refuse(*WRONG[what])


@pytest.mark.parametrize("option", ["-H", "-p", "--profile"])
def test_options_that_mean_nothing_here_are_not_offered(mwi, option):
    mwi.refuse(*GATEWAY, option, "x")


def test_help_names_every_option_of_the_contract(mwi):
    told = mwi.tell("--help", status=3)
    for option in ("um", "um-port", "um-profile", "gateway", "gateway-port",
                   "gateway-profile", "notify", "phone", "registrar",
                   "registrar-port", "mailbox", "subscribe", "new-warning",
                   "new-critical", "warning", "critical"):
        assert "--%s " % option in told, option
    assert max(map(len, told.splitlines())) <= 80
