# SPDX-License-Identifier: GPL-3.0-or-later
"""ports -- free loopback ports, one that refuses, whether there is ::1."""

import contextlib
import socket
import time
from pathlib import Path

# The state of a socket that takes what comes (proc(5)).
PROC_NET = {"udp": ("/proc/net/udp", "07"), "tcp": ("/proc/net/tcp", "0A")}


def free_udp_port():
    """For servers that cannot choose a port and tell it; free for TCP, too."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, \
                socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
            with contextlib.suppress(OSError):
                stream.bind(("127.0.0.1", port))
                return port


@contextlib.contextmanager
def refused_port():
    """A port bound but not listening: a connection to it is refused."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


def has_ipv6():
    """Has loopback ::1? Many containers have not."""
    with contextlib.suppress(OSError), \
            socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
        probe.bind(("::1", 0))
        return True
    return False


def is_bound(transport, port):
    """Is a socket of 127.0.0.1 or of every address open there (proc(5))?"""
    path, state = PROC_NET[transport]
    wanted = {"0100007F:%04X" % port, "00000000:%04X" % port}
    rows = map(str.split, Path(path).read_text().splitlines()[1:])
    return any(row[1] in wanted and row[3] == state for row in rows)


def wait_bound(transport, port, process, patience=20):
    """For servers that do not tell when they are ready."""
    end = time.monotonic() + patience
    while not is_bound(transport, port):
        if process.child.poll() is not None or time.monotonic() > end:
            process.stop()
            raise RuntimeError("%s did not start: %s" % (
                " ".join(process.command), "\n".join(process.log)))
        time.sleep(0.01)
