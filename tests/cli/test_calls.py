"""Calls that are wrong; help, version, completion; and opening the app where there is no terminal."""

import os
from importlib.metadata import version

import pytest
from support.scenarios import thinned


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["no-such-thing"], ["no-such-thing"]),
        (["backprop-2-2"], ["backprop-2-2-2"]),
        (["rnu", "and"], ["did you mean 'dlsim run'"]),
        (["and", "or"], ["one scenario"]),
        (["lisst"], ["did you mean", "list"]),
        (["run"], ["NAME-or-FILE", "dlsim run --help"]),
        (["run", "no-such-thing"], ["no-such-thing"]),
        (["run", "and", "--jsn"], ["--json"]),
        (["trace", "and", "--by", "phase"], ["value", "op"]),
        (["list", "extra"], ["extra"]),
        (["--no-such-option"], ["--no-such-option"]),
        (["--variant", "x"], ["scenario"]),
        ([""], ["neither a name nor a file is given"]),
        (["run", ""], ["neither a name nor a file is given"]),
        (["check", ""], ["neither a name nor a file is given"]),
        (["run", "and", "--iterations", "1e400"], ["--iterations", "'1e400'", "whole number from 0 to 1,000,000,000"]),
        (["run", "and", "--iterations", "1000000001"], ["whole number from 0 to 1,000,000,000"]),
        (["run", "and", "--epochs", "-1"], ["'-1'", "whole number from 0"]),
        (["run", "epochs-batches-iterations", "--epochs", "1000000000"], ["10,000,000,000 iterations", "--iterations"]),
        (["serve", "--port", "65536"], ["whole number from 0 to 65,535"]),
        (["run", "missing/file.toml"], ["missing/file.toml"]),
        (["run", "."], ["."]),
    ],
)
def test_a_wrong_call_is_one_message_and_status_2(dlsim, arguments, words):
    dlsim(*arguments).assert_refused(*words)


@pytest.mark.parametrize("digits", [400, 5_000, 50_000])
@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "and", "--iterations"],
        ["run", "and", "--epochs"],
        ["trace", "and", "--iterations"],
        ["trace", "and", "--sample"],
        ["trace", "and", "--by"],
        ["export", "and", "--to"],
        ["serve", "--port"],
        ["run", "and", "--variant"],
        ["run", "and", "--set"],
        ["run"],
        ["list"],
        [],
    ],
)
def test_a_number_that_never_ends_is_not_repeated_to_its_end(dlsim, arguments, digits):
    answer = dlsim(*arguments, "7" * digits)
    answer.assert_refused("77 … 77")
    assert len(answer.err) < 1_000


@pytest.mark.parametrize("digits", [400, 5_000])
@pytest.mark.parametrize(("before", "after"), [("", ""), ("-", ""), ("[[", "]]")])
@pytest.mark.parametrize("path", ["training.epochs", "data.inputs", "network.layers.0.units"])
def test_nor_is_one_that_is_set(dlsim, path, before, after, digits):
    answer = dlsim("run", "xor-train", "--set", f"{path}={before}{'7' * digits}{after}")
    answer.assert_refused(path, "; write ")
    assert len(answer.err) < 500


@thinned("arguments", [[], ["and"], ["and", "--variant", "1.0, 1.0, -1.0"]], [[], ["and"]])
def test_without_a_terminal_the_app_is_not_opened(process, arguments):
    answer = process(*arguments)
    assert (answer.returncode, answer.stdout) == (2, b"")
    assert answer.stderr.decode().startswith("dlsim: the app needs a terminal")
    assert answer.stderr.count(b"\n") == 1


def test_a_file_that_is_called_like_a_verb_leaves_the_verb_alone(dlsim, tmp_path, monkeypatch):
    (tmp_path / "list").write_text("no scenario at all")
    monkeypatch.chdir(tmp_path)
    assert dlsim("list", "--json").json[0]["name"] == "threshold-and-bias"
    dlsim("./list").assert_refused("list")


def test_a_message_shows_control_characters_and_brackets_as_text(dlsim, scenario_file):
    file = scenario_file(rest='[[variants]]\nname = "[red]\\u001b]0;title\\u0007"\nset = { "nonsense" = 1 }\n')
    answer = dlsim("check", file)
    assert answer.status == 2
    assert not any(ord(character) < 32 for character in answer.err.rstrip("\n"))


def test_a_title_with_control_characters_reaches_the_terminal_clean(dlsim, scenario_file):
    file = scenario_file(head='schema = 1\ntitle = "Small \\u001b[31m\\u009b2J [bold]\\nname"\n')
    out = dlsim("run", file).out
    assert "[bold]" in out
    assert "\x1b" not in out
    assert "\x9b" not in out


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["run", "--help"], ["trace", "-h"], ["check", "--help"]])
def test_help_ends_with_status_0(dlsim, arguments):
    answer = dlsim(*arguments)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith("Usage: dlsim")


def test_the_help_names_every_verb(dlsim):
    out = dlsim("--help").out
    assert all(f"\n  {verb} " in out for verb in ("list", "run", "trace", "check"))


def test_the_version_is_the_packages(dlsim):
    assert dlsim("--version").out == f"dlsim {version('dlsim-tui')}\n"


@thinned(
    ("words", "offered"),
    [
        ("dlsim back", {"backprop-2-2-2"}),
        ("dlsim run xor-m", {"xor-mlp"}),
        ("dlsim check and na", {"nand"}),
        ("dlsim tr", {"trace"}),
        ("dlsim run and --it", {"--iterations"}),
    ],
    [("dlsim check and na", {"nand"}), ("dlsim tr", {"trace"}), ("dlsim run and --it", {"--iterations"})],
)
def test_the_shell_completes_verbs_names_and_options(process, words, offered):
    environment = {
        **os.environ,
        "_DLSIM_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    answer = process(env=environment)
    assert answer.returncode == 0
    assert {line.split(",")[1] for line in answer.stdout.decode().splitlines()} == offered


@thinned(
    "arguments",
    [
        ["list"],
        ["run", "backprop-2-2-2", "--iterations", "1"],
        ["trace", "and", "--json"],
        ["check", "and"],
    ],
    [["run", "backprop-2-2-2", "--iterations", "1"], ["check", "and"]],
)
def test_headless_verbs_never_import_the_app_or_what_it_is_made_of(process, command_line, arguments):
    code = (
        "import sys\n"
        "from dlsim.cli.command import run\n"
        "run(sys.argv[1:])\n"
        "found = {name for name in sys.modules if name.startswith('dlsim.tui.')}\n"
        "found = {name for name in found if not name.startswith(('dlsim.tui.session', 'dlsim.tui.words'))}\n"
        "found |= {name.split('.')[0] for name in sys.modules} & {'textual', 'rich', 'plotext'}\n"
        "assert not found, found\n"
    )
    command_line[:] = [command_line[0], "-c", code]
    answer = process(*arguments)
    assert answer.returncode == 0, answer.stderr.decode()
