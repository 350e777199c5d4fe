"""Calling the command: in this process where only words matter, as one of its own where streams do."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dlsim.cli.command import run


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Whatever the app keeps, it keeps here."""
    monkeypatch.setenv("DLSIM_HOME", str(tmp_path / "home"))


@dataclass
class Answer:
    """What a call came to."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out, parse_constant=_refuse)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line, parse_constant=_refuse) for line in self.out.splitlines()]

    def assert_refused(self, *words: str) -> None:
        """Status 2, nothing on stdout, one message on stderr that holds `words`."""
        assert (self.status, self.out) == (2, "")
        assert self.err.count("\n") == 1
        assert self.err.startswith("dlsim: ")
        assert "Traceback" not in self.err
        for word in words:
            assert word in self.err


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


@pytest.fixture
def dlsim(capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Call `dlsim` with these arguments."""

    def call(*arguments: object) -> Answer:
        status = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Answer(status, captured.out, captured.err)

    return call


@pytest.fixture(scope="session")
def own_process() -> tuple[str, ...]:
    """What starts `dlsim` as a process of its own."""
    return (sys.executable, "-c", "from dlsim.cli import main; main()")


@pytest.fixture
def command_line(own_process: tuple[str, ...]) -> list[str]:
    """The same for one test, which may put something else there."""
    return list(own_process)


@pytest.fixture
def process(command_line: list[str]) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """The same as a process of its own."""

    def call(*arguments: object, **keywords: Any) -> subprocess.CompletedProcess[bytes]:
        command = [*command_line, *(str(argument) for argument in arguments)]
        keywords = {"capture_output": True, "timeout": 60, "stdin": subprocess.DEVNULL, **keywords}
        return subprocess.run(command, check=False, **keywords)

    return call


def network(layers: str) -> str:
    """The table of a network with one input."""
    return f"[network]\ninputs = 1\nlayers = [{layers}]\n"


@pytest.fixture
def scenario_file(tmp_path: Path) -> Callable[..., Path]:
    """Write a small scenario: one linear neuron with weight 1 that learns 0 from 1; parts of it replaced."""

    def write(name: str = "small", layers: str = "", **parts: str) -> Path:
        tables = {
            "head": 'schema = 1\ntitle = "Small"\n',
            "network": network('{ units = 1, activation = "linear", weights = [[1.0]] }'),
            "data": "[data]\ninputs = [[1.0]]\ntargets = [[0.0]]\n",
            "training": '[training]\nloss = "half_squared_error"\n'
            'optimizer = { name = "sgd", learning_rate = 0.5 }\nepochs = 3\n',
            "rest": "",
            **parts,
        }
        if layers:
            tables["network"] = network(layers)
        file = tmp_path / f"{name}.toml"
        file.write_text("\n".join(tables.values()), encoding="utf-8")
        return file

    return write
