# SPDX-License-Identifier: GPL-3.0-or-later
"""plugin -- a plugin run as a monitoring engine runs it."""

import os
import re
import shlex
import subprocess
import time
from pathlib import Path

from testenv import contract
from testenv.output import Json, OpenMetrics, Text

TREE = Path(__file__).resolve().parents[3]
SLACK = float(os.environ.get("UM_SLACK", "1.0"))    # seconds for the machine
SLOW = float(os.environ.get("UM_SLOW", "1"))    # how much slower UM_WRAP is
GRACE = 0.2                     # what the contract allows past --timeout
DEFAULT_TIMEOUT = 10.0
STRAY = ("SSL_CERT_FILE", "SSL_CERT_DIR", "MP_CONFIG_FILE",
         "NAGIOS_CONFIG_PATH", "OPENSSL_CONF", "LANG", "LC_ALL", "LOCALDOMAIN",
         "RES_OPTIONS", "HOSTALIASES")


def build_directory():
    """$UM_BUILD, else build/ of the tree, else the tree itself."""
    if "UM_BUILD" in os.environ:
        return Path(os.environ["UM_BUILD"])
    build = TREE / "build"
    return build if (build / "plugins").is_dir() else TREE


def slowed(args):
    """The arguments with a good -t multiplied by UM_SLOW, and its seconds."""
    out, timeout = list(args), DEFAULT_TIMEOUT
    for at, option in enumerate(args[:-1]):
        if option in ("-t", "--timeout") and \
                re.fullmatch(r"\d{0,2}\.?\d", args[at + 1]):
            timeout = float(args[at + 1]) * SLOW
            out[at + 1] = args[at + 1] if SLOW == 1 else "%g" % timeout
    return out, timeout


def verbosity_of(args):
    return sum(arg.count("v") for arg in args if isinstance(arg, str) and
               arg.startswith("-v")) + args.count("--verbose")


class Plugin:
    """Every run is held against what every run must do."""

    def __init__(self, name="check_um_cert"):
        self.name, self.promise = name, contract.PLUGINS[name]
        self.slack = SLACK
        self.path = build_directory() / "plugins" / name
        self.command = shlex.split(os.environ.get("UM_WRAP", "")) + \
            [str(self.path)]

    def spawn(self, *args, stdin=None, env=None):
        """(arguments, exit status, standard output, seconds)."""
        args, timeout = slowed([arg if isinstance(arg, bytes) else str(arg)
                                for arg in args])
        limit = timeout + GRACE + SLACK
        clean = {name: value for name, value in os.environ.items()
                 if name not in STRAY}
        source = {"stdin": subprocess.DEVNULL}
        if isinstance(stdin, bytes):
            source = {"input": stdin}
        elif stdin is not None:
            source = {"stdin": stdin}
        start = time.monotonic()
        done = subprocess.run(
            self.command + args, capture_output=True, timeout=limit + 20,
            env={**clean, **(env or {})}, **source)
        elapsed = time.monotonic() - start
        assert done.stderr == b"", done.stderr
        assert 0 <= done.returncode <= 3, done
        assert elapsed <= limit, "took %.2f s" % elapsed
        return args, done.returncode, done.stdout.decode("utf-8"), elapsed

    def _finish(self, result, args, status, elapsed):
        if "--exit-ok" not in args:
            assert status == contract.EXIT[result.state]
        result.exit, result.elapsed = status, elapsed
        return result

    def run(self, *args, **how):
        """Text output, whatever the verdict."""
        texts, status, out, elapsed = self.spawn(*args, **how)
        result = Text(out, self.promise, verbosity_of(texts))
        return self._finish(result, texts, status, elapsed)

    def json(self, *args, **how):
        texts, status, out, elapsed = self.spawn(
            *args, "--output", "json", **how)
        return self._finish(Json(out, self.name, self.promise), texts, status,
                            elapsed)

    def metrics(self, *args, **how):
        _, status, out, _ = self.spawn(*args, "--output", "openmetrics", **how)
        result = OpenMetrics(out)
        result.exit = status
        return result

    def tell(self, *args, status=0, **how):
        """What is told without a run: a list, the help."""
        _, found, out, _ = self.spawn(*args, **how)
        assert found == status, out
        assert out.endswith("\n")
        return out

    def refuse(self, *args, **how):
        """A wrong command line: one line, exit 3; gives the summary."""
        result = self.run(*args, **how)
        assert result.state == "UNKNOWN"
        assert len(result.lines) == 1, result.out
        assert not result.perfdata
        return result.summary
