"""Tests of tui/words/markdown.py."""

import pytest

from dlsim.tui.words.markdown import blocks


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("go to x =\n0. `t` draws", [["go to x = 0. `t` draws"]]),
        ("end at\n14. Then", [["end at 14. Then"]]),
        ("Do this:\n1. step\n2. look", [["Do this:", "1. step", "2. look"]]),
        ("7. on\n8. and on", [["7. on", "8. and on"]]),
        ("these:\n- one\n- two", [["these:", "- one", "- two"]]),
    ],
)
def test_a_number_that_happens_to_begin_a_line_is_no_list(text, read):
    assert list(blocks(text)) == read
