# SPDX-License-Identifier: GPL-3.0-or-later
"""test_mwi -- check_mwi_path and the whole loop, right and broken."""

import pytest

from injected import inject
from testenv.mwi_peer import deliver, start_pbx
from testenv.sip_digest import Registrar, challenge

PLUGIN = "check_mwi_path"
LAMP = "sip:lamp@contoso.test"


def by(pbx, *args):
    return ["--gateway", pbx.address, "--gateway-port", pbx.port, "-T",
            pbx.transport, "--gateway-profile", "none", *args]


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_the_whole_loop(servers, tmp_path, record_property, transport):
    pbx = start_pbx(servers, transport, {}, {})
    inject(PLUGIN, by(pbx, "--notify", LAMP, "--phone"), tmp_path / "log",
           False, record_property)
    pbx.finish()


def test_the_loop_with_a_subscription_and_a_password(
        pki, servers, tmp_path, record_property):
    registrar = Registrar("lamp", "secret", challenge("MD5"))
    pbx = start_pbx(servers, "udp", {}, {"register": registrar})
    inject(PLUGIN, by(pbx, "--notify", LAMP, "--phone", "--subscribe",
                      "--auth-user", "lamp", "--auth-file",
                      pki.file(".password", b"secret\n")),
           tmp_path / "log", False, record_property)
    pbx.finish()


@pytest.mark.parametrize("steps", [
    {"notify": deliver(body=b"Messages-Waiting: no\r\n")},
    {"notify": deliver(times=2)}], ids=["altered", "twice"])
def test_what_comes_to_the_phone_wrongly_is_always_told(
        servers, tmp_path, record_property, steps):
    pbx = start_pbx(servers, "udp", {}, steps)
    inject(PLUGIN, by(pbx, "--notify", LAMP, "--phone"), tmp_path / "log",
           True, record_property)
    pbx.finish()


def test_too_many_messages_are_always_told(servers, tmp_path,
                                           record_property):
    pbx = start_pbx(servers, "udp", {}, {})
    inject(PLUGIN, by(pbx, "--mailbox", LAMP, "--new-critical", "2"),
           tmp_path / "log", True, record_property)
    pbx.finish()
