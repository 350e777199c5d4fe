"""`dlsim list`."""

GATES_AND_BACKPROP = ["and", "nand", "or", "xor-mlp", "xor-train", "backprop-2-2-2"]


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
