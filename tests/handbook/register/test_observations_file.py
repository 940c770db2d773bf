"""The names of observations: every code of the rule book has one, and faults are told with their place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from yakuba.handbook.domain.observed import codes_of
from yakuba.handbook.domain.rules import Extension
from yakuba.handbook.register.observations import builtin, parse
from yakuba.handbook.rulebooks.faults import BadRulebook
from yakuba.handbook.rulebooks.load import builtin as rulebook

HEAD = 'format: yakuba.handbook.observation-names/1\nas_of: 2026-11-23\nsource: "x"\nobservations:\n'
ROW = "  - {code: A, title: a, effect: b, date_label: c, src: [S1]}\n"


def test_every_code_of_the_rule_book_is_named_explained_and_sourced() -> None:
    book = rulebook("jp")
    for kind in builtin().known_to(book):
        assert kind.code in builtin().named, kind.code
        assert kind.title
        assert kind.effect.endswith("。")
        assert set(kind.source) <= {*book.sources, "RECALLED"}
    assert set(builtin().named) == set(codes_of(book))


def test_only_a_record_whose_window_counts_from_its_day_needs_one() -> None:
    book = rulebook("jp")
    counted = {one.observation for one in book.extensions if one.within is not None}
    assert {one.code for one in builtin().named.values() if one.date_needed} == counted
    assert {one.code for one in builtin().named.values() if one.repeats} == counted


def test_a_code_that_the_data_lacks_has_the_name_of_its_extension() -> None:
    book = rulebook("jp")
    fresh = replace(book.extensions[0], name="新しい特例", observation="NEW")
    fixed = Extension("期限の決まった特例", "FIXED", {})
    other = replace(book, extensions=(fresh, fixed))
    new, plain = builtin().of("NEW", other), builtin().of("FIXED", other)
    assert (new.title, new.date_needed, new.repeats) == ("新しい特例", True, True)
    assert (plain.title, plain.date_needed) == ("期限の決まった特例", False)
    assert builtin().of("GONE", book).title == "GONE"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD.replace("/1", "/2") + ROW, "observation-names/1"),
        (HEAD.replace("as_of: 2026-11-23\n", "") + ROW, "as_of"),
        (HEAD + ROW + ROW, "ほかの行にない"),
        (HEAD + ROW.replace(", src: [S1]", ""), "src"),
        (HEAD + ROW.replace("}", ", date: maybe}"), "needed"),
        (HEAD + ROW.replace("}", ", more: x}"), "more"),
    ],
)
def test_a_faulty_file_is_told_with_its_place(text: str, said: str) -> None:
    assert parse("x.yaml", (HEAD + ROW).encode()).named["A"].title == "a"
    with pytest.raises(BadRulebook, match=said):
        parse("x.yaml", text.encode())
