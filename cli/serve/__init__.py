"""`dlsim serve`: the same app in a browser, through textual-serve; a process for each visitor."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.util import find_spec

import click
import msgspec

from dlsim.cli.options import ScenarioChoice, as_choice, complete_scenario, count_option
from dlsim.cli.output import note
from dlsim.engine.errors import reason_of
from dlsim.engine.text import shown

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@click.command("serve")
@click.argument("scenario", metavar="[NAME-or-FILE]", required=False, shell_complete=complete_scenario)
@count_option("--port", 65535, "0 takes any free one.", default="8000", show_default=True)
@click.option("--host", default=LOOPBACK[0], show_default=True, help="Any address but loopback lets others in.")
@as_choice
def serve_command(choice: ScenarioChoice | None, port: int, host: str) -> int:
    """Offer the app in a browser, at an address of this machine alone.

    Every visitor gets a process of their own. Needs the extra 'web', in a clone: pip install '.[web]'.
    """
    if choice is not None:
        choice.load()  # refused here rather than in every visitor's browser
    if find_spec("textual_serve") is None:
        raise click.ClickException(f"this needs the extra 'web'; in a clone of dlsim: {installing_command()}")
    listener = _listen(host, port)
    if host not in LOOPBACK:
        note(
            f"WARNING: whoever can reach {host} can use dlsim here, and read files with it as you can; "
            "there is no password and no encryption"
        )
    from dlsim.cli.serve.server import serve  # noqa: PLC0415 -- it needs the extra 'web', which may be missing

    with listener:
        serve(visitor_command(choice), listener, host)
    return 0


def installing_command() -> str:
    """The command line that adds the extra 'web' to the environment that dlsim runs in, quoted for a shell; where that
    has no pip, as with uv, the one that runs it in another.
    """
    extra = ".[web]"
    if find_spec("pip") is None:
        return _quoted(["uvx", "--from", extra, "dlsim", "serve"])
    return _quoted([sys.executable, "-m", "pip", "install", extra])


def _quoted(words: Sequence[str]) -> str:
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def visitor_command(choice: ScenarioChoice | None) -> str:
    """The command line of a visitor's process, quoted for the shell that textual-serve gives it to."""
    letters = urlsafe_b64encode(msgspec.json.encode(choice)).decode()  # which no shell takes for anything else
    visitor = ("-P", "-m", "dlsim.cli.serve.visitor")  # -P: a folder called dlsim here is not ours
    words = [sys.executable, *visitor, str(os.getpid()), letters]
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
