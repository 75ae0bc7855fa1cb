# SPDX-License-Identifier: GPL-3.0-or-later
"""config -- the configuration, read once and checked as a whole."""

import os
import re
import stat
import tomllib

from um_repair import Unusable, model
from um_repair.fill import VALUE_NAME, argv, check_value, places

DEFAULT = "/etc/monitoring-plugins-um/um-repair.toml"
FILE_LIMIT = 1 << 20
ACTION_NAME = r"[a-z0-9][a-z0-9-]*"
FINDING = r"[a-z0-9]+\.[a-z0-9-]+"
# What goes into a command file of Nagios and a name of Icinga ("host!service").
ENGINE_NAME = r"[^;!]{1,255}"
# ssh expands % and ~, and splits at blanks.
PATH = r"/[A-Za-z0-9._/+-]+"
ADDRESS = r"[A-Za-z0-9][A-Za-z0-9.:-]*"
USER = r"[A-Za-z0-9_][A-Za-z0-9._@\\-]*"
REQUIRED = object()


def trust(path, about=None):
    """Refuses what others than root and we could have written."""
    try:
        found = about or os.stat(path)
    except OSError as problem:
        raise Unusable("%s: %s" % (path, problem.strerror)) from problem
    if found.st_uid not in (0, os.geteuid()):
        raise Unusable("%s belongs neither to root nor to us" % path)
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise Unusable("%s can be written by others than its owner" % path)
    return found


class Table:
    """A table of the file. What nobody takes out of it is a mistake."""

    def __init__(self, data, where):
        self.data, self.where = dict(data), where

    def wrong(self, key, wanted):
        raise Unusable("%s: want %s" % (self.at(key), wanted))

    def at(self, key):
        return "%s.%s" % (self.where, key) if self.where else key

    def take(self, key, kind, preset=REQUIRED):
        if key not in self.data and preset is not REQUIRED:
            return preset
        value = self.data.pop(key, None)
        if type(value) is not kind:
            self.wrong(key, {str: "a text", bool: "true or false",
                             int: "a whole number", list: "a list",
                             dict: "a table"}[kind])
        return value

    def text(self, key, pattern, preset=REQUIRED):
        value = self.take(key, str, preset)
        if value is not preset and not re.fullmatch(pattern, value, re.ASCII):
            self.wrong(key, "what fits %s" % pattern)
        return value

    def count(self, key, preset, least=0):
        value = self.take(key, int, preset)
        if value < least:
            self.wrong(key, "a number from %d on" % least)
        return value

    def seconds(self, key, preset):
        value = self.data.pop(key, preset)
        if type(value) not in (int, float) or not 0 <= value <= 86400:
            self.wrong(key, "seconds, from 0 to 86400")
        return value

    def command(self, key):
        """A list whose first is a program that others cannot change."""
        value = self.take(key, list)
        if not value or not all(isinstance(part, str) and "\0" not in part
                                for part in value):
            self.wrong(key, "a list of texts")
        if not os.path.isabs(value[0]):
            self.wrong(key, "a program with its whole path")
        trust(value[0])
        if not os.path.isfile(value[0]) or not os.access(value[0], os.X_OK):
            self.wrong(key, "a program")
        return tuple(value)

    def table(self, key):
        return Table(self.take(key, dict, {}), self.at(key))

    def tables(self, key):
        """(name, table) of each table in this one."""
        inner = self.table(key)
        for name in list(inner.data):
            yield name, Table(inner.take(name, dict), inner.at(name))

    def end(self):
        for key in self.data:
            raise Unusable("%s: nothing is called so here" % self.at(key))


def _limits(table, per_day, total, pause):
    limits = model.Limits(table.count("per_day", per_day),
                          table.count("total_per_day", total),
                          table.seconds("pause", pause))
    table.end()
    return limits


def _action(name, table):
    if not re.fullmatch(ACTION_NAME, name, re.ASCII):
        raise Unusable("%s: want small letters, digits and -" % table.where)
    kind = table.text("kind", "look|repair")
    findings = table.take("findings", list)
    if not findings or not all(isinstance(each, str) and re.fullmatch(
            FINDING, each, re.ASCII) for each in findings):
        table.wrong("findings", "a list of finding ids")
    powershell = command = None
    if "command" in table.data:
        command = table.command("command")
    else:
        powershell = table.text("powershell", r"[^\0]+")
    action = model.Action(
        name, kind, tuple(findings), powershell, command,
        timeout=table.seconds("timeout", 120),
        settle=table.seconds("settle", 60), poll=table.seconds("poll", 5))
    table.end()
    return action


def _ssh_target(table):
    if not table.data:
        return None
    port = table.count("port", 22, least=1)
    target = model.Target(table.text("host", ADDRESS),
                          table.text("user", USER), port)
    table.end()
    return target


def _step(table, finding, action, enabled):
    if not action:
        table.wrong("action", "the name of an action")
    if finding and finding not in action.findings:
        raise Unusable("%s: action %s is not for %s" % (
            table.where, action.name, finding))
    return model.Step((finding,) if finding else action.findings, action,
                      enabled)


