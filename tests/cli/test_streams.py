"""Closed pipes, interrupts, encodings, progress: what a shell notices."""

import json
import os
import subprocess
import sys

import pytest
from support.scenarios import thinned

ENDLESS = ["run", "xor-train", "--iterations", "100000000"]

unix_only = pytest.mark.skipif(os.name == "nt", reason="pipes, signals and terminals of Unix")


@unix_only
def test_a_reader_that_goes_away_ends_the_trace_quietly(command_line):
    with subprocess.Popen(
        [*command_line, "trace", "backprop-2-2-2", "--iterations", "100000", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert b'"z1"' in process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()
        assert (process.wait(timeout=30), errors) == (141, b"")


@unix_only
def test_output_that_cannot_be_written_at_all_is_quiet_too(process):
    read_end, write_end = os.pipe()
    os.close(read_end)
    answer = process("list", capture_output=False, stdout=write_end, stderr=subprocess.PIPE)
    os.close(write_end)
    assert (answer.returncode, answer.stderr) == (141, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
@thinned(
    "arguments",
    [["list"], ["run", "and"], ["trace", "xor-train", "--json"], ["--help"], ["rum"]],
    [["trace", "xor-train", "--json"], ["rum"]],
)
def test_a_full_disk_is_one_message_or_none_where_that_cannot_be_written_either(process, arguments):
    with open("/dev/full", "wb") as full:
        answer = process(*arguments, capture_output=False, stdout=full, stderr=subprocess.PIPE)
        assert (answer.returncode, answer.stderr.count(b"\n")) == (2, 1)
        assert (b"cannot be written: No space left" in answer.stderr) == (arguments != ["rum"])
        assert process(*arguments, capture_output=False, stdout=full, stderr=full).returncode == 2


@unix_only
def test_an_interrupt_ends_a_run_quietly(command_line):
    code = (  # it hears interrupts even where a shell that runs the tests in the background ignores them
        "import os, signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from dlsim.engine import Simulator\n"
        "from dlsim.cli import main\n"
        "run = Simulator.run\n"
        "def interrupted(self, *args, **keywords):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    return run(self, *args, **keywords)\n"
        "Simulator.run = interrupted\n"
        "main()\n"
    )
    answer = subprocess.run([sys.executable, "-c", code, *ENDLESS], capture_output=True, timeout=60, check=False)
    assert (answer.returncode, answer.stdout, answer.stderr) == (130, b"", b"")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_symbols_come_through_whatever_the_locale_says(process, encoding):
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    answer = process("trace", "backprop-2-2-2", "--json", env=environment)
    assert answer.returncode == 0, answer.stderr
    symbols = [json.loads(line)["symbol"] for line in answer.stdout.decode("utf-8").splitlines()]
    assert "∂E/∂W5" in symbols


def test_where_stderr_is_no_terminal_no_progress_is_written(process):
    assert process("run", "backprop-2-2-2", "--epochs", 200).stderr == b""


@unix_only
def test_on_a_terminal_progress_goes_to_stderr_and_is_taken_away(process):
    pty = pytest.importorskip("pty")
    outer, inner = pty.openpty()
    answer = process(
        "run",
        "backprop-2-2-2",
        "--epochs",
        200,
        "--json",
        capture_output=False,
        stdout=subprocess.PIPE,
        stderr=inner,
    )
    os.close(inner)
    written = os.read(outer, 100_000).decode()
    os.close(outer)
    assert json.loads(answer.stdout)["iterations"] == 200
    assert "of 200 iterations" in written
    assert written.endswith("\r\x1b[K")


@unix_only
def test_a_closed_stdout_is_no_traceback(command_line):
    answer = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *command_line, "list"], capture_output=True, timeout=60, check=False
    )
    assert b"Traceback" not in answer.stderr
