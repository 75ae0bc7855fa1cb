# SPDX-License-Identifier: GPL-3.0-or-later
"""grafana -- a dashboard, and its queries as Grafana would send them."""

import json
import re

# https://grafana.com/docs/grafana/latest/dashboards/variables/
#     variable-syntax/#regex: several values become (one|two).
SPECIAL = re.compile(r"[\\^$*+?.()|\[\]{}/]")
VARIABLE = re.compile(r"\$\{(\w+)(?::(\w+))?\}|\$(__)?([A-Za-z]\w*)")


def escaped(value):
    return SPECIAL.sub(r"\\\g<0>", value)


def as_regex(values):
    """Of a variable: its text for all of them, or the names chosen."""
    if isinstance(values, str):
        return values
    names = [escaped(value) for value in values]
    return names[0] if len(names) == 1 else "(%s)" % "|".join(names)


class Dashboard:
    def __init__(self, path):
        self.doc = json.loads(path.read_text())
        self.all_panels = self.doc["panels"]
        self.panels = [each for each in self.all_panels
                       if each["type"] != "row"]
        self.variables = {each["name"]: each for each in
                          self.doc["templating"]["list"]}
        self.annotations = self.doc["annotations"]["list"]

    def targets(self):
        """[(panel, target)]."""
        return [(panel, target) for panel in self.panels
                for target in panel["targets"]]

    def sent(self, query, **chosen):
        """The query of the last hour, with these names or with all."""
        def value(match):
            name, form, built_in, plain = match.groups()
            if built_in or plain == "timeFilter":
                return {"timeFilter": "time >= now() - 1h and time <= now()",
                        "interval": "1s"}[plain]
            assert form == "regex", match.group()
            return as_regex(chosen.get(name) or
                            self.variables[name]["allValue"])
        return VARIABLE.sub(value, query)


def variables_in(value):
    """The names of the variables in any text of this JSON.

    Not those that Grafana defines, nor an alias's parts of a series' name.
    """
    return {name or plain for name, _, built_in, plain in
            VARIABLE.findall(json.dumps(value))
            if not built_in and plain not in ("timeFilter", "m") and
            not plain.startswith("tag_")}
