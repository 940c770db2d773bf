"""What letters say: the facts a parent needs, and nothing of another family."""

from __future__ import annotations

import random
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.nursery.explain_markets import market_of
from tests.nursery.letters.facts import (
    ISSUE,
    LABELS,
    home,
    placed_child,
    waiting_child,
    wording,
    write_date,
    written,
)
from yakuba.nursery.domain import explain
from yakuba.nursery.domain.letter_words import Unfilled, fill
from yakuba.nursery.domain.letters import (
    ChildFacts,
    FamilyFacts,
    LetterText,
    fiscal_year_end,
    in_order,
    letter,
    natural,
    reasons,
)
from yakuba.nursery.domain.market_json import parse, result_dict
from yakuba.nursery.domain.solve import allocate


def texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return [text for item in items for text in texts(item)]


def whole(one: LetterText) -> str:
    return "\n".join(texts(asdict(one)))


def test_an_offer_says_where_from_when_and_what_to_do_until_when() -> None:
    text = whole(written("placed", home(placed_child()), serial=12))
    for fact in (
        "利用調整結果通知書（内定）",
        "8汐子保第1234号の12",
        "令和9年1月19日",
        "汐見区長",
        "〒999-0012",
        "汐見区葛\U000e0100飾三丁目4番5号",
        "𠮷田 﨑子　様",
        "𠮷田 葵",
        "はまかぜ保育園",
        "1歳児",
        "令和9年4月1日",
        "令和9年1月29日までに辞退届",
        "減点することがあります",
        "令和9年2月12日",
        "令和9年2月26日",
        "申込みの内容が事実と違ったとき",
        "電話",
    ):
        assert fact in text, fact
    assert "審査請求" not in text


def test_a_hold_says_why_on_which_basis_how_long_and_where_to_appeal() -> None:
    text = whole(written("waiting", home(waiting_child())))
    for fact in (
        "利用調整結果通知書（保留）",
        "児童福祉法第24条第3項",
        "令和8年11月2日",
        "令和9年4月1日から令和9年4月30日まで",
        "育児休業の延長を許容できる旨の申出",
        "令和10年3月31日まで有効",
        "3か月以内に、汐見区長に対して審査請求",
        "6か月以内に、汐見区を被告として（代表者は汐見区長）",
        "育児休業給付金",
        "募集人数12人に対し、優先順位が上の方が12人いました。",
    ):
        assert fact in text, fact
    assert "辞退" not in text


def test_a_reason_gives_seats_own_points_the_last_admitted_points_and_the_criterion() -> None:
    large, small = reasons(waiting_child(), LABELS)
    assert (large.title, large.place) == ("第1希望", "はまかぜ保育園 1歳")
    assert dict(large.facts) == {
        "募集人数": "12人",
        "本人の指数": "39",
        "最後に内定した方の指数": "41",
        "決め手": "指数の差（2）",
    }
    assert dict(small.facts) == {
        "募集人数": "1人",
        "本人の指数": "39",
        "最後に内定した方の指数": "人数が少ないためお示ししません",
        "決め手": "優先順位（基準はお示ししません）",
    }
    assert "47" not in str(small)


def test_wishes_with_the_same_reason_share_an_entry() -> None:
    child = waiting_child()
    again = [
        {**claim, "wish": wish}
        for wish in (3, 4, 6)
        for claim in child.claims
        if claim["kind"] == "full" and claim["wish"] == 1
    ]
    found = reasons(replace(child, claims=[*child.claims, *again]), LABELS)
    assert [one.title for one in found] == ["第1・3〜4・6希望", "第2希望"]


def test_a_family_with_both_results_gets_both_letters_and_each_names_every_child() -> None:
    family = home(placed_child(), waiting_child())
    assert family.kinds == ("placed", "waiting")
    for kind in family.kinds:
        rows = written(kind, family).rows
        assert [(row[0], row[3]) for row in rows] == [("𠮷田 葵", "内定"), ("𠮷田 蓮", "保留")]


def test_a_child_who_stays_is_told_only_when_a_wish_was_refused() -> None:
    stays = replace(waiting_child(), outcome="held", claims=[])
    assert home(stays).kinds == ()
    assert home(placed_child(), stays).kinds == ("placed",)
    refused = replace(waiting_child(), outcome="held")
    assert home(refused).kinds == ("waiting",)
    assert written("placed", home(placed_child(), stays)).rows[1][3] == "在籍園を継続"
    assert written("waiting", home(replace(refused, claims=waiting_child().claims))).rows[0][3] == (
        "転園は保留（在籍園を継続）"
    )


