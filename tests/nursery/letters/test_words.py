"""The town's words: every fault is found before a letter is made."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from yakuba.nursery.domain.letter_words import PLACEHOLDERS, texts
from yakuba.nursery.domain.market import BadInput
from yakuba.nursery.letters import load

SHIPPED = Path(load.__file__).parent / "templates"
Path_ = tuple[str | int, ...]


def data() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((SHIPPED / "shiomi.yaml").read_text())
    return found


def faults_of(changed: Any) -> list[str]:
    raw = changed if isinstance(changed, bytes) else yaml.safe_dump(changed, allow_unicode=True).encode()
    with pytest.raises(BadInput) as found:
        load.parse(raw, "own.yaml")
    return [str(fault) for fault in found.value.faults]


def changed(path: Path_, value: Any) -> dict[str, Any]:
    whole = copy.deepcopy(data())
    place: Any = whole
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return whole


@pytest.mark.parametrize("name", sorted(path.name for path in SHIPPED.glob("*.yaml")))
def test_the_shipped_words_have_no_fault_and_every_placeholder_a_name(name: str) -> None:
    found = load.parse((SHIPPED / name).read_bytes(), name)
    assert len(list(texts(found))) > 20
    assert found.appeal.review_months == 3
    assert all(PLACEHOLDERS.values())


PLANTED: list[tuple[Path_, Any, str, str]] = [
    (
        ("appeal", "text", 0),
        "決定を知った日の翌日から60日以内に{review_office}へ、{review_months}",
        "appeal.text[0]",
        "60日",
    ),
    (("appeal", "text", 0), "６０日以内", "appeal.text[0]", "60日"),
    (("appeal", "text", 0), "六十日以内", "appeal.text[0]", "60日"),
    (("appeal", "text", 0), "異議申し立てをすることができます", "appeal.text[0]", "異議申立て"),
    (("appeal", "text", 0), "異議申立てができます", "appeal.text[0]", "異議申立て"),
    (("waiting", "title"), "入所不承諾通知書", "waiting.title", "不承諾"),
    (("waiting", "lead", 0), "{kodomo}について", "waiting.lead[0]", "{kodomo}"),
    (("waiting", "lead", 0), "{round", "waiting.lead[0]", "差込みの印"),
    (("waiting", "lead", 0), "　", "waiting.lead[0]", "（空）"),
    (("waiting", "continues"), ["続きます。"], "waiting.continues", "{fiscal_year_end} なし"),
    (("placed", "decline"), ["早めに出してください。"], "placed.decline", "{decline_by} なし"),
    (("placed", "steps", 1, "text"), "出してください。", "placed.steps", "{papers_by} なし"),
    (("appeal", "text"), ["{review_office}、{review_months}か月"], "appeal.text", "{suit_defendant} なし"),
    (("appeal", "review_months"), 2, "appeal.review_months", "3か月"),
    (("appeal", "suit_months"), 3, "appeal.suit_months", "6か月"),
    (("appeal", "suit_months"), "6", "appeal.suit_months", "整数"),
    (("appeal", "review_months"), True, "appeal.review_months", "整数"),
    (("checked_on",), "2010-01-01", "checked_on", "2016-04-01より前"),
    (("checked_on",), "いつか", "checked_on", "日付"),
    (("window", "left"), 150, "window", "三つ折り"),
    (("window", "height"), 0, "window", "三つ折り"),
    (("window", "top"), "上", "window.top", "数が要ります"),
    (("window",), "なし", "window", "まとまり"),
    (("contact",), None, "contact", "欄なし"),
    (("contact",), [], "contact", "文の並び"),
    (("contact",), ["a", 3], "contact", "文の並び"),
    (("issuer",), 5, "issuer", "文字"),
    (("placed", "steps"), ["手続"], "placed.steps", "title と text"),
    (("placed", "steps", 0, "day"), "明日", "placed.steps[0].day", "知らない欄"),
    (("sender",), "区", "sender", "知らない欄"),
    (("format",), "letters/0", "format", "yakuba.nursery.letters/1"),
]


@pytest.mark.parametrize(("path", "value", "place", "says"), PLANTED)
def test_a_planted_fault_is_named_with_its_place(path: Path_, value: Any, place: str, says: str) -> None:
    found = faults_of(changed(path, value))
    assert any(f"own.yaml「{place}」" in one and says in one for one in found), found


def test_all_faults_are_told_at_once() -> None:
    whole = changed(("appeal", "text", 0), "60日以内")
    whole["waiting"]["lead"][0] = "{unknown}"
    assert len([one for one in faults_of(whole) if "60日" in one or "unknown" in one]) == 2


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"a: [", b"- 1", b"", b"x" * 300_000])
def test_what_is_no_wording_is_refused(raw: bytes) -> None:
    assert len(faults_of(raw)) == 1


def test_optional_notes_may_be_absent() -> None:
    raw = yaml.safe_dump(changed(("placed", "notes"), None), allow_unicode=True).encode()
    assert load.parse(raw, "own.yaml").placed.notes == ()


def test_a_towns_own_file_is_found_and_replaces_the_shipped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YAKUBA_HOME", str(tmp_path))
    (tmp_path / "letters").mkdir()
    for name, id_ in (("a.yaml", "shiomi"), ("b.yaml", "other")):
        own = {**data(), "id": id_, "title": f"町の文面 {id_}"}
        (tmp_path / "letters" / name).write_text(yaml.safe_dump(own, allow_unicode=True))
    found = load.available()
    assert [found[key].title for key in sorted(found)] == ["町の文面 other", "町の文面 shiomi"]
