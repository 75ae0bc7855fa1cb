# SPDX-License-Identifier: GPL-3.0-or-later
"""What the process gives up first, and secrets that others may read."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from testenv.misbehave import silent
from testenv.pki import HOST
from testenv.plugin import build_directory
from testenv.sip import fine, only

PATIENCE = 20
NOBODY = 65534


def is_sanitized():
    """A sanitizer wants more memory, and a thread of its own."""
    return "-DUM_SANITIZED" in (build_directory() / "Makefile").read_text()


def limits_of(pid):
    """{"Max core file size": (soft, hard)} of proc(5)."""
    rows = Path("/proc/%d/limits" % pid).read_text().splitlines()[1:]
    return {row[:25].strip(): tuple(row[26:68].split()) for row in rows}


@pytest.fixture
def waiting(um, servers):
    """The pid of a plugin that waits for a silent server."""
    port = servers.misbehaving(silent).port
    child = subprocess.Popen(
        [*um.plugin.command, "-H", "127.0.0.1", "-p", str(port), "-t", "60"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    end = time.monotonic() + PATIENCE
    while not re.search(r"^State:\s+S", status_of(child.pid), re.M) or \
            "NoNewPrivs:\t1" not in status_of(child.pid):
        assert time.monotonic() < end, status_of(child.pid)
        time.sleep(0.01)
    yield child.pid
    child.kill()
    child.wait()


def status_of(pid):
    return Path("/proc/%d/status" % pid).read_text()


def test_what_waits_for_a_stranger_can_gain_nothing(waiting):
    assert re.search(r"^NoNewPrivs:\s+1$", status_of(waiting), re.M)


def test_no_core_is_dumped_where_keys_are_in_memory(waiting):
    assert limits_of(waiting)["Max core file size"] == ("0", "0")
    # proc(5): what is not dumpable belongs to root.
    assert os.stat("/proc/%d/environ" % waiting).st_uid == 0


def test_files_memory_and_processes_are_limited(waiting):
    limits = limits_of(waiting)
    assert int(limits["Max open files"][0]) <= 256
    if not is_sanitized():
        assert int(limits["Max data size"][1]) <= 1 << 30
        assert limits["Max processes"] == ("0", "0")


def test_a_lower_limit_of_the_system_stays(pki, um):
    """And is no obstacle."""
    done = subprocess.run(
        ["prlimit", "--nofile=32", *um.plugin.command, "--file",
         pki.chain_file(pki.right), "--ca-file", pki.ca_file, "--expect",
         HOST], capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, ""), done


@pytest.fixture
def for_others(tmp_path):
    """A folder that any user may enter."""
    for folder in [tmp_path, *tmp_path.parents]:
        if folder.stat().st_uid == os.geteuid() and folder != Path("/tmp"):
            folder.chmod(folder.stat().st_mode | 0o111)
    return tmp_path


@pytest.mark.parametrize("bits", ["u+s", "g+s"])
@pytest.mark.parametrize("name", [
    "check_um_cert", "check_sip_options", "check_mwi_path"])
def test_a_set_uid_plugin_refuses_to_run(for_others, name, bits):
    if os.geteuid() != 0:
        pytest.skip("needs root to make a program set-uid of another user")
    if is_sanitized():
        pytest.skip("LeakSanitizer does not work in a set-gid process")
    copy = for_others / name
    shutil.copy(build_directory() / "plugins" / name, copy)
    copy.chmod(0o755)
    subprocess.run(["chmod", bits, copy], check=True)
    done = subprocess.run(
        ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY),
         "--clear-groups", copy, "-H", "192.0.2.1", "--um", "192.0.2.1"],
        capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 3
    assert len(done.stdout.splitlines()) == 1
    assert "set-uid" in done.stdout and "chmod ug-s" in done.stdout


def test_a_pipe_of_the_shell_is_read_by_an_ordinary_user(
        for_others, pki, um):
    """/dev/fd leads through /proc, which is root's while we are confined."""
    become = [] if os.geteuid() else [
        "setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY),
        "--clear-groups"]
    plugin = for_others / "check_um_cert"
    shutil.copy(um.plugin.path, plugin)
    plugin.chmod(0o755)
    chain, anchors = for_others / "chain.pem", for_others / "ca.pem"
    shutil.copy(pki.chain_file(pki.right), chain)
    shutil.copy(pki.ca_file, anchors)
    for path in (chain, anchors):
        path.chmod(0o644)
    done = subprocess.run(
        [*become, "bash", "-c",
         '"$0" --file <(cat "$1") --ca-file <(cat "$2") --expect "$3"',
         plugin, chain, anchors, HOST],
        capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, ""), done


# Secrets that others may read ------------------------------------------------
def exposed(path):
    path.chmod(0o644)
    return path


def private(path):
    path.chmod(0o640)
    return path


@pytest.fixture
def key(pki):
    return pki.file(".key", pki.client.key.path.read_bytes())


def test_a_key_that_others_may_read_is_a_warning(pki, um, right_port, key):
    args = ["--cert", pki.chain_file(pki.client), "--key"]
    fine(um.look(right_port, *args, private(key)))
    told = only(um.look(right_port, *args, exposed(key)), "local.exposed",
                "WARNING")
    assert told["where"] == "--key"
    assert str(key) in told["text"]
    assert told["remedy"].startswith("chmod o-r %s" % key)


def test_a_certificate_alone_is_no_secret(pki, um, right_port, key):
    chain = exposed(pki.chain_file(pki.client))
    fine(um.look(right_port, "--cert", chain, "--key", private(key)))


def test_a_certificate_that_holds_the_key_is_one(pki, um, right_port):
    both = exposed(pki.pem(*pki.client.path, key=pki.client.key))
    told = only(um.look(right_port, "--cert", both), "local.exposed",
                "WARNING")
    assert told["where"] == "--cert"


def test_the_password_of_a_key_is_one(pki, um, right_port):
    p12 = private(pki.pkcs12(pki.client, "secret"))
    password = exposed(pki.file(".password", b"secret\n"))
    told = only(um.look(right_port, "--cert", p12, "--key-pass-file",
                        password), "local.exposed", "WARNING")
    assert told["where"] == "--key-pass-file"


def test_the_password_of_sip_is_one(sip, servers):
    password = exposed(sip.password("secret"))
    told = only(sip.ask(servers.sipp("udp"), "--auth-user", "a",
                        "--auth-file", password), "local.exposed", "WARNING")
    assert told["where"] == "--auth-file"


def test_and_so_it_is_on_the_way_to_the_lamp(lamp, servers):
    password = exposed(lamp.password("secret"))
    told = only(lamp.loop(servers.pbx("udp"), "--auth-user", "a",
                          "--auth-file", password), "local.exposed",
                "WARNING")
    assert told["where"] == "--auth-file"


def test_who_knows_better_may_say_so(pki, um, right_port, key):
    fine_by_state = um.look(
        right_port, "--cert", pki.chain_file(pki.client), "--key",
        exposed(key), "--state", "local.exposed=ok")
    assert fine_by_state.state == "OK"
