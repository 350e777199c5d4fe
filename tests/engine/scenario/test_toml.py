"""A file that is not to be trusted: refused soon, with line and column or key, and never with a traceback."""

import os
import re
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlsim.engine import ScenarioError
from dlsim.engine.scenario.toml import LARGEST_TOML, parse_toml, parse_value, read_toml, write_at_once


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = 1\nb == 2", ["line 2, column 4", "not TOML"]),
        ("a = [1,", ["line 1, column 8", "not TOML"]),
        ('a = "never closed', ["line 1", "not TOML"]),
        ("a = 1\na = 2", ["line 2", "not TOML"]),
        ("a = nan", ["a: nan is not a finite number"]),
        ("[a]\nb = [0, [1, inf]]", ["a.b.1.1: inf is not a finite number"]),
        ("a = 1e999", ["a: inf"]),
        ("a = 9223372036854775808", ["a: 9223372036854775808 is too large"]),
        (f"a = 0x{'f' * 5000}", ["a: this is too large a whole number"]),
        (f"a = {'9' * 5000}", ["line 1, column 5: '999", "999' is too large a whole number"]),
        ("[a.b]\n[a.b]", ["line 2, column 5", "Cannot declare a.b twice"]),
        ("a = 2024-01-01", ["a: 2024-01-01 is a date"]),
        ("a = 2024-13-45", ["not TOML"]),
        ("a = 12:30:00", ["a: 12:30:00 is a date or time"]),
        (f"a = {'[' * 33}{']' * 33}", ["line 1, column 37", "32 deep"]),
        (f"a = {'[' * 100_000}", ["32 deep"]),
        (f"{'a.' * 20_000}a = 1", ["line 1, column 66", "32 deep"]),
        (f"[{'a.' * 40}a]", ["32 deep"]),
        (f"{'a.' * 31}a = [[[1]]]", ["32 deep"]),
    ],
    ids=range(19),
)
def test_what_is_wrong_is_said_with_its_place(text, said):
    with pytest.raises(ScenarioError) as caught:
        parse_toml(text, "some.toml")
    assert str(caught.value).startswith("some.toml: ")
    for part in said:
        assert part in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        'a = "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["',
        "a = '''\n" + "[" * 40 + "\n'''",
        'a = """\n' + "a." * 40 + '\n"""',
        "# " + "[" * 40,
        'a = """quotes: \\""" and "" and """"""'.replace('""""""', '"""'),
        "a = [" + "1.5, " * 1000 + "]",
        'a = "\\"[[[[" # "\nb = 1.0',
    ],
    ids=range(7),
)
def test_brackets_and_dots_inside_texts_and_numbers_do_not_count(text):
    assert "a" in parse_toml(text) or text.startswith("#")


@pytest.mark.parametrize(
    "text",
    [
        '"""\\' * (LARGEST_TOML // 4),
        '"""' + '\\"""' * (LARGEST_TOML // 4 - 1),
        "'''" * (LARGEST_TOML // 3),
        '"' * LARGEST_TOML,
        "." * LARGEST_TOML,
        "a" * LARGEST_TOML,
        "a = " + "[" * (LARGEST_TOML - 4),
        "a = {" + "b={" * (LARGEST_TOML // 3 - 2),
    ],
    ids=["escapes", "quotes-escaped", "literals", "quotes", "dots", "one key", "lists", "tables"],
)
def test_a_whole_mebibyte_of_malice_is_refused_soon(text):
    started = perf_counter()
    with pytest.raises(ScenarioError):
        parse_toml(text)
    assert perf_counter() - started < 3


@given(st.text(alphabet=st.sampled_from("abc.=[]{}\"'\\\n#,1e-+ \tnT:"), max_size=200))
def test_junk_is_a_table_or_a_scenario_error(text):
    message = ""
    try:
        parse_toml(text)
    except ScenarioError as error:
        message = str(error)
    assert len(message) < 400


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a = '\xff'", "line 1, column 6: this is not UTF-8"),
        (b"\n\xff", "line 2, column 1"),
        (b"#" * (LARGEST_TOML + 1), "larger than 1,024 KiB"),
        (b"a = '\x1b'", "not TOML"),
    ],
    ids=["not UTF-8", "nor here", "too large", "escape"],
)
def test_a_file_that_is_no_scenario_is_refused(tmp_path, content, said):
    file = tmp_path / "some.toml"
    file.write_bytes(content)
    with pytest.raises(ScenarioError, match=said) as caught:
        read_toml(file, "some.toml")
    assert "\x1b" not in str(caught.value)


def test_windows_line_ends_and_a_byte_order_mark_are_no_obstacle(tmp_path):
    file = tmp_path / "some.toml"
    file.write_bytes("\ufefftext = '''a\r\nb'''\r\n".encode())
    assert read_toml(file, "some.toml") == {"text": "a\nb"}


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ScenarioError, match=r"^gone\.toml: the file does not exist"):
        read_toml(tmp_path / "gone.toml", "gone.toml")


def test_a_folder_is_not_a_file(tmp_path):
    with pytest.raises(ScenarioError, match="not a regular file"):
        read_toml(tmp_path, "folder")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_is_refused_without_waiting_for_it(tmp_path):
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(ScenarioError, match="not a regular file"):
        read_toml(tmp_path / "pipe.toml", "pipe.toml")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.5", 0.5),
        (" 10 ", 10),
        ("true", True),
        ("[[1, 2], [3]]", [[1, 2], [3]]),
        ("{ name = 'sgd' }", {"name": "sgd"}),
        ('"quoted"', "quoted"),
        ("tanh", "tanh"),
        ("1/3", "1/3"),
        ("half_squared_error", "half_squared_error"),
        ("1\nb = 2", None),
        ("[1, 2", None),
        ("", None),
        ("nan", None),
        ("1979-05-27", None),
    ],
)
def test_a_value_on_the_command_line_is_toml_or_a_bare_word(text, value):
    if value is None:
        with pytest.raises(ScenarioError):
            parse_value(text)
    else:
        assert parse_value(text) == value


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("9223372036854775808", "'9223372036854775808' is too large a number"),
        ("-9_223_372_036_854_775_808", "is too large a number"),
        ("-1e400", "'-1e400' is too large a number"),
        ("9" * 5_000, "999' is too large a number"),
        ("-inf", "'-inf' is not a finite number"),
    ],
    ids=["whole", "in groups", "decimal", "endless", "infinite"],
)
def test_a_number_on_the_command_line_that_no_file_may_hold_is_refused(text, problem):
    with pytest.raises(ScenarioError, match=re.escape(problem)):
        parse_value(text)


# files that are written whole or not at all


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
