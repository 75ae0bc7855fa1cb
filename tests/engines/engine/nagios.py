# SPDX-License-Identifier: GPL-3.0-or-later
"""nagios -- Nagios 4 in the foreground, in a folder of its own."""

import grp
import os
import pwd
import re
import subprocess
import time
from pathlib import Path

from testenv.proc import PATH, Process

PATIENCE = 40
DEBIAN = Path("/etc/nagios4/objects")

# Checks are scheduled by the minute, as they will be: within the test's
# seconds there is the first one, and those that are asked for.
CONFIGURATION = """\
log_file={run}/nagios.log
object_cache_file={run}/objects.cache
precached_object_file={run}/objects.precache
resource_file={run}/resource.cfg
status_file={run}/status.dat
status_update_interval=1
command_file={run}/nagios.cmd
lock_file={run}/nagios.lock
temp_file={run}/nagios.tmp
temp_path={run}
check_result_path={run}/spool
query_socket={run}/nagios.qh
state_retention_file={run}/retention.dat
retain_state_information=0
nagios_user={user}
nagios_group={group}
check_external_commands=1
check_for_updates=0
execute_host_checks=0
service_inter_check_delay_method=n
service_interleave_factor=1
log_rotation_method=n
use_syslog=0
check_workers=2
illegal_macro_output_chars=`~$&|'"<>
illegal_object_name_chars=`~!$%^&*|'"<>?,()=
"""


class Nagios:
    """Runs object files (and folders of them) with a folder of plugins."""

    def __init__(self, directory, plugins, *objects):
        self.run = directory
        (self.run / "spool").mkdir()
        (self.run / "resource.cfg").write_text("$USER1$=%s\n" % plugins)
        self.config = self.run / "nagios.cfg"
        self.config.write_text(CONFIGURATION.format(
            run=self.run, user=pwd.getpwuid(os.getuid()).pw_name,
            group=grp.getgrgid(os.getgid()).gr_name) + "".join(
                "cfg_%s=%s\n" % ("dir" if each.is_dir() else "file", each)
                for each in objects))
        self.process = None

    def verify(self):
        """What `nagios4 -v` says of the configuration."""
        done = subprocess.run(
            ["nagios4", "-v", self.config], capture_output=True, text=True,
            timeout=PATIENCE, env={**os.environ, "PATH": PATH})
        return done.stdout + done.stderr

    def start(self):
        self.process = Process("nagios4", self.config)

    def log(self, keyword):
        """What the log says of it, without the time."""
        path = self.run / "nagios.log"
        lines = path.read_text().splitlines() if path.exists() else []
        return [line.split("%s: " % keyword, 1)[1] for line in lines
                if "] %s: " % keyword in line]

    def status(self):
        """{(host, service): {name: value}} of status.dat."""
        path = self.run / "status.dat"
        text = path.read_text() if path.exists() else ""
        found = {}
        for block in re.findall(r"^servicestatus \{\n(.*?)^\t\}", text,
                                re.M | re.S):
            values = dict(line.strip().split("=", 1)
                          for line in block.splitlines())
            found[values["host_name"], values["service_description"]] = values
        return found

    def wait(self, ready):
        """The status as soon as ready(status)."""
        end = time.monotonic() + PATIENCE
        while True:
            status = self.status()
            if ready(status):
                return status
            if self.process.child.poll() is not None or \
                    time.monotonic() > end:
                raise RuntimeError("\n".join(
                    self.process.log + [str(status)]))
            time.sleep(0.05)

    def wait_checked(self, *services):
        """The status once each of them has a result."""
        return self.wait(lambda status: all(
            status.get(each, {}).get("has_been_checked") == "1"
            for each in services))

    def check(self, *services):
        """Has them checked once more; the status with the new results.

        Nagios knows the second of a check: the next is a second later.
        """
        last = self.status()
        due = {each: max(int(last[each]["last_check"]) + 1, int(time.time()))
               for each in services}
        with (self.run / "nagios.cmd").open("w") as commands:
            for (host, service), at in due.items():
                commands.write("[%d] SCHEDULE_FORCED_SVC_CHECK;%s;%s;%d\n" % (
                    time.time(), host, service, at))
        return self.wait(lambda status: all(
            int(status[each]["last_check"]) >= at
            for each, at in due.items()))

    def stop(self):
        """Asked first: killed at once, its workers would take their time."""
        if self.process:
            self.process.child.terminate()
            try:
                self.process.child.wait(PATIENCE)
            finally:
                self.process.stop()
