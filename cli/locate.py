"""`dlsim locate`: where settings, the last position, copies and screenshots are kept."""

from __future__ import annotations

import click

from dlsim.cli.options import json_option
from dlsim.cli.output import columns, one_line, write, write_json
from dlsim.tui.session.settings import folders, is_there


@click.command("locate")
@json_option
def command(as_json: bool) -> None:
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
