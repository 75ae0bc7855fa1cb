# SPDX-License-Identifier: GPL-3.0-or-later
"""test_files -- certificates from files of every form, and from no form."""

import os
import subprocess
import threading

import pytest

from testenv.pki import HOST

PASSWORD = "correct horse"


def judge(um, *files, args=(), **how):
    options = [part for path in files for part in ("--file", path)]
    return um.json(*options, "--expect", HOST, "--ca-file", um.pki.ca_file,
                   *args, **how)


def assert_local_file(result, path):
    """UNKNOWN with a line that names the file."""
    assert result.state == "UNKNOWN"
    assert result.broken == {"local.file": "UNKNOWN"}
    assert str(path) in str(result.findings)


# Forms -----------------------------------------------------------------------

def mixed_pem(pki):
    """Text before, between and after, with a key among them."""
    path = pki.chain_file(pki.right)
    path.write_text("Bag Attributes\n\n" + path.read_text() + "the end\n" +
                    pki.right.key.path.read_text())
    return path


def crlf_pem(pki):
    path = pki.chain_file(pki.right)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    return path


FORMS = {
    "PEM": lambda pki: pki.chain_file(pki.right),
    "PEM with text and a key": mixed_pem,
    "PEM of Windows": crlf_pem,
    "PKCS#7 PEM": lambda pki: pki.pkcs7(*pki.right.path),
    "PKCS#7 DER": lambda pki: pki.pkcs7(*pki.right.path, form="DER"),
    "PKCS#7 in another order": lambda pki: pki.pkcs7(
        *reversed(pki.right.path)),
    "PKCS#12": lambda pki: pki.pkcs12(pki.right),
    "PKCS#12 of old": lambda pki: pki.pkcs12(pki.right, legacy=True),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_chain_is_read_from_every_form(pki, um, form):
    result = judge(um, FORMS[form](pki))
    assert (result.state, result.broken) == ("OK", {})
    assert [cert["sha256"] for cert in result.facts["chain"]] == \
        [pki.right.sha256, pki.intermediate.sha256]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_read_from_standard_input(pki, um, form):
    data = FORMS[form](pki).read_bytes()
    result = judge(um, "-", stdin=data)
    assert (result.state, result.broken) == ("OK", {})


def test_der_is_read(pki, um):
    cert = pki.leaf(issuer=pki.root)
    result = judge(um, pki.der(cert))
    assert (result.state, result.broken) == ("OK", {})


@pytest.mark.parametrize("legacy", [False, True])
def test_a_pkcs12_with_a_password_is_opened_with_it(pki, um, legacy):
    path = pki.pkcs12(pki.right, PASSWORD, legacy=legacy)
    secret = pki.file(".pass", PASSWORD.encode() + b"\n")
    result = judge(um, path, args=["--key-pass-file", secret])
    assert (result.state, result.broken) == ("OK", {})


@pytest.mark.parametrize("given", [None, b"wrong", b""])
def test_a_pkcs12_without_its_password_is_unknown_and_never_prompts(
        pki, um, given):
    path = pki.pkcs12(pki.right, PASSWORD)
    args = [] if given is None else ["--key-pass-file",
                                     pki.file(".pass", given)]
    result = judge(um, path, args=args)
    assert_local_file(result, path)
    assert "password" in str(result.findings)


# Requests --------------------------------------------------------------------

@pytest.mark.parametrize("form", ["PEM", "DER"])
def test_a_request_is_judged_without_chain_time_and_revocation(pki, um, form):
    result = judge(um, pki.request(HOST, ["DNS:" + HOST], form))
    assert (result.state, result.broken) == ("OK", {})
    assert not [rule for rule in result.passed
                if rule.split(".")[0] in ("chain", "time", "revocation")]
    assert "days_left" not in result.metrics


def test_a_request_for_a_wildcard_is_critical(pki, um):
    result = judge(um, pki.request("*.contoso.test"))
    assert result.broken["name.cn-wildcard"] == "CRITICAL"


def test_the_san_of_a_request_is_read(pki, um):
    path = pki.request("um1", ["DNS:" + HOST])
    result = um.json("--file", path, "--expect", HOST, "-P", "tls-server")
    assert result.holds("name.san-missing")


# Several files ---------------------------------------------------------------

def test_several_files_are_several_certificates(pki, um):
    good, bad = pki.chain_file(pki.right), pki.chain_file(
        pki.wildcard)
    result = judge(um, good, bad)
    assert result.broken["name.cn-wildcard"] == "CRITICAL"
    assert {str(bad) in finding["where"] or bad.name in finding["where"]
            for finding in result.findings} == {True}


def test_files_may_follow_one_option_as_a_shell_glob_has_them(pki, um):
    good, bad = pki.chain_file(pki.right), pki.chain_file(pki.wildcard)
    result = um.json("--file", good, bad, "--ca-file", pki.ca_file,
                     "--expect", "um1.contoso.test")
    assert {finding["where"] for finding in result.findings} == {str(bad)}


def test_each_file_is_judged_with_its_own_chain(pki, um):
    leaf, middle = pki.pem(pki.right), pki.pem(pki.intermediate)
    result = judge(um, leaf, middle)
    assert result.broken["chain.untrusted"] == "CRITICAL"


def test_a_missing_file_does_not_hide_a_bad_one(pki, um):
    bad = pki.chain_file(pki.wildcard)
    result = judge(um, "not-here.pem", bad)
    assert result.state == "CRITICAL"
    assert result.broken["local.file"] == "UNKNOWN"
    assert result.broken["name.cn-wildcard"] == "CRITICAL"


# Files of no use -------------------------------------------------------------

EMPTY_PEM = b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"
BASE64_JUNK = EMPTY_PEM.replace(b"\n", b"\n!!!!\n", 1)
CUT_PEM = b"-----BEGIN CERTIFICATE-----\nMIIB"
NONSENSE = {
    "empty": b"", "binary": bytes(range(256)) * 64, "zeros": bytes(4096),
    "text": b"hello\n", "empty PEM": EMPTY_PEM, "junk PEM": BASE64_JUNK,
    "cut PEM": CUT_PEM, "deep DER": b"\x30\x80" * 5000,
    "huge length": b"\x30\x84\xff\xff\xff\xff", "long line": b"A" * 100000,
}


@pytest.mark.parametrize("what", NONSENSE)
def test_a_file_without_certificate_is_unknown(pki, um, what):
    path = pki.file(".bin", NONSENSE[what])
    assert_local_file(judge(um, path), path)


@pytest.mark.parametrize("what", ["empty", "binary"])
def test_nonsense_on_standard_input_is_unknown(um, what):
    result = judge(um, "-", stdin=NONSENSE[what])
    assert result.broken == {"local.file": "UNKNOWN"}


def test_a_key_alone_is_unknown(pki, um):
    path = pki.keys.ec().path
    assert_local_file(judge(um, path), path)


def test_a_certificate_that_is_cut_short_is_unknown(pki, um):
    path = pki.file(".der", pki.right.der[:-10])
    assert_local_file(judge(um, path), path)


def test_a_leaf_that_does_not_parse_is_not_skipped(pki, um):
    unreadable = pki.leaf(cn=[b"\xff\xfe"])      # no valid UTF8String
    for sent in (unreadable.path, [pki.right, unreadable]):
        path = pki.pem(*sent)
        assert_local_file(judge(um, path), path)


def test_a_pem_file_that_is_cut_short_is_unknown(pki, um):
    path = pki.chain_file(pki.right)
    path.write_bytes(path.read_bytes()[:-100])
    assert_local_file(judge(um, path), path)


def test_a_missing_file_is_unknown_and_named(um, tmp_path):
    path = tmp_path / "not-here.pem"
    assert_local_file(judge(um, path), path)


@pytest.mark.parametrize("path", [
    "/", "/dev/null", "/proc/self/mem", "not/a/place", "x" * 5000])
def test_what_cannot_be_read_is_unknown(um, path):
    result = judge(um, path)
    assert result.broken == {"local.file": "UNKNOWN"}


def test_a_file_below_a_file_is_unknown(pki, um):
    path = pki.ca_file / "x.pem"
    assert_local_file(judge(um, path), path)


def test_a_symbolic_link_in_a_circle_is_unknown(um, tmp_path):
    path = tmp_path / "circle"
    path.symlink_to(path)
    assert_local_file(judge(um, path), path)


@pytest.mark.parametrize("size", [17 << 20, 8 << 30])
def test_a_huge_file_is_refused_without_reading_it(um, tmp_path, size):
    path = tmp_path / "huge.pem"
    with path.open("wb") as huge:
        huge.truncate(size)
    result = judge(um, path, args=["-t", "5"])
    assert_local_file(result, path)
    assert result.elapsed < 1 + um.plugin.slack


def test_an_endless_file_is_refused(um):
    result = judge(um, "/dev/zero", args=["-t", "5"])
    assert_local_file(result, "/dev/zero")


def test_a_socket_is_unknown(um, tmp_path):
    import socket
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        assert_local_file(judge(um, path), path)


# FIFOs -----------------------------------------------------------------------

def test_a_fifo_without_writer_is_unknown_within_the_time(um, tmp_path):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    assert_local_file(judge(um, path, args=["-t", "0.5"]), path)


def test_a_fifo_with_a_writer_is_read(pki, um, tmp_path):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    data = pki.chain_file(pki.right).read_bytes()
    writer = threading.Thread(target=path.write_bytes, args=(data,),
                              daemon=True)
    writer.start()
    result = judge(um, path)
    writer.join(timeout=5)
    assert (result.state, result.broken) == ("OK", {})


def test_a_process_substitution_is_read(pki, um):
    source, sink = os.pipe()
    try:
        os.write(sink, pki.chain_file(pki.right).read_bytes())
        os.close(sink)
        result = judge(um, "/dev/stdin", stdin=source)
    finally:
        os.close(source)
    assert (result.state, result.broken) == ("OK", {})


def test_a_silent_standard_input_is_unknown_within_the_time(um):
    source, sink = os.pipe()
    try:
        result = judge(um, "-", args=["-t", "0.5"], stdin=source)
    finally:
        os.close(source)
        os.close(sink)
    assert result.broken == {"local.file": "UNKNOWN"}


def test_a_writer_that_never_ends_is_refused(um):
    with subprocess.Popen(["cat", "/dev/zero"],
                          stdout=subprocess.PIPE) as endless:
        try:
            result = judge(um, "-", args=["-t", "5"], stdin=endless.stdout)
        finally:
            endless.kill()
    assert result.broken == {"local.file": "UNKNOWN"}


# Our own identity ------------------------------------------------------------

def look(um, port, *args):
    return um.look(port, *args)


def test_a_key_of_another_certificate_is_unknown(pki, um, right_port):
    other = pki.keys.ec("other").path
    result = look(um, right_port, "--cert", pki.pem(pki.client),
                  "--key", other)
    assert_local_file(result, other)
    assert "does not belong" in str(result.findings) or \
        "match" in str(result.findings)


def test_an_encrypted_key_is_opened_with_its_password(pki, um, right_port):
    key = pki.encrypted_key(pki.client.key, PASSWORD)
    secret = pki.file(".pass", PASSWORD.encode() + b"\n")
    result = look(um, right_port, "--cert", pki.pem(pki.client), "--key",
                  key, "--key-pass-file", secret)
    assert (result.state, result.broken) == ("OK", {})


@pytest.mark.parametrize("given", [None, b"wrong"])
def test_an_encrypted_key_without_its_password_is_unknown(
        pki, um, right_port, given):
    key = pki.encrypted_key(pki.client.key, PASSWORD)
    args = [] if given is None else ["--key-pass-file",
                                     pki.file(".pass", given)]
    result = look(um, right_port, "--cert", pki.pem(pki.client), "--key",
                  key, *args)
    assert_local_file(result, key)


@pytest.mark.parametrize("what", ["empty", "binary", "text"])
def test_a_key_file_of_no_use_is_unknown(pki, um, right_port, what):
    path = pki.file(".key", NONSENSE[what])
    result = look(um, right_port, "--cert", pki.pem(pki.client), "--key",
                  path)
    assert_local_file(result, path)


@pytest.mark.parametrize("option", ["--cert", "--key", "--key-pass-file"])
def test_a_missing_file_of_our_identity_is_unknown(
        pki, um, right_port, option):
    files = {"--cert": pki.pem(pki.client), "--key": pki.client.key.path,
             "--key-pass-file": pki.file(".pass", b"x")}
    files[option] = "not-here"
    args = [part for pair in files.items() for part in pair]
    result = look(um, right_port, *args)
    assert_local_file(result, "not-here")


def test_a_password_is_never_told(pki, um, right_port):
    key = pki.encrypted_key(pki.client.key, PASSWORD)
    for secret in (b"a-wrong-secret", PASSWORD.encode()):
        result = um.run("-H", "127.0.0.1", "-p", right_port, "--cert",
                        pki.pem(pki.client), "--key", key, "-vvv",
                        "--key-pass-file", pki.file(".pass", secret))
        assert secret.decode() not in result.out
