"""The sum as forms print it, for every way of combining parents."""

import pytest

from tests.nursery.domain.scores.helpers import (
    APRIL,
    applications,
    book,
    both,
    child,
    guardian,
    home,
    marks,
    run,
)
from tests.nursery.domain.scores.test_basic import RANKS
from yakuba.nursery.domain.application import Household
from yakuba.nursery.domain.scores.score import score
from yakuba.nursery.domain.scores.words import formula, key_words, render

PLUS = """\
adjustments:
  - {code: PLUS, label: 加点, scope: child, points: 3}
  - {code: LESS, label: 減点, scope: child, points: -5}
"""


@pytest.mark.parametrize(
    ("text", "house", "ticked", "words"),
    [
        ("", home(guardians=both(160, 100)), ("PLUS",), "父20＋母14＋調整3＝37"),
        ("", home(guardians=both(160, 100)), ("LESS",), "父20＋母14−調整5＝29"),
        ("", home(guardians=both(160, 100)), (), "父20＋母14＝34"),
        ("", home(guardians=(guardian("mother", 48),)), (), "母9＝9"),
        ("", home(guardians=()), (), "調整0＝0"),
        ("", home(guardians=(), rows=("BOTH",)), ("PLUS",), "世帯46＋調整3＝49"),
        (
            "combination: {parents: lower, reasons: highest}\n",
            home(guardians=both(160, 100)),
            ("PLUS",),
            "（父20・母14の低いほう）14＋調整3＝17",
        ),
        (
            "combination: {parents: average, reasons: highest}\n",
            home(guardians=both(160, 48)),
            (),
            "（父20・母9の平均）14.5＝14.5",
        ),
    ],
)
def test_the_sum_reads_as_it_is_printed(
    text: str, house: Household, ticked: tuple[str, ...], words: str
) -> None:
    extra = "  - {code: BOTH, category: absence, label: 不存在, who: household, judge: true, points: 46}\n"
    rules = book(extra + PLUS + text)
    one, _ = run(rules, house, child(marks=marks(*ticked)))
    assert formula(rules, one) == words
    assert formula(rules, one, "N1") == words


def test_the_sum_of_a_rank_system_is_its_adjustments() -> None:
    rules = book(basic=RANKS)
    one, scores = run(rules, applicant=child(marks=marks("PLUS")))
    assert formula(rules, one) == "調整3＝3"
    assert key_words(scores, one.wishes[0].keys) == "ランク 1、合計指数 3"
    assert "ランク　A" in render(rules, scores, "c1")


def test_the_text_of_a_child_names_nurseries_keys_and_open_questions() -> None:
    rules = book(
        "adjustments:\n"
        "  - {code: STAFF, label: 特別, scope: child, discretionary: true}\n"
        "tie_break:\n  - {key: tax, direction: lower_first, label: 税額}\n"
    )
    homes = (home("h1", facts={"tax": 70}), home("h2"))
    children = (child(marks=marks("STAFF")), child("c2", "h2"))
    scores = score(rules, applications(homes, children), on=APRIL)
    lines = render(rules, scores, "c1", {"N1": "なぎさ保育園"}).splitlines()
    assert lines == [
        "受付番号 c1（世帯 h1）　試験市 試験",
        "父　月160時間以上の就労　月160時間の就労（160時間以上）　20点",
        "母　月160時間以上の就労　月160時間の就労（160時間以上）　20点",
        "児童　特別　職員の記入　—（数えません：点数が決まっていません）",
        "合計指数　父20＋母20＝40",
        "第1希望　なぎさ保育園　父20＋母20＝40",
        "　順位の比べ方　合計指数 40、税額 70",
        "第2希望　N2　父20＋母20＝40",
        "　順位の比べ方　合計指数 40、税額 70",
        "未決　受付番号 c1：「特別」の点数を決めてください",
    ]
