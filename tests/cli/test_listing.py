"""`dlsim list` and `dlsim locate`: the scenarios, and where things are kept."""

import io

import pytest

GATES_AND_BACKPROP = ["and", "nand", "or", "xor-mlp", "xor-train", "backprop-2-2-2"]
PLACES = {"settings": "settings.toml", "last": "last.json", "copies": "copies", "screenshots": "screenshots"}


def test_json_is_one_array_of_name_section_and_title_in_the_order_of_the_notes(dlsim):
    answer = dlsim("list", "--json")
    assert answer.status == 0
    rows = answer.json
    assert all(list(row) == ["name", "section", "title"] for row in rows)
    assert [row["name"] for row in rows if row["name"] in GATES_AND_BACKPROP] == GATES_AND_BACKPROP
    assert {"name": "backprop-2-2-2", "section": "3.4", "title": "Backpropagation by hand"} in rows


def test_for_people_the_columns_stand_under_each_other(dlsim):
    lines = dlsim("list").out.splitlines()
    starts = {line.index(title) for line, title in zip(lines, titles(dlsim), strict=True)}
    assert len(starts) == 1


def titles(dlsim):
    return [row["title"] for row in dlsim("list", "--json").json]


def test_a_section_lists_its_scenarios_and_those_that_show_what_it_is_about(dlsim):
    def names(section):
        return [row["name"] for row in dlsim("list", "--section", section, "--json").json]

    assert names("3.4") == ["backprop-2-2-2"]
    assert names("2.2") == ["matrix-shapes"]
    assert set(names("1.3")) < set(names("1"))
    answer = dlsim("list", "--section", "9")
    assert answer.status == 2
    assert "no scenario belongs to section '9'; there are: 1.1, 1.2, 1.3, 2.1" in answer.err


@pytest.mark.parametrize("verb", ["run", "trace", "check", "walk", None])
def test_the_number_of_a_section_in_place_of_a_scenario_names_its_scenarios(verb, dlsim):
    answer = dlsim(*filter(None, (verb, "3.4")))
    assert answer.status == 2
    assert "'3.4' is a section of the lecture notes" in answer.err
    assert answer.err.rstrip().endswith("the scenarios of that section are: 'backprop-2-2-2'")


@pytest.mark.parametrize(
    ("topic", "names"), [("keras", "'matrix-shapes', 'losses'"), ("역전파", "'backprop-2-2-2'"), ("과적합", "'over-")]
)
def test_a_topic_in_place_of_a_scenario_names_those_about_it(topic, names, dlsim):
    answer = dlsim("run", topic)
    assert answer.status == 2
    assert f"no scenario is called '{topic}'; about it are: {names}" in answer.err


def test_the_list_says_which_lecture_notes_its_sections_are_of(dlsim):
    assert "wikidocs.net/22882" in dlsim("list", "--help").out


def test_under_a_home_of_our_own_everything_is_there(dlsim, tmp_path, monkeypatch):
    monkeypatch.setenv("DLSIM_HOME", str(tmp_path / "한글 home"))
    assert dlsim("locate", "--json").json == {
        name: str(tmp_path / "한글 home" / place) for name, place in PLACES.items()
    }
    assert not (tmp_path / "한글 home").exists(), "asking makes nothing"


@pytest.mark.skipif("sys.platform != 'linux'", reason="the rules of XDG")
def test_elsewhere_the_platforms_own_folders_hold_it(dlsim, tmp_path, monkeypatch):
    monkeypatch.delenv("DLSIM_HOME", raising=False)
    for kind in ("CONFIG", "STATE", "DATA"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind))
    assert dlsim("locate", "--json").json == {
        "settings": str(tmp_path / "CONFIG" / "dlsim" / "settings.toml"),
        "last": str(tmp_path / "STATE" / "dlsim" / "last.json"),
        "copies": str(tmp_path / "DATA" / "dlsim" / "copies"),
        "screenshots": str(tmp_path / "DATA" / "dlsim" / "screenshots"),
    }


def test_a_line_each_says_what_is_not_there_yet(dlsim, tmp_path, monkeypatch):
    monkeypatch.setenv("DLSIM_HOME", str(tmp_path))
    (tmp_path / "settings.toml").touch()
    lines = dlsim("locate").out.splitlines()
    assert [line.split()[0] for line in lines] == list(PLACES)
    assert [line.endswith("(not there yet)") for line in lines] == [False, True, True, True]


def test_a_tilde_and_a_relative_folder_are_understood(dlsim, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("DLSIM_HOME", "~/mine")
    assert dlsim("locate", "--json").json["settings"] == str(tmp_path / "mine" / "settings.toml")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DLSIM_HOME", "here")
    assert dlsim("locate", "--json").json["settings"] == str(tmp_path / "here" / "settings.toml")


def test_it_does_not_import_textual(process, command_line):
    code = (
        "import sys\n"
        "from dlsim.cli.command import run\n"
        "run(sys.argv[1:])\n"
        "assert not {name.split('.')[0] for name in sys.modules} & {'textual', 'rich', 'plotext'}\n"
    )
    command_line[:] = [command_line[0], "-c", code]
    assert process("locate").returncode == 0


def test_a_home_that_cannot_be_is_told_and_ends_nothing(dlsim, monkeypatch):
    monkeypatch.setenv("DLSIM_HOME", f"/{'x' * 5000}")
    monkeypatch.setattr("sys.stdin", io.StringIO("\nq\n"))
    assert dlsim("locate").status == 0
    answer = dlsim("walk", "and")
    assert answer.status == 0
    assert "Sample 1, forward, 1 of 2." in answer.out
    assert "cannot be read" in answer.err
    assert len(answer.err) < 600


def test_the_home_of_somebody_who_is_not_there_is_a_folder_of_that_name(dlsim, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DLSIM_HOME", "~nobody-at-all/kept")
    assert dlsim("locate", "--json").json["last"] == str(tmp_path / "~nobody-at-all" / "kept" / "last.json")
