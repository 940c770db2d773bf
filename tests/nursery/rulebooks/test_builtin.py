"""Every rule book that comes with the product reads without a fault and works out its own examples."""

from dataclasses import replace

import pytest

from tests.nursery.domain.scores.helpers import APRIL, applications, child, home
from yakuba.nursery.domain.application import Guardian
from yakuba.nursery.domain.market import BadInput
from yakuba.nursery.domain.scores.score import score
from yakuba.nursery.domain.scores.words import formula, render
from yakuba.nursery.rulebooks.examples import run_example, run_examples, scored
from yakuba.nursery.rulebooks.load import builtin, load_builtin

COMPLETE = {
    "haebaru",
    "itoman",
    "nanjo",
    "nisshin",
    "settsu",
    "shiomi",
    "tomigusuku",
    "urasoe",
    "yaese",
    "yonabaru",
}
SECOND_HAND = {"nisshin", "settsu"}
PRINTED = {"edogawa": ("ed1", "ed2"), "musashimurayama": ("mm1",), "ota": ("o1",)}


@pytest.mark.parametrize("id_", builtin())
def test_every_example_of_a_book_comes_out_exactly(id_: str) -> None:
    results = run_examples(load_builtin(id_))
    assert [str(one) for one in results if not one.ok] == []


def test_the_complete_books_are_the_published_nine_and_the_invented_one() -> None:
    books = [load_builtin(id_) for id_ in builtin()]
    assert {book.id for book in books if book.status == "complete"} == COMPLETE
    assert {book.id for book in books if book.invented} == {"shiomi"}
    assert {
        book.id for book in books if book.status == "complete" and book.evidence == "SECOND"
    } == SECOND_HAND


@pytest.mark.parametrize("id_", sorted(COMPLETE))
def test_a_complete_book_is_dated_and_sourced_row_by_row(id_: str) -> None:
    book = load_builtin(id_)
    assert book.fiscal_year is not None
    assert book.effective_from is not None
    assert book.sources
    assert len(book.examples) >= 3
    assert all(row.evidence for row in (*book.basic, *book.adjustments))
    assert all(row.label and not row.label.startswith(("同上", "同 ", "同・")) for row in book.basic)


@pytest.mark.parametrize("id_", sorted(set(builtin()) - COMPLETE))
def test_a_template_says_what_it_lacks(id_: str) -> None:
    assert load_builtin(id_).gaps


@pytest.mark.parametrize(("id_", "example"), [(id_, one) for id_, ones in PRINTED.items() for one in ones])
def test_the_examples_that_municipalities_print_come_out(id_: str, example: str) -> None:
    results = {one.id: one for one in run_examples(load_builtin(id_))}
    assert results[example].origin == "printed"
    assert results[example].ok


def test_printed_totals_read_as_printed() -> None:
    """江戸川区 90 = 母40 + 父50 and 110 = 50 + 50 + 10; 武蔵村山市 107 at the first wish."""
    edogawa, musashimurayama = load_builtin("edogawa"), load_builtin("musashimurayama")
    cases = [(edogawa, 0, "父50＋母40＝90"), (edogawa, 1, "父50＋母50＋調整10＝110")]
    cases.append((musashimurayama, 0, "父50＋母50＋調整7＝107"))
    for book, index, words in cases:
        child = scored(book, book.examples[index]).children["c1"]
        assert formula(book, child, "N1") == words


def test_the_trace_of_an_example_reads_like_the_form() -> None:
    book = load_builtin("shiomi")
    example = next(one for one in book.examples if one.id == "s5")
    text = render(book, scored(book, example), "c1", {"N1": "なぎさ保育園"})
    assert "父　月160時間以上の就労　月168時間の就労（160時間以上）　20点" in text
    assert "第1希望　なぎさ保育園　父20＋母20＋調整7＝47" in text
    displaced = "2点（数えません：同じ区分の高いほうだけを数えます）"
    assert f"希望　きょうだいが同じ施設を希望　台帳から：きょうだいも希望　{displaced}" in text


def test_an_unknown_book_names_those_that_exist() -> None:
    with pytest.raises(BadInput, match="urasoe"):
        load_builtin("atlantis")


def test_a_wrong_expectation_fails_and_says_both_values() -> None:
    book = load_builtin("shiomi")
    wrong = replace(book.examples[0], expect={**book.examples[0].expect, "total": 37})
    result = run_example(book, wrong)
    assert not result.ok
    assert "total=37" in str(result)
    assert "total=36" in str(result)


def test_codes_are_listed_by_where_they_are_entered() -> None:
    codes = load_builtin("urasoe").codes()
    assert codes["basic_household"] == {"ABUSE", "ABSENT2"}
    assert "W160" not in codes["basic"]
    assert {"BIRTH", "JOB"} <= codes["basic"]
    assert codes["parent"] == frozenset()
    assert codes["wish"] == {"SIB_IN", "SIB_SAME", "SIB_UNITE", "GRAD_PARTNER", "GRAD_OTHER", "CONVERTED"}
    assert {"LONE", "LEAVE_EXT"} <= codes["household"]
    assert {"MULTI", "DECLINED"} <= codes["child"]


@pytest.mark.parametrize("id_", builtin())
def test_a_book_asks_about_empty_applications_and_never_gives_points_for_nothing(id_: str) -> None:
    book = load_builtin(id_)
    homes = (home("h1", (Guardian("mother"), Guardian("father"))), home("h2", ()))
    round_ = applications(homes, (child("a", "h1"), child("b", "h2")))
    scores = score(book, round_, on=book.effective_from or APRIL)
    absent = book.basic_row(book.combination.absent_row or "")
    brought = None if absent is None else absent.points
    assert scores.children["a"].total == 0
    assert set(scores.children["b"].basic.values()) == {brought}
    assert {one.subject for one in scores.questions} >= {"h1"}
    assert all(len(wish.keys) == len(scores.names) for wish in scores.children["a"].wishes)