@pytest.mark.parametrize(("leave", "told"), [(True, "あり"), (False, "なし")])
def test_the_leave_flag_is_printed_as_it_was_ticked(leave: bool, told: str) -> None:
    part = written("waiting", home(waiting_child(), leave=leave)).sections[0]
    assert dict(part.points)["育児休業の延長を許容できる旨の申出"] == told


def test_what_is_not_known_is_left_out_and_not_guessed() -> None:
    child = replace(waiting_child(), applied_on=None, wished_start=None, birth=None)
    one = written("waiting", FamilyFacts("h1", (child,)))
    assert dict(one.sections[0].points) == {
        "利用を希望した日": "令和9年4月1日",
        "保留の期間": "令和9年4月1日から令和9年4月30日まで",
    }
    assert one.addressee == ("𠮷田 蓮の保護者　様",)
    assert one.rows[0][1] == "—"


def test_offers_come_first_and_both_letters_of_a_family_stay_together() -> None:
    families = [
        home(waiting_child(), family="h10", postal="100"),
        home(waiting_child(), family="h9", postal="200"),
        home(placed_child(), waiting_child(), family="h20", postal=""),
        home(placed_child(), family="h3", postal="300"),
    ]
    assert [(family.id, kind) for family, kind in in_order(families, "family")] == [
        ("h3", "placed"),
        ("h20", "placed"),
        ("h20", "waiting"),
        ("h9", "waiting"),
        ("h10", "waiting"),
    ]
    assert [family.id for family, _ in in_order(families, "postal")] == ["h3", "h20", "h20", "h10", "h9"]


def test_a_date_that_the_words_ask_for_must_be_given() -> None:
    with pytest.raises(Unfilled, match="辞退の届出の期限") as found:
        letter(
            "placed",
            home(placed_child()),
            wording(),
            replace(ISSUE, decline_by=None),
            serial=1,
            write=write_date,
            labels=LABELS,
        )
    assert found.value.names == ("decline_by",)


def test_a_value_is_never_read_as_a_placeholder() -> None:
    assert fill("{round}の結果", {"round": "{town}"}) == "{town}の結果"


@pytest.mark.parametrize(
    ("day", "end"),
    [
        ((2027, 4, 1), (2028, 3, 31)),
        ((2028, 3, 31), (2028, 3, 31)),
        ((2027, 12, 1), (2028, 3, 31)),
        ((2028, 1, 1), (2028, 3, 31)),
    ],
)
def test_the_fiscal_year_ends_in_march(day: tuple[int, int, int], end: tuple[int, int, int]) -> None:
    assert fiscal_year_end(date(*day)) == date(*end)


def test_numbers_in_names_are_ordered_as_numbers() -> None:
    assert sorted(["h10", "h9", "9", "10", "a"], key=natural) == ["9", "10", "a", "h9", "h10"]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_no_letter_names_another_family_or_its_child(seed: int) -> None:
    """Real claims of random markets: ids are long and unlike anything else that a letter holds."""
    market = market_of(random.Random(seed), families=14, classes=4, wishes=3, seats=5)
    rename = {
        child: f"CHILD{at:04}X"
        for at, child in enumerate(c for f in market["families"] for c in f["children"])
    }
    homes = {family["id"]: f"HOME{at:04}X" for at, family in enumerate(market["families"])}
    market = _renamed(market, rename, homes)
    result = result_dict(allocate(parse(market, file="market.json")).result)
    told = dict(explain.by_child(explain.claims(market, result)))
    everyone = {*rename.values(), *homes.values()}
    for row in market["families"]:
        family = FamilyFacts(
            row["id"],
            tuple(
                ChildFacts(
                    child,
                    f"名前{at}",
                    "waiting" if result["assignment"][child] is None else "placed",
                    told[child],
                )
                for at, child in enumerate(row["children"])
            ),
        )
        for kind in family.kinds:
            text = whole(written(kind, family))
            others = everyone - {row["id"], *row["children"]}
            assert [one for one in others if one in text] == []


def _renamed(market: dict[str, Any], children: dict[str, str], homes: dict[str, str]) -> dict[str, Any]:
    names = {**children, **homes}

    def of(value: Any) -> Any:
        if isinstance(value, str):
            return names.get(value, value)
        if isinstance(value, list):
            return [of(one) for one in value]
        if isinstance(value, dict):
            return {children.get(key, key): of(one) for key, one in value.items()}
        return value

    renamed: dict[str, Any] = of(market)
    return renamed
