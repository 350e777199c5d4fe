"""Every picture of every scenario, in every size, at every moment, on every kind of terminal."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache

import pytest
from support.numbers import ref_to
from support.scenarios import FORWARD_ONLY, each_scenario

from dlsim.engine import Simulator, load
from dlsim.engine.ensemble import Ensemble
from dlsim.engine.scenario.load import PICTURES as NAMED_IN_FILES
from dlsim.tui.drawing.canvas import ASCII, UNICODE
from dlsim.tui.drawing.pictures.catalogue import PICTURES, pictures_of
from dlsim.tui.drawing.pictures.scene import PictureLook, Scene
from dlsim.tui.session.variants import Member
from dlsim.tui.words import words

SIZES = [(1, 1), (2, 1), (1, 5), (7, 3), (20, 4), (30, 9), (58, 16), (78, 10), (120, 36), (200, 60), (300, 2)]
MOMENTS = [(0, 0), (0, 5), (1, 0), (3, 2)]
NOT_PLAIN = re.compile("[\u2800-\u28ff▀█▓▒░]")
LOOKS = [PictureLook(), PictureLook(UNICODE, mixes=False), PictureLook(ASCII, mixes=False)]
OFFERED = {  # in this order; others may stand among them
    "and": ["region", "bars", "shapes", "confusion"],
    "backprop-2-2-2": ["region", "bars", "history", "shapes"],
    "xor-single": ["search-map", "region", "bars", "shapes", "confusion"],
    "feedforward-or-recurrent": ["unrolled", "history"],
    "activations": ["functions-plot"],
    "optimizers": ["surface", "rates"],
    "momentum-escape": ["surface", "rates"],
    "epochs-batches-iterations": ["descent", "bars", "history", "shapes", "costs"],
    "linear-collapse": ["region", "bars", "history", "shapes", "product", "costs", "confusion"],
    "xor-mlp": ["region", "bars", "shapes", "hidden", "confusion"],
    "matrix-shapes": ["bars", "history", "shapes", "costs", "confusion"],
}


def test_a_file_may_name_every_picture_as_the_one_that_it_opens_on():
    assert set(NAMED_IN_FILES) == {"network", *PICTURES}


@cache
def moments(name):
    """(snapshot, members) of a scenario at several places."""
    ensemble = Ensemble(load(name))
    found = []
    for done, cursor in MOMENTS:
        lead = ensemble.lead
        if done and not lead.trains:
            continue
        lead.seek(iteration=done, cursor=min(cursor, lead.program.values - 1))
        ensemble.follow()
        found.append(tuple(Member(way, simulator.snapshot()) for way, simulator in ensemble.members))
    return found


def check(drawing, width, height, look):
    rows = list(drawing.cells.rows())
    assert len(rows) == height
    for row in rows:
        assert sum(len(text) for text, _ in row) <= width
        assert not (look.glyphs is ASCII and NOT_PLAIN.search("".join(text for text, _ in row)))
        assert look.mixes or not any("@" in role for _, role in row)
    for hit in drawing.hits:
        assert 0 <= hit.x < max(width, 1)
        assert 0 <= hit.y < height


@each_scenario(besides=[FORWARD_ONLY])
def test_every_picture_can_be_drawn_in_every_size_at_every_moment(name):
    for members in moments(name):
        snapshot = members[0].snapshot
        for picture in pictures_of(snapshot.scenario):
            for view in range(min(len(picture.views(snapshot)), 9)):
                for number, (width, height) in enumerate(SIZES[view % 3 :: 3] if view else SIZES):
                    look = LOOKS[number % len(LOOKS)]
                    check(picture.draw(Scene(snapshot, members, None, view, look), width, height), width, height, look)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("key", PICTURES)
def test_every_kind_of_terminal_gets_a_picture(key, look):
    name = next(name for name in OFFERED if PICTURES[key].suits(load(name)))
    members = moments(name)[-1]
    drawing = PICTURES[key].draw(Scene(members[0].snapshot, members, look=look), 78, 20)
    check(drawing, 78, 20, look)
    assert drawing.cells.text().strip()


@pytest.mark.parametrize(("name", "keys"), OFFERED.items())
def test_a_scenario_offers_the_pictures_that_tell_of_it(name, keys):
    assert [picture.key for picture in pictures_of(load(name)) if picture.key in set().union(*OFFERED.values())] == keys


@pytest.mark.parametrize("key", PICTURES)
def test_every_picture_has_a_title_a_help_text_and_named_views(key):
    say = words()
    assert say(f"panel.{key}")
    assert say(f"about.{key}").endswith(".")
    for name in OFFERED:
        for members in moments(name):
            snapshot = members[0].snapshot
            if PICTURES[key].suits(snapshot.scenario):
                for view in PICTURES[key].views(snapshot):
                    assert view == "" or view.startswith("=") or say(f"picture.{view}")


@pytest.mark.parametrize("key", PICTURES)
def test_the_same_moment_makes_the_same_picture(key):
    name = next(name for name in OFFERED if PICTURES[key].suits(load(name)))
    ensemble = Ensemble(load(name))

    def drawn():
        members = tuple(Member(way, simulator.snapshot()) for way, simulator in ensemble.members)
        return PICTURES[key].draw(Scene(ensemble.lead.snapshot(), members), 70, 18).cells

    first = drawn()
    for _ in range(7):
        ensemble.lead.step("op")
    for _ in range(7):
        ensemble.lead.back("op")
    assert list(drawn().changes(first)) == []


def test_pictures_are_drawn_without_textual():
    code = (
        "import dlsim.tui.drawing.pictures.catalogue, sys; "
        "sys.exit('textual' in sys.modules or 'plotext' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("name", "rate"),
    [("momentum-escape", 1e3), ("optimizers", 1e5), ("xor-train", 1e200), ("vanishing-gradient", 1e80)],
)
def test_numbers_that_have_left_all_bounds_do_no_harm(name, rate):
    simulator = Simulator(load(name, overrides={"training.optimizer.learning_rate": rate}))
    simulator.run(iterations=200)
    snapshot = simulator.snapshot()
    for picture in pictures_of(snapshot.scenario):
        for view in range(len(picture.views(snapshot))):
            for look in LOOKS:
                check(picture.draw(Scene(snapshot, view=view, look=look), 58, 16), 58, 16, look)


@pytest.mark.parametrize("huge", [1e16, 1e17, -1e300, 1.7e308])
@pytest.mark.parametrize("name", ["backprop-2-2-2", "xor-train", "and", "threshold-and-bias", "dying-relu"])
def test_a_number_that_leaves_all_bounds_breaks_no_picture(name, huge):
    simulator = Simulator(load(name))
    simulator.edit(numbers={"W1": huge})
    for iterations in (0, 1):
        simulator.run(iterations=iterations)
        snapshot = simulator.snapshot()
        for picture in pictures_of(snapshot.scenario):
            for view, _ in enumerate(picture.views(snapshot)):
                picture.draw(Scene(snapshot, view=view, selected=ref_to("W", 1, (0, 0))), 60, 16)
