"""The house: packages, import directions, what a wheel holds, what the configuration names."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

HOUSES = ("engine", "scenarios", "tui", "cli")


@pytest.fixture
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def python(*arguments, **keywords):
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False, **keywords)


def packages_on_disk(root):
    found = (path.parent.relative_to(root) for house in HOUSES for path in (root / house).rglob("__init__.py"))
    return sorted("dlsim." + ".".join(path.parts) for path in found)


def test_packages_listed_are_the_folders_with_an_init(root, project):
    assert sorted(project["tool"]["setuptools"]["packages"]) == packages_on_disk(root)


def test_dlsim_itself_is_a_namespace():
    import dlsim

    assert dlsim.__file__ is None


def test_the_engine_imports_no_kind_of_scenario_but_the_one_that_is_opened():
    code = (
        "import sys\n"
        "from dlsim.engine import Simulator, load\n"
        "kinds = ('network', 'recurrent', 'functions', 'surface', 'search')\n"
        "def found(): return {kind for kind in kinds if f'dlsim.engine.kinds.{kind}' in sys.modules}\n"
        "assert not found(), found()\n"
        "Simulator(load('activations'))\n"
        "assert found() == {'functions'}, found()\n"
    )
    answer = python("-c", code)
    assert answer.returncode == 0, answer.stderr


def test_the_engine_imports_nothing_of_a_terminal():
    code = (
        "import sys, dlsim.engine\n"
        "found = {name.split('.')[0] for name in sys.modules} & {'textual', 'rich', 'plotext', 'click'}\n"
        "assert not found, found\n"
    )
    answer = python("-c", code)
    assert answer.returncode == 0, answer.stderr


def imports_of(file, modules):
    """What a file imports: at its top, inside a function, or for annotations alone."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in modules else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_no_modules_import_each_other_in_a_circle(root):
    modules = {}
    for path in (path for house in HOUSES for path in (root / house).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        modules[".".join(("dlsim", *parts)).removesuffix(".__init__")] = path
    graph = {name: modules.keys() & imports_of(path, modules) for name, path in modules.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


@pytest.mark.parametrize("house", ["engine", "tui", "cli"])
def test_a_second_copy_under_a_bare_name_is_refused(root, house):
    answer = python("-c", f"import {house}", cwd=root)
    assert answer.returncode == 1
    assert f"dlsim.{house}" in answer.stderr


def test_configuration_names_no_address(root):
    files = [root / "pyproject.toml", *(path for path in (root / ".ci").iterdir() if path.is_file())]
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"https?://|index-url|find-links|trusted-host|pypi", text), file


def test_constraints_are_exact(root):
    lines = (root / ".ci" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = [line for line in lines if line and not line.startswith("#")]
    assert pinned
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9A-Za-z.]*", line) for line in pinned)


def test_the_readme_holds_the_test_command_that_ci_runs(root):
    text = (root / "README.md").read_text(encoding="utf-8")
    block = text.partition("<!-- test command -->")[2].partition("<!-- end -->")[0]
    assert re.search(r"```\w*\n.*pytest.*\n```", block)


def test_links_in_the_documents_lead_somewhere(root):
    documents = [*root.glob("*.md"), *(root / "docs").rglob("*.md")]
    broken = []
    for document in documents:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")):
            if not (document.parent / target).exists():
                broken.append(f"{document.relative_to(root)}: {target}")
    assert broken == []


def told_to_people(root):
    """(file, text) of all that people read: documents, help and messages."""
    documents = [*root.glob("*.md"), *(root / "docs").rglob("*.md"), root / "pyproject.toml", root / ".ci/run"]
    for file in [*documents, *(path for house in HOUSES for path in (root / house).rglob("*.*"))]:
        if file.suffix in {".md", ".py", ".toml", ".html", ""}:
            yield file.relative_to(root), file.read_text(encoding="utf-8")


FETCHED = re.compile(
    r"(?:pip3?|pipx|uv tool|uv pip) (?:install|run|inject)([^`\n;&|#]*)|uvx ([^`\n;&|#]*)|uv add([^`\n#]*)"
)


def test_the_map_says_of_every_file_what_it_says_of_itself(root):
    """`python docs/map.py > docs/map.md` writes it anew."""
    drawn = subprocess.run([sys.executable, root / "docs/map.py"], capture_output=True, text=True, check=True).stdout
    assert (root / "docs/map.md").read_text(encoding="utf-8") == drawn
    assert " |  |" not in drawn, "a file that says nothing of itself"


def test_no_text_fetches_the_dlsim_of_somebody_else(root):
    installs = [
        (file, words)
        for file, text in told_to_people(root)
        for found in FETCHED.finditer(text)
        if (words := " ".join(filter(None, found.groups())).replace("'", " ").replace('"', " ").split())
    ]
    assert {str(file) for file, _ in installs} >= {"README.md", "docs/guide/browser.md", "CONTRIBUTING.md"}
    for file, words in installs:
        is_run = "--from" in words  # uvx --from WHERE COMMAND
        named = words[: words.index("--from") + 2] if is_run else words
        assert not [word for word in named if re.match(r"dlsim\b", word)], (file, words)
        assert not is_run or words[words.index("--from") + 1].startswith("."), (file, words)


def test_extras_that_hold_others_name_the_distribution(project):
    name, extras = project["project"]["name"], project["project"]["optional-dependencies"]
    own = [line for lines in extras.values() for line in lines if line.startswith("dlsim")]
    assert name == "dlsim-tui"
    assert own == ["dlsim-tui[web]", "dlsim-tui[test]"]
    assert project["project"]["scripts"] == {"dlsim": "dlsim.cli:main"}


@pytest.fixture
def wheel(root, tmp_path):
    """A wheel made from a copy, so that no build folder is left in the checkout or taken from it."""
    source = tmp_path / "source"
    source.mkdir()
    for name in (*HOUSES, "pyproject.toml", "README.md", "LICENSE"):
        if (root / name).is_dir():
            shutil.copytree(root / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(root / name, source / name)
    answer = python("-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(source))
    assert answer.returncode == 0, answer.stderr
    (file,) = tmp_path.glob("dlsim_tui-*.whl")
    return file


@pytest.mark.exhaustive
def test_a_wheel_installed_elsewhere_holds_everything_and_runs(root, wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.partition("/")[0].endswith(".dist-info")}
    expected = {
        f"dlsim/{path.relative_to(root).as_posix()}"
        for house in HOUSES
        for path in (root / house).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert names == expected

    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False)
    folder = environment / ("Scripts" if os.name == "nt" else "bin")
    interpreter = next(folder.glob("python*"))
    answer = python("-m", "pip", "--python", str(interpreter), "install", "--quiet", "--no-deps", str(wheel))
    assert answer.returncode == 0, answer.stderr
    (packages,) = environment.rglob("site-packages")
    # What dlsim needs is taken from here, by a path that follows: the wheel's own files come first.
    dependencies = Path(__import__("numpy").__file__).parent.parent
    (packages / "zz_dependencies.pth").write_text(f"{dependencies}\n")

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    code = "import dlsim.engine, dlsim.scenarios as s; print(dlsim.engine.__file__, s.__file__)"
    where = subprocess.run([interpreter, "-c", code], capture_output=True, text=True, check=True, cwd=elsewhere)
    assert all(Path(file).is_relative_to(environment) for file in where.stdout.split())
    command = next(folder.glob("dlsim*"))
    answer = subprocess.run([command, "--version"], capture_output=True, encoding="utf-8", check=False, cwd=elsewhere)
    assert answer.stdout == f"dlsim {wheel.name.split('-')[1]}\n"
    answer = subprocess.run(
        [command, "check", "--all"], capture_output=True, encoding="utf-8", check=False, cwd=elsewhere
    )
    assert answer.returncode == 0, answer.stderr + answer.stdout
    assert answer.stdout.splitlines()[-1].endswith(" 0 failed")
