"""Settings and the last position: kept, read without trust, never lost, never in the way."""

import os
import subprocess
import sys

import pytest

from dlsim.tui.session.settings import Folders, Last, Settings, Store

CHOSEN = Settings(theme="textual-light", glyphs="ascii", digits=4, keymap={"step.forward": "n,space"})
LEFT = Last(scenario="backprop-2-2-2", variant=None, iteration=40, cursor=17, sample=0)


@pytest.fixture
def places(tmp_path):
    return Folders(
        tmp_path / "c" / "settings.toml", tmp_path / "s" / "last.json", tmp_path / "copies", tmp_path / "shots"
    )


@pytest.fixture
def store(places):
    return Store(places)


def write(file, text):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())


def test_without_files_there_are_defaults_and_nothing_is_made(store, places, tmp_path):
    assert store.settings() == Settings()
    assert store.last() is None
    assert store.messages == []
    assert list(tmp_path.iterdir()) == []


def test_what_was_chosen_is_there_the_next_time(store, places):
    assert store.save_settings(CHOSEN)
    assert store.save_last(LEFT)
    again = Store(places)
    assert (again.settings(), again.last(), again.messages) == (CHOSEN, LEFT, [])
    assert [path.name for path in places.settings.parent.iterdir()] == ["settings.toml"]


@pytest.mark.parametrize(
    "text",
    [
        "theme = ",
        "not toml at all",
        b"\xff\xfe\x00",
        b"a = " + b"[" * 5000,
        "a = 1\n" * 3,
        "# " + "x" * 2_000_000,
        "d = 2020-01-01",
    ],
)
def test_a_broken_file_is_ignored_with_one_message_and_kept(store, places, text):
    write(places.settings, text)
    before = places.settings.read_bytes()
    assert store.settings() == Settings()
    assert len(store.messages) == 1
    assert "settings.toml" in store.messages[0]
    assert "\n" not in store.messages[0]
    assert store.save_settings(CHOSEN)
    assert places.settings.with_name("settings.toml.bak").read_bytes() == before
    assert Store(places).settings() == CHOSEN


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("theme = 5", "theme"),
        ('glyphs = "braille"', "glyphs"),
        ("digits = 99", "digits"),
        ("digits = -1", "digits"),
        ('digits = "8"', "digits"),
        ("digits = true", "digits"),
        ("keymap = []", "keymap"),
        ('keymap = { "step.forward" = 3 }', "keymap"),
    ],
)
def test_one_wrong_setting_does_not_take_the_others_with_it(store, places, line, name):
    others = {"theme": 'theme = "nord"', "glyphs": 'glyphs = "ascii"', "digits": "digits = 3"}
    write(places.settings, "\n".join([*(text for key, text in others.items() if key != name), line]))
    settings = store.settings()
    assert getattr(settings, name) == getattr(Settings(), name)
    expected = {"theme": "nord", "glyphs": "ascii", "digits": 3}
    assert all(getattr(settings, key) == value for key, value in expected.items() if key != name)
    (message,) = store.messages
    assert f"settings.toml: {name}: " in message


def test_settings_of_another_version_stay_in_the_file(store, places):
    write(places.settings, 'digits = 5\nfuture = "kept"\n')
    assert store.settings().digits == 5
    assert store.messages == []
    store.save_settings(CHOSEN)
    assert 'future = "kept"' in places.settings.read_text()


def test_comments_written_by_hand_are_kept_aside(store, places):
    write(places.settings, "# mine\ndigits = 5\n")
    store.save_settings(CHOSEN)
    assert places.settings.with_name("settings.toml.bak").read_text() == "# mine\ndigits = 5\n"
    store.save_settings(Settings(digits=2))
    assert places.settings.with_name("settings.toml.bak").read_text() == "# mine\ndigits = 5\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[1, 2]",
        '{"scenario": 5}',
        '{"scenario": "and", "iteration": -1}',
        "{}",
        "[" * 50_000,
        b"\xff",
        "x" * 2_000_000,
    ],
)
def test_a_broken_last_position_is_ignored_with_one_message_and_kept(store, places, text):
    write(places.last, text)
    assert store.last() is None
    assert len(store.messages) == 1
    assert "last.json" in store.messages[0]
    assert places.last.with_name("last.json.bak").exists()
    assert store.save_last(LEFT)
    assert Store(places).last() == LEFT


def test_where_nothing_can_be_written_there_is_a_message_and_no_error(store, places, tmp_path):
    (tmp_path / "c").write_text("a file where the folder should be")
    assert store.save_settings(CHOSEN) is False
    assert store.save_settings(CHOSEN) is False
    (message,) = store.messages
    assert "cannot be written" in message
    assert store.settings() == Settings()


def test_a_folder_in_place_of_the_file_is_a_message_too(store, places):
    places.settings.mkdir(parents=True)
    assert store.settings() == Settings()
    assert store.save_settings(CHOSEN) is False
    assert store.messages


def test_a_write_that_fails_midway_leaves_the_old_file_whole(store, places, monkeypatch):
    store.save_settings(CHOSEN)

    def fail(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    assert store.save_settings(Settings()) is False
    assert "No space left" in store.messages[0]
    monkeypatch.undo()
    assert Store(places).settings() == CHOSEN
    assert [path.name for path in places.settings.parent.iterdir()] == ["settings.toml"]


def test_a_link_stays_a_link(store, places, tmp_path):
    real = tmp_path / "dotfiles" / "dlsim.toml"
    write(real, "digits = 5\n")
    places.settings.parent.mkdir()
    try:
        places.settings.symlink_to(real)
    except OSError:
        pytest.skip("no links here")
    store.save_settings(CHOSEN)
    assert places.settings.is_symlink()
    assert 'theme = "textual-light"' in real.read_text()


def test_control_characters_in_a_file_do_not_reach_the_message(store, places):
    write(places.settings, 'glyphs = "\\u001b[31m"\n')
    store.settings()
    assert "\x1b" not in store.messages[0]


def test_the_store_knows_the_home_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("DLSIM_HOME", str(tmp_path))
    Store().save_settings(CHOSEN)
    assert (tmp_path / "settings.toml").exists()


def test_settings_are_readable_without_textual():
    code = "import dlsim.tui.session.settings, sys; sys.exit('textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_example_in_the_guide_is_understood(store, places, root):
    guide = (root / "docs" / "guide" / "settings.md").read_text(encoding="utf-8")
    write(places.settings, guide.partition("```toml\n")[2].partition("```")[0])
    assert store.settings() == Settings(
        theme="textual-light", glyphs="ascii", digits=6, keymap={"step.forward": "space,n"}
    )
    assert store.messages == []


def test_settings_that_are_no_file_are_neither_copied_nor_written_over(tmp_path, monkeypatch):
    monkeypatch.setenv("DLSIM_HOME", str(tmp_path))
    os.mkfifo(tmp_path / "settings.toml")
    store = Store()
    assert store.settings() == Settings()
    assert not store.save_settings(Settings(digits=3))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["settings.toml"]
    assert any("not a regular file" in message for message in store.messages)
