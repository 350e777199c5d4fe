"""Files are replaced whole, or not at all."""

import os

import pytest

from dlsim.engine.writing import write_at_once


def test_a_file_is_made_and_replaced_and_nothing_else_is_left(tmp_path):
    file = tmp_path / "a.toml"
    write_at_once(file, "one")
    write_at_once(file, "two")
    assert file.read_text() == "two"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_the_mode_stays_and_a_new_file_has_the_usual_one(tmp_path):
    file, usual = tmp_path / "a.toml", tmp_path / "b.toml"
    usual.write_text("")
    write_at_once(file, "one")
    assert file.stat().st_mode == usual.stat().st_mode
    file.chmod(0o640)
    write_at_once(file, "two")
    assert file.stat().st_mode & 0o777 == 0o640


def test_an_error_leaves_what_was_there(tmp_path):
    file = tmp_path / "a.toml"
    file.write_text("one")
    with pytest.raises(UnicodeEncodeError):
        write_at_once(file, "\ud800")
    assert file.read_text() == "one"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(os.name != "posix", reason="links need rights elsewhere")
def test_a_link_leads_to_what_is_replaced(tmp_path):
    file, link = tmp_path / "a.toml", tmp_path / "link.toml"
    file.write_text("one")
    link.symlink_to(file)
    write_at_once(link, "two")
    assert link.is_symlink()
    assert file.read_text() == "two"
