"""What one types finds what it means: in English, in the notes' Korean, by section, by a word of a lesson."""

from __future__ import annotations

import pytest

from dlsim.engine import builtin_scenarios
from dlsim.tui.screens.browser import listed
from dlsim.tui.words import words
from dlsim.tui.words.finding import fits, found_in, same_as

FINDS = {
    "keras": "matrix-shapes",
    "2.2": "matrix-shapes",
    "3.1": "backprop-2-2-2",
    "dnn": "xor-mlp",
    "projection": "linear-collapse",
    "overfit": "over-and-underfitting",
    "local minimum": "momentum-escape",
    "trace": "backprop-2-2-2",
    "bce": "losses",
    "lr": "optimizers",
    "dead": "dying-relu",
    "chain": "backprop-2-2-2",
    "퍼셉트론": "and",
    "단층 퍼셉트론": "and",
    "다층 퍼셉트론": "xor-mlp",
    "역전파": "backprop-2-2-2",
    "순전파": "matrix-shapes",
    "기울기 소실": "vanishing-gradient",
    "기울기소실": "vanishing-gradient",
    "과적합": "over-and-underfitting",
    "과소적합": "over-and-underfitting",
    "편향": "threshold-and-bias",
    "임계치": "threshold-and-bias",
    "계단 함수": "and",
    "활성화 함수": "activations",
    "시그모이드 함수": "logistic-and",
    "하이퍼볼릭탄젠트 함수": "activations",
    "렐루": "activations",
    "죽은 렐루": "dying-relu",
    "소프트맥스": "activations",
    "비선형": "linear-collapse",
    "은닉층": "xor-mlp",
    "전결합층": "matrix-shapes",
    "피드 포워드 신경망": "feedforward-or-recurrent",
    "순환 신경망": "feedforward-or-recurrent",
    "심층 신경망": "vanishing-gradient",
    "딥 러닝": "xor-mlp",
    "행렬": "matrix-shapes",
    "손실 함수": "losses",
    "평균 제곱 오차": "losses",
    "크로스 엔트로피": "losses",
    "옵티마이저": "optimizers",
    "경사 하강법": "batch-modes",
    "학습률": "optimizers",
    "모멘텀": "momentum-escape",
    "아다그라드": "optimizers",
    "알엠에스프롭": "optimizers",
    "아담": "optimizers",
    "로컬 미니멈": "momentum-escape",
    "글로벌 미니멈": "momentum-escape",
    "미니 배치": "batch-modes",
    "배치 크기": "epochs-batches-iterations",
    "에포크": "epochs-batches-iterations",
    "이터레이션": "epochs-batches-iterations",
    "연쇄 법칙": "backprop-2-2-2",
    "회귀": "losses",
    "케라스": "matrix-shapes",
    "workbook": "epochs-batches-iterations",
}


@pytest.mark.parametrize("wanted", FINDS)
def test_a_word_of_the_notes_finds_its_scenarios_and_not_all(wanted):
    names = [choice.name for _, choice in found_in(words(), listed(), wanted)]
    assert FINDS[wanted] in names
    assert len(names) < len(builtin_scenarios())


@pytest.mark.parametrize(
    ("wanted", "first"),
    [
        ("overfit", "over-and-underfitting"),
        ("기울기 소실", "vanishing-gradient"),
        ("역전파", "backprop-2-2-2"),
        ("dead", "dying-relu"),
        ("행렬", "matrix-shapes"),
    ],
)
def test_what_fits_best_stands_first(wanted, first):
    assert found_in(words(), listed(), wanted)[0][1].name == first


@pytest.mark.parametrize(("typed", "section"), [("3.4", "3.4"), ("1.", "1"), ("2", "2")])
def test_a_section_finds_its_scenarios_alone(typed, section):
    found = [choice for _, choice in found_in(words(), listed(), typed) if choice.name not in ("matrix-shapes",)]
    assert found
    assert all(choice.section.startswith(section) for choice in found)


def test_korean_is_found_before_it_is_whole_and_without_its_blanks():
    say = words()
    assert "overfitting" in same_as(say, "과적")
    assert "vanishing gradient" in same_as(say, "기울기소실")
    assert fits(say, "The learning rate", "학습률")
    assert fits(say, "the learning rate of Adam", "아담 lr")
    assert not fits(say, "The bias", "학습률")


def test_words_of_one_meaning_stand_in_one_entry():
    """What stands in two would mean all that both mean."""
    say = words()
    entries = [key for key in say if key.startswith("same.")]
    every = [word.strip() for key in entries for word in say(key).split(",")]
    assert len(every) == len(set(every))
    assert all(word == word.casefold() for word in every)


def test_every_scenario_that_words_of_the_list_speak_of_is_there():
    say = words()
    named = [key.removeprefix("browser.also.scenario.") for key in say if key.startswith("browser.also.scenario.")]
    named += [name for key in say if key.startswith("notes.shown_by.") for name in say(key).split()]
    assert set(named) <= set(builtin_scenarios())
