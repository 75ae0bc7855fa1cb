# SPDX-License-Identifier: GPL-3.0-or-later
"""influxdb -- an InfluxDB 1 in a folder of its own, asked by its HTTP API."""

import json
import urllib.error
import urllib.parse
import urllib.request

from testenv.proc import Process

PATIENCE = 30

# Port 0: the kernel chooses, the log tells. Nothing is reported to anyone.
CONFIG = """\
reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
dir = "{0}/meta"
[data]
dir = "{0}/data"
wal-dir = "{0}/wal"
[monitor]
store-enabled = false
[subscriber]
enabled = false
[http]
bind-address = "127.0.0.1:0"
log-enabled = false
"""


class InfluxDb:
    """One server with one database."""

    def __init__(self, directory, database):
        self.database = database
        path = directory / "influxdb.conf"
        path.write_text(CONFIG.format(directory))
        self.process = Process("influxd", "-config", path)
        self.port = int(self.process.wait_for(
            r"Listening on HTTP.*127\.0\.0\.1:(\d+)").group(1))
        self.query('CREATE DATABASE "%s"' % database, method="POST")

    def query(self, text, method="GET"):
        """[{name, tags, columns, values}]; what it objects to is an error."""
        asked = urllib.parse.urlencode({"db": self.database, "q": text})
        request = urllib.request.Request(
            "http://127.0.0.1:%d/query?%s" % (self.port, asked),
            method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                result, = json.load(answer)["results"]
        except urllib.error.HTTPError as refusal:
            result = {"error": refusal.read().decode(errors="replace")}
        if "error" in result:
            raise RuntimeError("%s: %s" % (text, result["error"]))
        return result.get("series", [])

    def stop(self):
        self.process.stop()
