# SPDX-License-Identifier: GPL-3.0-or-later
"""bash -- a real interactive bash on a terminal, and what it completes."""

import contextlib
import os
import pty
import select
import signal
import time

PATIENCE = 20
PROMPT = b"<ready>"
INSERT_COMPLETIONS = b"\x1b*"           # Meta-*, says readline(3)
DISCARD_LINE = b"\x15"                  # Control-u

# The programs are functions here which tell what arguments arrive, so what is
# looked at has gone through readline and the shell's own parser.
RC = r"""
unset PROMPT_COMMAND
PS1='%(prompt)s'
bind 'set enable-bracketed-paste off' 'set bell-style none'
HOSTFILE=$PWD/hosts
%(source)s
check_um_cert() { printf '%%s\0' "$@" >arguments; }
check_sip_options() { check_um_cert "$@"; }
check_mwi_path() { check_um_cert "$@"; }
"""


class Bash:
    """Its folder is where files are completed, and $HOME."""

    def __init__(self, folder, source):
        self.folder = folder
        rc = folder / ".bashrc"
        rc.write_text(RC % {"prompt": PROMPT.decode(), "source": source})
        environment = {"PATH": os.environ["PATH"], "TERM": "dumb",
                       "LC_ALL": "C.UTF-8", "INPUTRC": "/dev/null",
                       "HOME": str(folder), "HISTFILE": "/dev/null"}
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.chdir(folder)
            os.execvpe("bash", ["bash", "--noprofile", "--rcfile", str(rc),
                                "-i"], environment)
        self._until_prompt()

    def _until_prompt(self):
        told, end = b"", time.monotonic() + PATIENCE
        while not told.endswith(PROMPT):
            left = max(0, end - time.monotonic())
            ready = select.select([self.terminal], [], [], left)[0]
            with contextlib.suppress(OSError):  # EIO: bash has ended
                told += os.read(self.terminal, 65536) if ready else b""
                if ready:
                    continue
            raise RuntimeError("bash gave no prompt: %r" % told)

    def complete(self, line):
        """The arguments of the line when all completions are inserted."""
        arguments = self.folder / "arguments"
        arguments.unlink(missing_ok=True)
        os.write(self.terminal, line.encode() + INSERT_COMPLETIONS + b"\n")
        self._until_prompt()
        return arguments.read_text().split("\0")[:-1]

    def complete_only(self, line):
        """All completions are inserted, and the line is thrown away."""
        os.write(self.terminal,
                 line.encode() + INSERT_COMPLETIONS + DISCARD_LINE + b"\n")
        self._until_prompt()

    def stop(self):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)
        os.close(self.terminal)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
