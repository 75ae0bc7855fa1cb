# SPDX-License-Identifier: GPL-3.0-or-later
"""model -- what the configuration says, as values."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    per_day: int
    total_per_day: int
    pause: float


@dataclass(frozen=True)
class Action:
    """What may be done: PowerShell through ssh, or a command of this host."""
    name: str
    kind: str               # "look" or "repair"
    findings: tuple
    powershell: str | None
    command: tuple | None
    timeout: float
    settle: float           # how long the finding may take to go
    poll: float


@dataclass(frozen=True)
class Step:
    """An action allowed for these findings of a service."""
    findings: tuple
    action: Action
    enabled: bool


@dataclass(frozen=True)
class Service:
    name: str
    check: tuple
    check_timeout: float
    steps: tuple


@dataclass(frozen=True)
class Target:
    host: str
    user: str
    port: int


@dataclass(frozen=True)
class Host:
    name: str
    values: dict
    ssh: Target | None
    services: dict


@dataclass(frozen=True)
class Ssh:
    program: str
    key: str | None
    known_hosts: str | None
    connect_timeout: int


@dataclass(frozen=True)
class Icinga:
    host: str
    port: int
    user: str
    password_file: str
    ca_file: str


@dataclass(frozen=True)
class Engine:
    nagios: str | None      # its external command file
    icinga: Icinga | None


@dataclass(frozen=True)
class Config:
    log: str
    state: str
    limits: dict            # of each kind of action
    wait: float             # for another run of ours
    ssh: Ssh
    tell: tuple | None
    tell_timeout: float
    engine: Engine
    actions: dict
    hosts: dict
