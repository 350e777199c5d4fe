"""`dlsim serve`: the same app in a browser, through textual-serve; a process for each visitor."""

from __future__ import annotations

import json
import os
import shlex
import socket
import subprocess
import sys
from base64 import urlsafe_b64encode
from contextlib import ExitStack
from importlib.util import find_spec
from typing import Any

import click

from dlsim.cli.options import complete_scenario, count, variant_of_it
from dlsim.cli.output import note
from dlsim.engine import load
from dlsim.engine.errors import reason_of
from dlsim.engine.text import shown

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@click.command("serve")
@click.argument("scenario", metavar="[NAME-or-FILE]", required=False, shell_complete=complete_scenario)
@click.option(
    "--port", callback=count(65535), default="8000", metavar="N", show_default=True, help="0 takes any free one."
)
@click.option("--host", default=LOOPBACK[0], show_default=True, help="Any address but loopback lets others in.")
@variant_of_it
def command(scenario: str | None, port: int, host: str, variant: str | None, overrides: dict[str, Any]) -> int:
    """Offer the app in a browser, at an address of this machine alone.

    Every visitor gets a process of their own. Needs the extra 'web': pip install 'dlsim[web]'.
    """
    if scenario is None and (variant or overrides):
        raise click.UsageError("--variant and --set go with a scenario's name or file")
    if scenario is not None:
        load(scenario, variant=variant, overrides=overrides)  # refused here rather than in every visitor's browser
    if find_spec("textual_serve") is None:
        raise click.ClickException("this needs textual-serve; pip install 'dlsim[web]'")
    listener = _listen(host, port)
    if host not in LOOPBACK:
        note(
            f"WARNING: whoever can reach {host} can use dlsim here, and read files with it as you can; "
            "there is no password and no encryption"
        )
    from dlsim.cli.serve.server import serve  # noqa: PLC0415 -- it needs the extra 'web', which may be missing

    with listener:
        serve(visitor_command(scenario, variant, overrides), listener, host)
    return 0


def visitor_command(scenario: str | None, variant: str | None, overrides: dict[str, Any]) -> str:
    """The command line of a visitor's process, quoted for the shell that textual-serve gives it to."""
    wish = {"scenario": scenario, "variant": variant, "overrides": overrides}
    letters = urlsafe_b64encode(json.dumps(wish).encode()).decode()  # which no shell takes for anything else
    words = [
        sys.executable,
        "-P",
        "-m",
        "dlsim.cli.serve.visitor",
        str(os.getpid()),
        letters,
    ]  # -P: a folder called dlsim here is not ours
    if os.name == "nt":
        return subprocess.list2cmdline(words)
    return f"exec {shlex.join(words)}"  # exec: no shell in between that would outlive the server


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; one message where that cannot be."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with ExitStack() as undo:
            listener = undo.enter_context(socket.socket(family, kind, protocol))
            if os.name != "nt":
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()
            undo.pop_all()
    except (OSError, UnicodeError) as error:  # a name of a machine that cannot be one is a UnicodeError
        hint = "; --port 0 takes any free one" if port else ""
        raise click.ClickException(f"cannot listen at {shown(host)}, port {port}: {reason_of(error)}{hint}") from None
    return listener