def _service(name, table, actions):
    steps = []
    for look in table.take("look", list, []):
        action = actions.get(look) if isinstance(look, str) else None
        if not action or action.kind != "look":
            table.wrong("look", "a list of actions of that kind")
        steps.append(_step(table, None, action, True))
    for finding, inner in table.tables("repair"):
        action = actions.get(inner.take("action", str))
        if action and action.kind != "repair":
            inner.wrong("action", "one whose kind is repair")
        steps.append(_step(inner, finding, action,
                           inner.take("enabled", bool, False)))
        inner.end()
    service = model.Service(name, table.command("check"),
                            table.seconds("check_timeout", 30), tuple(steps))
    table.end()
    return service


def _host(name, table, actions, ssh):
    values = table.table("values")
    for key, value in values.data.items():
        if not re.fullmatch(VALUE_NAME, key, re.ASCII):
            values.wrong(key, "a name of small letters, digits and _")
        try:
            check_value(key, value)
        except Unusable as problem:
            raise Unusable("%s: %s" % (values.at(key), problem)) from None
    host = model.Host(name, values.data, _ssh_target(table.table("ssh")), {})
    for called, inner in table.tables("service"):
        _engine_name(called, inner.where)
        host.services[called] = _service(called, inner, actions)
        for step in host.services[called].steps:
            _can_fill(inner.where, step.action, host, ssh)
    table.end()
    return host


def _engine_name(name, where):
    if not re.fullmatch(ENGINE_NAME, name) or not name.isprintable():
        raise Unusable("%s: want the engine's name, without ; and !" % where)


def _can_fill(where, action, host, ssh):
    """Whatever an action needs is there before an alarm asks for it."""
    for name in sorted(places(action) - set(host.values)):
        raise Unusable("%s: action %s needs %s among the host's values" % (
            where, action.name, name))
    if action.powershell and not host.ssh:
        raise Unusable("%s: action %s needs the host's ssh" % (
            where, action.name))
    if action.powershell and not (ssh.key and ssh.known_hosts):
        raise Unusable("%s: action %s needs ssh.key and ssh.known_hosts" % (
            where, action.name))
    if action.powershell:
        trust(ssh.program)
    argv(action, host, ssh)


def _ssh(table):
    program = table.text("program", PATH, "/usr/bin/ssh")
    settings = model.Ssh(
        program, table.text("key", PATH, None),
        table.text("known_hosts", PATH, None),
        table.count("connect_timeout", 10, least=1))
    for path in (settings.key, settings.known_hosts):
        if path:
            trust(path)
    table.end()
    return settings


def _tell(table):
    if not table.data:
        return None, 0
    told = table.command("command"), table.seconds("timeout", 30)
    table.end()
    return told


def _icinga(table):
    if not table.data:
        return None
    icinga = model.Icinga(
        table.text("host", ADDRESS), table.count("port", 5665, least=1),
        table.text("user", r"[^:\0\n]+"),
        table.text("password_file", PATH), table.text("ca_file", PATH))
    trust(icinga.ca_file)
    if trust(icinga.password_file).st_mode & stat.S_IRWXO:
        raise Unusable("%s can be read by everybody" % icinga.password_file)
    table.end()
    return icinga


def _engine(table):
    nagios, icinga = table.table("nagios"), table.table("icinga2")
    engine = model.Engine(
        nagios.text("command_file", PATH) if nagios.data else None,
        _icinga(icinga))
    nagios.end()
    table.end()
    return engine


def _files(table):
    log, state = table.text("log", PATH), table.text("state", PATH)
    table.end()
    return log, state


def build(data):
    top = Table(data, "")
    limits = top.table("limits")
    kinds = {"repair": _limits(limits.table("repair"), 2, 4, 1800),
             "look": _limits(limits.table("look"), 4, 40, 300)}
    wait = limits.seconds("wait", 600)
    limits.end()
    log, state = _files(top.table("files"))
    ssh, (tell, patience) = _ssh(top.table("ssh")), _tell(top.table("tell"))
    engine = _engine(top.table("engine"))
    actions = {name: _action(name, table)
               for name, table in top.tables("action")}
    hosts = {}
    for name, table in top.tables("host"):
        _engine_name(name, table.where)
        hosts[name] = _host(name, table, actions, ssh)
    top.end()
    return model.Config(log, state, kinds, wait, ssh, tell, patience, engine,
                        actions, hosts)


def load(path):
    """The configuration of a file that only root or we could have written."""
    try:
        with open(path, "rb") as file:
            trust(path, os.fstat(file.fileno()))
            data = file.read(FILE_LIMIT)
        return build(tomllib.loads(data.decode("utf-8")))
    except OSError as problem:
        raise Unusable("%s: %s" % (path, problem.strerror)) from problem
    except (Unusable, ValueError) as problem:
        raise Unusable("%s: %s" % (path, problem)) from problem


def check_places(config):
    """Can we write where we have to? Nothing is made by asking."""
    trust(config.state)
    if not os.path.isdir(config.state) or not os.access(config.state, os.W_OK):
        raise Unusable("%s is no folder that we can write to" % config.state)
    log = config.log if os.path.exists(config.log) else \
        os.path.dirname(config.log)
    if not os.access(log, os.W_OK):
        raise Unusable("%s cannot be written by us" % log)
