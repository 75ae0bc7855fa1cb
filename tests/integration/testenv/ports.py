# SPDX-License-Identifier: GPL-3.0-or-later
"""ports -- free loopback ports, and one that refuses."""

import contextlib
import socket


def free_udp_port():
    """For servers that cannot choose a port and tell it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, \
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        stream.bind(("127.0.0.1", port))
        return port


@contextlib.contextmanager
def refused_port():
    """A port bound but not listening: a connection to it is refused."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]
