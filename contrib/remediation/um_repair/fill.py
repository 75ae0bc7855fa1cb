# SPDX-License-Identifier: GPL-3.0-or-later
"""fill -- the command of an action, from values of the configuration only."""

import base64
import re

from um_repair import Unusable

LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
FQDN = r"(?=.{1,253}\Z)(?:%s\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?" \
    % LABEL
NAME = r"[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,62}[A-Za-z0-9._])?"
# Each begins with a letter or digit: none can be taken for an option. No
# quote of any kind can be part of one, nor what is no ASCII: PowerShell takes
# typographic quotes for quotes.
PATTERNS = {
    "fqdn": FQDN,
    "pool": FQDN,
    "server": "(?:%s|%s)" % (LABEL, FQDN),
    "thumbprint": r"[0-9A-Fa-f]{40}",
    "gateway": NAME,
    "policy": NAME,
}
OTHER = r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}"
VALUE_NAME = r"[a-z][a-z0-9_]*"
PLACE = re.compile(r"\{(%s)\}" % VALUE_NAME)

# An error ends the script, and ssh tells its exit status; without a console
# a progress bar is noise.
PRELUDE = "$ErrorActionPreference = 'Stop'\n" \
    "$ProgressPreference = 'SilentlyContinue'\n"
POWERSHELL = "powershell -NoProfile -NonInteractive -EncodedCommand "
# cmd.exe, the usual shell of Windows' sshd, takes 8191 characters a line.
COMMAND_LIMIT = 8000

SSH_OPTIONS = {
    "BatchMode": "yes", "StrictHostKeyChecking": "yes",
    "GlobalKnownHostsFile": "/dev/null", "UpdateHostKeys": "no",
    "IdentitiesOnly": "yes", "PreferredAuthentications": "publickey",
    "ForwardAgent": "no", "ForwardX11": "no", "ClearAllForwardings": "yes",
    "PermitLocalCommand": "no", "ControlMaster": "no", "ControlPath": "none",
    "ServerAliveInterval": "10", "ServerAliveCountMax": "3",
    "LogLevel": "ERROR",
}


def check_value(name, value):
    """Refuses a value that could be more than a name."""
    if not isinstance(value, str) or not re.fullmatch(
            PATTERNS.get(name, OTHER), value, re.ASCII):
        raise Unusable("%r is no %s" % (value, name))


def places(action):
    """The names that the action wants filled in."""
    texts = action.command or (action.powershell,)
    return {name for text in texts for name in PLACE.findall(text)}


def script(action, values):
    """The PowerShell of an action: each value is a literal in quotes."""
    def literal(found):
        return "'%s'" % values[found[1]].replace("'", "''")
    return PRELUDE + PLACE.sub(literal, action.powershell)


def encoded(text):
    """What any shell at the far end hands on as it is: no quoting."""
    code = base64.b64encode(text.encode("utf-16-le")).decode("ascii")
    return POWERSHELL + code


def ssh(settings, target, remote):
    """The command line of ssh, without anybody's ssh_config."""
    options = {**SSH_OPTIONS, "ConnectTimeout": str(settings.connect_timeout),
               "UserKnownHostsFile": settings.known_hosts}
    argv = [settings.program, "-F", "none", "-T", "-x", "-a"]
    for pair in options.items():
        argv += ["-o", "%s=%s" % pair]
    argv += ["-i", settings.key, "-l", target.user, "-p", str(target.port)]
    return [*argv, "--", target.host, remote]


def argv(action, host, settings):
    """The whole command of an action for this host."""
    if action.powershell:
        remote = encoded(script(action, host.values))
        if len(remote) > COMMAND_LIMIT:
            raise Unusable("action %s: too long for Windows' command line "
                           "by %d characters" % (
                               action.name, len(remote) - COMMAND_LIMIT))
        return ssh(settings, host.ssh, remote)
    return [PLACE.sub(lambda found: host.values[found[1]], part)
            for part in action.command]
