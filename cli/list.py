"""`dlsim list`: the built-in scenarios, in the order of the notes."""

from __future__ import annotations

import click

from dlsim.cli.options import json_option
from dlsim.cli.output import columns, one_line, write, write_json
from dlsim.engine import builtin_scenarios, load
from dlsim.engine.scenario.spec import in_language


@click.command("list")
@json_option
def command(as_json: bool) -> None:
    """The built-in scenarios: name, section of the lecture notes, title."""
    rows = []
    for name in builtin_scenarios():
        scenario = load(name)
        rows.append((name, scenario.section, one_line(in_language(scenario.title, "en"))))
    if as_json:
        write_json([{"name": name, "section": section, "title": title} for name, section, title in rows])
        return
    for line in columns([(name, section or "", title) for name, section, title in rows]):
        write(line)
