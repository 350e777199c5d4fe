"""`dlsim list` and `dlsim locate`: the built-in scenarios, and the folders in which dlsim keeps things."""

from __future__ import annotations

from collections.abc import Sequence

import click

from dlsim.cli.options import json_option
from dlsim.cli.output import columns, one_line, write, write_json
from dlsim.engine import Scenario, builtin_scenarios, load
from dlsim.engine.text import in_language, shown
from dlsim.tui.session.settings import folders, is_there
from dlsim.tui.words import words
from dlsim.tui.words.finding import sections_of


@click.command("list")
@click.option("--section", metavar="N", help="Only the scenarios of a section: 3.4, or 3 for all of its sections.")
@json_option
def list_command(section: str | None, as_json: bool) -> None:
    """The built-in scenarios: name, section of the lecture notes, title.

    The sections are those of the lecture notes "Deep Learning (1)" (in Korean), after wikidocs.net/22882 and the
    pages that follow it.
    """
    scenarios: Sequence[Scenario] = [load(name) for name in builtin_scenarios()]
    if section is not None:
        scenarios = _of_section(section.strip(), scenarios)
    rows = [(one.name, one.section, one_line(in_language(one.title, "en"))) for one in scenarios]
    if as_json:
        write_json([{"name": name, "section": section, "title": title} for name, section, title in rows])
        return
    for line in columns([(name, section or "", title) for name, section, title in rows]):
        write(line)


def _of_section(section: str, scenarios: Sequence[Scenario]) -> Sequence[Scenario]:
    """Those that belong to it, to one within it, or show what it is about. UsageError where there are none."""
    sections = [(scenario, sections_of(words(), scenario)) for scenario in scenarios]
    found = [
        scenario
        for scenario, its_own in sections
        if any(one == section or one.startswith(f"{section}.") for one in its_own)
    ]
    if not found:
        known = sorted({one for _, its_own in sections for one in its_own})
        raise click.UsageError(f"no scenario belongs to section {shown(section)}; there are: {', '.join(known)}")
    return found


@click.command("locate")
@json_option
def locate_command(as_json: bool) -> None:
    """Where dlsim keeps things: settings, the last position, copies, screenshots.

    The folders are the platform's own, or all under DLSIM_HOME where that is set. What is not there yet is made
    when it is needed.
    """
    places = folders()
    rows = [(name, getattr(places, name)) for name in places.__struct_fields__]
    if as_json:
        write_json({name: str(path) for name, path in rows})
        return
    for line in columns(
        [(name, one_line(str(path)), "" if is_there(path) else "(not there yet)") for name, path in rows]
    ):
        write(line)
