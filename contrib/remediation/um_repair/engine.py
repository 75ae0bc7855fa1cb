# SPDX-License-Identifier: GPL-3.0-or-later
"""engine -- what came of it is told, and the engine looks again."""

import base64
import errno
import http.client
import json
import os
import ssl
import stat
import time

from um_repair import plain
from um_repair.process import run

PATIENCE = 10       # seconds for Icinga's API
ANSWER_LIMIT = 4096


def ask_nagios(path, host, service):
    """Writes one line to its external command file, a FIFO it reads."""
    now = int(time.time())
    line = "[%d] SCHEDULE_FORCED_SVC_CHECK;%s;%s;%d\n" % (
        now, host, service, now)
    try:
        fifo = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW |
                       os.O_CLOEXEC)
    except OSError as problem:
        if problem.errno == errno.ENXIO:
            return "nobody reads %s" % path
        return "%s: %s" % (path, problem.strerror)
    try:
        if not stat.S_ISFIFO(os.fstat(fifo).st_mode):
            return "%s is no FIFO" % path
        os.write(fifo, line.encode())
    except OSError as problem:
        return "%s: %s" % (path, problem.strerror)
    finally:
        os.close(fifo)
    return "asked"


def ask_icinga(settings, host, service):
    """The API's action reschedule-check; its certificate is verified."""
    try:
        with open(settings.password_file, encoding="utf-8") as file:
            password = file.read().rstrip("\n")
        login = base64.b64encode(("%s:%s" % (settings.user, password)).encode())
        context = ssl.create_default_context(cafile=settings.ca_file)
        api = http.client.HTTPSConnection(
            settings.host, settings.port, timeout=PATIENCE, context=context)
        try:
            api.request(
                "POST", "/v1/actions/reschedule-check",
                json.dumps({"type": "Service", "force": True,
                            "service": "%s!%s" % (host, service)}),
                {"Accept": "application/json",
                 "Content-Type": "application/json",
                 "Authorization": "Basic " + login.decode()})
            answer = api.getresponse()
            answer.read(ANSWER_LIMIT)
        finally:
            api.close()
    except (OSError, ValueError, http.client.HTTPException) as problem:
        return plain("%s:%d: %s" % (settings.host, settings.port, problem))
    return "asked" if answer.status == 200 else \
        "answered with %d" % answer.status


def ask_for_check(engine, host, service):
    """{engine: what came of it} of those that are configured."""
    asked = {}
    if engine.nagios:
        asked["nagios"] = ask_nagios(engine.nagios, host, service)
    if engine.icinga:
        asked["icinga2"] = ask_icinga(engine.icinga, host, service)
    return asked


def tell(config, record):
    """The record for the hook's standard input; how that ended."""
    done = run(config.tell, config.tell_timeout, ANSWER_LIMIT,
               data=json.dumps(record, indent=1).encode() + b"\n")
    return done.why or "ended with %d" % done.status
