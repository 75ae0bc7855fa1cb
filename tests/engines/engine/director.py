# SPDX-License-Identifier: GPL-3.0-or-later
"""director -- Debian's Icinga Director by its command line, and its MariaDB."""

import json
import os
import pwd
import subprocess
from pathlib import Path

from testenv.proc import PATH, Process

MODULES = Path("/usr/share/icingaweb2/modules")
NEEDED = ("director", "incubator", "reactbundle")
PATIENCE = 60

# Nothing here outlives the test: nothing is written twice or waited for.
THROW_AWAY = (
    "--skip-networking", "--skip-grant-tables", "--innodb-doublewrite=0",
    "--innodb-flush-method=nosync", "--innodb-flush-log-at-trx-commit=0",
    "--innodb-log-file-size=4M", "--innodb-buffer-pool-size=32M")

FILES = {
    "config.ini": """\
[global]
module_path = "{modules}"
config_resource = "director"
[logging]
log = "none"
""",
    "resources.ini": """\
[director]
type = "db"
db = "mysql"
host = "localhost"
dbname = "director"
username = "root"
password = ""
charset = "utf8mb4"
""",
    "modules/director/config.ini": """\
[db]
resource = "director"
""",
    # PDO takes "localhost" for this socket.
    "php/socket.ini": """\
pdo_mysql.default_socket = "{socket}"
""",
}


class Director:
    """Icinga Web 2's configuration and the database in one folder.

    The tables of mysql are left out: --skip-grant-tables asks for none.
    """

    def __init__(self, directory):
        self.directory = directory
        self.socket = directory / "s"
        self.database = None
        self.env = {**os.environ, "PATH": PATH,
                    "ICINGAWEB_CONFIGDIR": str(directory),
                    "PHP_INI_SCAN_DIR": ":%s" % (directory / "php")}

    def start(self):
        for name, text in FILES.items():
            self._write(name, text.format(modules=MODULES, socket=self.socket))
        enabled = self.directory / "enabledModules"
        enabled.mkdir()
        for module in NEEDED:
            (enabled / module).symlink_to(MODULES / module)
        data = self.directory / "data"
        data.mkdir()
        self.database = Process(
            "mariadbd", "--no-defaults", "--datadir=%s" % data,
            "--socket=%s" % self.socket, "--pid-file=%s" % (data / "pid"),
            "--user=" + pwd.getpwuid(os.geteuid()).pw_name, *THROW_AWAY)
        self.database.wait_for("ready for connections")
        self.sql("CREATE DATABASE director CHARACTER SET utf8mb4", "")
        self.run("migration", "run")
        return self

    def _write(self, name, text):
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def sql(self, statement, database="director"):
        """The answer's rows as lines."""
        return subprocess.run(
            ["mariadb", "--no-defaults", "--socket=%s" % self.socket,
             "--user=root", "--batch", "--skip-column-names",
             "--execute=" + statement, database],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            check=True, timeout=PATIENCE, env=self.env).stdout

    def attempt(self, *args, stdin=""):
        """icingacli director ARGS: what subprocess.run() gives."""
        return subprocess.run(
            ["icingacli", "director", *args], input=stdin, text=True,
            capture_output=True, timeout=PATIENCE, env=self.env)

    def run(self, *args, stdin=""):
        """What it prints; it has to succeed."""
        done = self.attempt(*args, stdin=stdin)
        assert done.returncode == 0 and not done.stderr, done
        return done.stdout

    def restore(self, basket):
        """Imports a basket as its text, as an upload would."""
        return self.run("basket", "restore", stdin=basket)

    def dump(self, *types):
        """The Director's own export of all objects of these types."""
        self.restore(json.dumps({"Basket": {"all": {
            "basket_name": "all", "owner_type": "user", "owner_value": "test",
            "objects": {kind: True for kind in types}}}}))
        return json.loads(self.run("basket", "dump", "--name", "all"))

    def kickstart(self, node, user, password):
        """Makes it the Director of an Icinga 2."""
        self._write("modules/director/kickstart.ini", """\
[config]
endpoint = "%s"
host = "127.0.0.1"
port = %d
username = "%s"
password = "%s"
""" % (node.name, node.port, user, password))
        self.run("kickstart", "run")

    def deploy(self):
        return self.run("config", "deploy")

    def stop(self):
        if self.database:
            self.database.stop()
