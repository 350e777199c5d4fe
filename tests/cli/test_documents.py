"""What the README and the guide show does what they say."""

import re
import tomllib

import pytest

from dlsim.engine import builtin_scenarios
from dlsim.engine.functions.activations import ACTIVATIONS
from dlsim.engine.functions.losses import LOSSES
from dlsim.engine.functions.optimizers import OPTIMIZERS
from dlsim.engine.scenario.load import KINDS

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(file, language):
    return [text for name, text in BLOCK.findall(file.read_text(encoding="utf-8")) if name == language]


def test_the_ten_lines_of_python_run(root, capsys):
    (code,) = blocks(root / "README.md", "python")
    exec(compile(code, "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("z1 = W1·x1 + W2·x2 = 0.3·0.1 + 0.25·0.2 = 0.08")


def test_every_whole_scenario_in_the_guide_passes_its_check(root, tmp_path, dlsim):
    examples = [
        text
        for document in (root / "docs" / "guide").glob("*.md")
        for text in blocks(document, "toml")
        if text.startswith("schema")
    ]
    for text in blocks(root / "docs" / "guide" / "data.md", "csv"):
        (tmp_path / "leaves.csv").write_text(text, encoding="utf-8")
    assert examples
    for number, text in enumerate(examples):
        file = tmp_path / f"example-{number}.toml"
        file.write_text(text, encoding="utf-8")
        answer = dlsim("check", file)
        assert answer.status == 0, answer.out + answer.err
        assert dlsim("run", file).status == 0


def test_the_commands_in_the_guide_are_understood(root, dlsim):
    (first, *_) = blocks(root / "docs" / "guide" / "command.md", "bash")
    calls = [line.split(maxsplit=1)[1] for line in first.splitlines() if line.startswith("dlsim")]
    assert calls
    for call in calls:
        arguments = [word.strip("'") for word in re.findall(r"'[^']*'|\S+", call)]
        assert dlsim(*arguments).status == 0, call


def test_the_python_of_the_guide_runs(root, capsys):
    for code in blocks(root / "docs" / "guide" / "python.md", "python"):
        exec(compile(code, "python.md", "exec"), {})
    assert capsys.readouterr().out


@pytest.mark.parametrize("kind", KINDS)
def test_the_guide_has_a_page_with_a_whole_example_for_every_kind(root, kind):
    (example, *_) = blocks(root / "docs" / "guide" / f"{kind}.md", "toml")
    assert tomllib.loads(example).get("kind", "network") == kind


def test_the_readme_names_every_scenario(root):
    text = (root / "README.md").read_text(encoding="utf-8")
    assert [name for name in builtin_scenarios() if f"`{name}`" not in text] == []


def test_the_guide_names_every_activation_loss_and_optimizer_with_its_settings(root):
    text = (root / "docs" / "guide" / "conventions.md").read_text(encoding="utf-8")
    entries = [*ACTIVATIONS.values(), *LOSSES.values(), *OPTIMIZERS.values()]
    names = [
        name for entry in entries for name in (entry.name, *(each.name for each in getattr(entry, "settings", ())))
    ]
    assert [name for name in names if f"`{name}`" not in text] == []
