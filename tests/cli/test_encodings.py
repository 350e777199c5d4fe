"""A terminal that cannot show ∂ or ╭: everything is spelt in what it has, and nothing is escaped or broken."""

import json
import sys
import unicodedata

from support.scenarios import thinned
from support.terminal import on_terminal, unix_only

from dlsim.tui.words.lookalikes import TABLE, in_ascii, in_encoding

pytestmark = unix_only

LOCALES = {
    "LC_ALL=C": {"LC_ALL": "C"},
    "LC_ALL=POSIX": {"LC_ALL": "POSIX"},
    "C without Python's UTF-8": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "an ASCII terminal": {"PYTHONIOENCODING": "ascii"},
}


TRACED = (["trace", "backprop-2-2-2"], b"dE/dW5 = dE/do1*do1/dz3*dz3/dW5 = ")


@thinned(
    ("environment", "arguments", "wanted"),
    [
        *((environment, *TRACED) for environment in LOCALES.values()),
        (LOCALES["LC_ALL=C"], ["list"], b"backprop-2-2-2"),
        (LOCALES["LC_ALL=C"], ["run", "losses"], b"..."),
        (LOCALES["LC_ALL=C"], ["check", "and"], b"  ok after"),
        (LOCALES["LC_ALL=C"], ["--help"], b"[NAME-or-FILE | VERB ...]"),
    ],
    [*((environment, *TRACED) for environment in (LOCALES["LC_ALL=C"], LOCALES["an ASCII terminal"]))],
)
def test_lines_are_spelt_in_ascii(command_line, environment, arguments, wanted):
    status, output = on_terminal([*command_line, *arguments], **environment)
    assert status == 0
    assert output.isascii()
    assert b"\\u" not in output
    assert b"?" not in output
    assert wanted in output


def test_signs_in_a_walk_are_spelt_too(command_line):
    status, output = on_terminal([*command_line, "walk", "and", "--symbols"], b"\nweights\nq\n", LC_ALL="C")
    assert (status, output.isascii()) == (0, True)
    assert b"z1 = W1*x1 + W2*x2" in output


def test_a_terminal_keeps_what_its_encoding_has(command_line, scenario_file):
    file = scenario_file(head='schema = 1\ntitle = "Größe · 한 Ș"\n')
    _, output = on_terminal([*command_line, "run", file], PYTHONIOENCODING="latin-1")
    assert "Größe · ?? S".encode("latin-1") in output


def test_json_on_such_a_terminal_is_still_the_same_json(command_line, scenario_file):
    status, output = on_terminal([*command_line, "trace", "backprop-2-2-2", "--json"], LC_ALL="C")
    assert (status, output.isascii()) == (0, True)
    assert "∂E/∂W5" in {json.loads(line)["symbol"] for line in output.splitlines()}


def test_a_refusal_on_such_a_terminal_is_one_message(command_line, tmp_path):
    status, output = on_terminal([*command_line, "run", tmp_path / "crème.toml"], PYTHONIOENCODING="ascii")
    assert status == 2
    assert b"creme.toml" in output
    assert output.count(b"\n") == 1


def test_the_app_is_drawn_in_ascii(command_line):
    status, output = on_terminal([*command_line, "losses"], b"  q", once=b"palette", LC_ALL="C", columns=100)
    assert status == 0
    assert output.isascii()
    assert b"\\u" not in output
    assert b"+-" in output


@thinned("elsewhere", ["2>/dev/null", "2>&-"], ["2>&-"])
def test_the_app_is_on_the_terminal_wherever_messages_go(command_line, elsewhere):
    status, output = on_terminal(["sh", "-c", f'"$@" {elsewhere}', "sh", *command_line, "and"], b" q", once=b"palette")
    assert status == 0
    assert "AND, decided by one neuron" in output.decode()


def test_where_utf_8_is_shown_nothing_is_spelt(command_line):
    _, output = on_terminal([*command_line, "trace", "backprop-2-2-2"], LC_ALL="C.UTF-8")
    assert "∂E/∂W5 = ∂E/∂o1·∂o1/∂z3·∂z3/∂W5".encode() in output


def test_every_character_keeps_its_cells_in_ascii():
    for code in (*TABLE, *map(ord, "éß한ΩЖ½")):
        wide = 0 if unicodedata.combining(chr(code)) else 1 + (unicodedata.east_asian_width(chr(code)) in "WF")
        assert len(in_ascii(chr(code))) == wide, chr(code)
    assert in_encoding("½(t−o)² → ∞", "ascii") == "1/2(t-o)^2 -> infinity"


def test_headless_lines_need_none_of_the_app(command_line):
    code = (
        "import sys\nfrom dlsim.cli.command import run\nrun(sys.argv[1:])\n"
        "assert not {name.split('.')[0] for name in sys.modules} & {'textual', 'rich', 'plotext'}\n"
    )
    status, output = on_terminal([sys.executable, "-c", code, "check", "and"], LC_ALL="C")
    assert status == 0, output
