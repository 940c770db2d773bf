"""Planted faults in rule books: each is found with its path and line, and nothing is read."""

from pathlib import Path

import pytest

from yakuba.nursery.domain.market import BadInput, Fault
from yakuba.nursery.rulebooks.load import builtin, load, parse

GOOD = """\
format: yakuba.nursery.rulebook/1
id: test
municipality: 試験市
version: 試験
status: template
evidence: SEEN
sources:
  - {id: S1, title: 表}
combination: {parents: sum, reasons: highest, absent_row: ABSENT}
hours: {breaks: excluded}
tiers:
  - {tier: 1, label: 先}
  - {tier: 2, label: 後, default: true}
basic:
  - {code: W160, category: work, when: {work_hours_month: {ge: 160}}, points: 20, source: S1}
  - {code: W100, category: work, when: {work_hours_month: {ge: 100, lt: 160}}, points: 14}
  - {code: ILL, category: illness, label: 病気, judge: true, points: 12}
  - {code: ABSENT, category: absence, label: 不存在, judge: true, points: 20}
  - {code: MINUS, category: work, label: 予定, judge: true, modifier: true, modifies: [work], points: -2}
groups: {lone: alternative}
adjustments:
  - {code: LONE, label: ひとり親, scope: household, points: 10, exclusive: lone}
  - {code: FIRST, label: 第1希望, scope: wish, points: 1, wish_rank: {eq: 1}}
  - {code: STAFF, label: 特別, scope: child, discretionary: true, range: {least: 1, most: 9}}
  - {code: LEAVE, label: 延長, scope: household, points: -30, derive: leave_extension_ok}
  - {code: PAIR, label: 2人, scope: household, points: 3, derive: applying_together, count: {ge: 2}}
leave_extension: {effect: points, code: LEAVE}
caps:
  - {over: [adjustments], label: 上限, most: 30}
tie_break:
  - {key: lone, direction: true_first, label: ひとり親, codes: [LONE]}
  - {key: why, direction: category_order, label: 事由, categories: [{id: ill, label: 病気, of: [illness]}]}
  - {key: wish_rank, direction: higher_wish_first, label: 希望}
examples:
  - {id: e1, origin: constructed, mother: {facts: {work_hours_month: 160}}, expect: {total: 40}}
tie_examples:
  - {id: t1, origin: constructed, a: {lone: true}, b: {lone: false}, first: a, decided_by: lone}
"""


def faults(text: str) -> list[Fault]:
    with pytest.raises(BadInput) as caught:
        parse("test.yaml", text.encode())
    return caught.value.faults


def test_the_book_without_a_planted_fault_is_good() -> None:
    book = parse("test.yaml", GOOD.encode())
    assert (book.id, len(book.basic), len(book.adjustments)) == ("test", 5, 5)
    assert book.basic[0].label == "月160時間以上の就労"
    assert book.basic[1].evidence == "SEEN"


@pytest.mark.parametrize(
    ("old", "new", "path", "words"),
    [
        ("rulebook/1", "rulebook/2", "format", "rulebook/1 が必要"),
        ("id: test\n", "", "id", "英字で始まる記号"),
        ("id: test\n", "id: 試験\n", "id", "英字で始まる記号"),
        ("municipality: 試験市\n", "", "municipality", "文字 が必要"),
        ("municipality: 試験市", "municipality: [a]", "municipality", "文字 が必要"),
        ("status: template", "status: maybe", "status", "complete、template"),
        ("status: template", "status: template\ncolour: red", "colour", "知らない項目"),
        ("status: template", "status: template\nfiscal_year: 2026.5", "fiscal_year", "整数"),
        ("status: template", "status: template\neffective_from: spring", "effective_from", "日付"),
        ("status: template", "status: template\ninvented: maybe", "invented", "true か false"),
        (
            "status: template",
            "status: template\neffective_from: 2027-04-01\neffective_until: 2026-04-01",
            "effective_until",
            "以後",
        ),
        ("parents: sum", "parents: product", "combination.parents", "sum、lower"),
        ("parents: sum", "parents: rank_worst", "ranks", "一緒に"),
        ("absent_row: ABSENT", "absent_row: GONE", "combination.absent_row", "basic の行"),
        ("breaks: excluded", "breaks: half", "hours.breaks", "included、excluded"),
        ("breaks: excluded", "lunch: 60", "hours.lunch", "知らない項目"),
        ("{tier: 1, label: 先}", "{tier: 0, label: 先}", "tiers[0].tier", "1以上"),
        ("{tier: 1, label: 先}", "{tier: 2, label: 先}", "tiers[1]", "同じ記号"),
        ("label: 先}", "label: 先, default: true}", "tiers", "default は1つ"),
        ("{tier: 1, label: 先}", "{tier: 1, label: 先, kinds: [leave]}", "tiers[0].kinds[0]", "entry"),
        ("source: S1}", "source: S9}", "basic[0].source", "sources にある"),
        ("{ge: 160}}, points: 20, source: S1}", "{}}, points: 20}", "basic[0].when.work_hours_month", "ge、"),
        (
            "{ge: 160}}, points: 20, source: S1}",
            "{ge: x}}, points: 20}",
            "basic[0].when.work_hours_month.ge",
            "数",
        ),
        (
            "{ge: 160}}, points: 20, source: S1}",
            "160}, points: 20}",
            "basic[0].when.work_hours_month",
            "項目の組",
        ),
        ("{ge: 160}}", "{above: 160}}", "basic[0].when.work_hours_month.above", "知らない項目"),
        ("{ge: 160}}", "{eq: [1]}}", "basic[0].when.work_hours_month.eq", "数・文字"),
        ("when: {work_hours_month: {ge: 160}}", "when: {}", "basic[0].when", "条件が必要"),
        (
            "{ge: 100, lt: 160}",
            "{ge: 160, lt: 100}",
            "basic[1].when.work_hours_month",
            "誰も当てはまりません",
        ),
        (
            "{ge: 100, lt: 160}",
            "{gt: 100, le: 100}",
            "basic[1].when.work_hours_month",
            "誰も当てはまりません",
        ),
        ("{ge: 100, lt: 160}", "{ge: 100, eq: 50}", "basic[1].when.work_hours_month", "誰も当てはまりません"),
        ("{ge: 100, lt: 160}", "{ge: 100, le: 160}", "basic[1].when", "重ならない"),
        ("{ge: 100, lt: 160}", "{eq: 200}", "basic[1].when", "重ならない"),
        ("{ge: 100, lt: 160}", "{gt: 50, le: 160}", "basic[1].when", "重ならない"),
        ("{ge: 100, lt: 160}", "{lt: 161}", "basic[1].when", "重ならない"),
        ("code: W100", "code: W160", "basic[1]", "同じ記号"),
        ("code: FIRST", "code: W160", "adjustments[1]", "同じ記号"),
        ("code: ILL,", "code: 病気,", "basic[2].code", "英字で始まる"),
        ("label: 病気, judge: true, points: 12", "judge: true, points: 12", "basic[2].label", "文字"),
        ("label: 病気, judge: true", "label: 病気", "basic[2].when", "どちらか1つ"),
        (
            "work_hours_month: {ge: 160}},",
            "work_hours_month: {ge: 160}}, judge: true,",
            "basic[0].when",
            "どちらか1つ",
        ),
        ("points: 12}", "who: uncle, points: 12}", "basic[2].who", "each、father"),
        ("judge: true, points: 12}", "judge: true}", "basic[2].points", "どれか1つ"),
        ("points: 12}", "points: 12, discretionary: true}", "basic[2].points", "どれか1つ"),
        ("points: 12}", "points: many}", "basic[2].points", "数"),
        ("points: 12}", "points: 99999}", "basic[2].points", "±10000"),
        ("points: 12}", "rank: A}", "basic[2].rank", "この基準表にありません"),
        ("points: 12}", "points: 12, modifies: [work]}", "basic[2].modifies", "modifier: true"),
        ("modifies: [work]", "modifies: [sea]", "basic[4].modifies", "basic の category"),
        ("groups: {lone: alternative}", "groups: {lone: some}", "groups.lone", "alternative、highest"),
        ("groups: {lone: alternative}", "groups: {pair: highest, lone: highest}", "groups.pair", "exclusive"),
        ("groups: {lone: alternative}\n", "", "adjustments[0].exclusive", "groups"),
        ("scope: household, points: 10", "points: 10", "adjustments[0].scope", "household、parent"),
        ("label: ひとり親, scope", "scope", "adjustments[0].label", "文字"),
        ("points: 10, exclusive: lone", "exclusive: lone", "adjustments[0].points", "どれか1つ"),
        (
            "points: 10, exclusive",
            "points: 10, derive: magic, exclusive",
            "adjustments[0].derive",
            "sibling_enrolled",
        ),
        ("points: 10, exclusive", "points: 10, per: day, exclusive", "adjustments[0].per", "times、children"),
        ("points: 10, exclusive", "points: 10, months: [13], exclusive", "adjustments[0].months", "1〜12"),
        ("points: 10, exclusive", "points: 10, months: [x], exclusive", "adjustments[0].months[0]", "整数"),
        (
            "points: 10, exclusive",
            "points: 10, wish_rank: {eq: 1}, exclusive",
            "adjustments[0].wish_rank",
            "scope: wish",
        ),
        (
            "points: 10, exclusive",
            "points: 10, count: {eq: 1}, exclusive",
            "adjustments[0].count",
            "applying_together",
        ),
        ("points: 10, exclusive", "rank: B, exclusive", "adjustments[0].rank", "この基準表にありません"),
        ("wish_rank: {eq: 1}", "wish_rank: {le: 0}", "adjustments[1].wish_rank", "誰も当てはまりません"),
        ("least: 1, most: 9", "least: 9, most: 1", "adjustments[2].range", "least は most 以下"),
        ("range: {least: 1, most: 9}", "range: {}", "adjustments[2].range", "least か most"),
        (
            "effect: points, code: LEAVE",
            "effect: points, code: LONE",
            "leave_extension.effect",
            "leave_extension_ok",
        ),
        ("effect: points, code: LEAVE", "effect: total_fixed", "leave_extension.effect", "total に"),
        ("effect: points, code: LEAVE", "effect: rank, rank: Z", "leave_extension.effect", "ranks"),
        (
            "leave_extension: {effect: points, code: LEAVE}\n",
            "",
            "adjustments[3].derive",
            "leave_extension.code",
        ),
        ("over: [adjustments]", "over: [SEA]", "caps[0].over", "行の記号"),
        ("label: 上限, most: 30", "label: 上限", "caps[0].most", "most か least"),
        ("codes: [LONE]", "codes: [SEA]", "tie_break[0].codes", "行の記号"),
        ("direction: true_first", "direction: backwards", "tie_break[0].direction", "true_first"),
        ("direction: true_first", "direction: more_first", "tie_break[0].direction", "true_first が必要"),
        ("key: lone", "key: why", "tie_break[1]", "同じ記号"),
        (", categories: [{id: ill, label: 病気, of: [illness]}]", "", "tie_break[1].categories", "並び"),
        (
            "[{id: ill, label: 病気",
            "[{id: ill, label: a}, {id: ill, label: 病気",
            "tie_break[1].categories",
            "1つずつ",
        ),
        ("key: wish_rank,", "key: rank,", "tie_break[2].key", "wish_rank が必要"),
        ("expect: {total: 40}", "expect: {}", "examples[0].expect", "期待する値"),
        (
            "{id: e1, origin: constructed",
            "{id: e1, origin: guessed",
            "examples[0].origin",
            "printed、constructed",
        ),
        ("expect: {total: 40}", "wife: 1, expect: {total: 40}", "examples[0].wife", "知らない項目"),
        ("a: {lone: true}", "a: {lonely: true}", "tie_examples[0].a.lonely", "tie_break の key"),
        ("first: a,", "first: c,", "tie_examples[0].first", "a、b、tie"),
        ("status: template", "status: complete", None, None),
        ("examples:\n  - {id: e1", "examples:\n  - e1\n  - {id: e1", "examples[0]", "項目の組"),
        ("caps:\n", "caps: many\nnotes:\n", "caps", "値の並び"),
    ],
)
def test_each_planted_fault_is_found_with_its_path(
    old: str, new: str, path: str | None, words: str | None
) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    if path is None:
        assert parse("test.yaml", text.encode()).status == "complete"
        return
    found = {fault.column: fault for fault in faults(text)}
    assert path in found, list(found)
    assert str(words) in str(found[path])
    assert found[path].file == "test.yaml"


def test_a_fault_knows_its_line() -> None:
    text = GOOD.replace("points: 12}", "points: many}")
    line = next(i for i, row in enumerate(text.splitlines(), 1) if "points: many" in row)
    (fault,) = faults(text)
    assert fault.row == line
    assert str(fault).startswith(f"test.yaml {line}行「basic[2].points」：「many」")


def test_a_complete_book_needs_its_tables_examples_and_sources() -> None:
    text = GOOD.replace("status: template", "status: complete").replace(
        "sources:\n  - {id: S1, title: 表}\n", ""
    )
    assert {fault.column for fault in faults(text.replace(", source: S1", ""))} == {"status"}


def test_all_faults_are_told_at_once() -> None:
    text = GOOD.replace("points: 12}", "points: many}").replace("scope: wish", "scope: moon")
    assert len(faults(text)) >= 2


def test_a_file_that_is_not_there_is_a_fault_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.yaml"):
        load(tmp_path / "none.yaml")


def test_a_file_on_disk_is_read_like_a_built_in_one(tmp_path: Path) -> None:
    place = tmp_path / "own.yaml"
    place.write_text(GOOD, encoding="utf-8")
    book = load(place)
    assert book == parse("own.yaml", GOOD.encode())
    assert len(book.sha256) == 64
    assert builtin() == sorted(builtin())


OWN_STEP = {"key": "days", "direction": "more_first", "label": "町内在住日数"}


def test_the_office_can_add_steps_and_they_become_part_of_the_checksum() -> None:
    plain = parse("test.yaml", GOOD.encode())
    added = parse("test.yaml", GOOD.encode(), {"extra_tie_break": [OWN_STEP], "version": "試験2"})
    assert [step.key for step in added.tie_break] == ["lone", "why", "wish_rank", "days"]
    assert (added.version, added.sha256 == plain.sha256) == ("試験2", False)
    unknown = GOOD.replace("hours: {breaks: excluded}\n", "")
    assert parse("test.yaml", unknown.encode(), {"breaks": "included"}).hours.breaks == "included"


@pytest.mark.parametrize(
    ("overlay", "path"),
    [
        ({"points": 5}, "overlay.points"),
        ({"breaks": "included"}, "overlay.breaks"),
        ({"extra_tie_break": [{**OWN_STEP, "key": "lone"}]}, "tie_break[3]"),
        ({"extra_tie_break": [{**OWN_STEP, "direction": "up"}]}, "tie_break[3].direction"),
    ],
)
def test_an_addition_of_the_office_obeys_the_same_rules(overlay: dict[str, object], path: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse("test.yaml", GOOD.encode(), overlay)
    assert path in [fault.column for fault in caught.value.faults]


@pytest.mark.parametrize(
    "rows",
    [
        "{ge: 100, lt: 160}",
        "{gt: 100, lt: 160}",
        "{lt: 160}",
        "{eq: 100}",
        "{ge: 159, le: 159}",
    ],
)
def test_bands_that_only_touch_do_not_overlap(rows: str) -> None:
    book = parse("test.yaml", GOOD.replace("{ge: 100, lt: 160}", rows).encode())
    assert book.basic[1].when


@pytest.mark.parametrize(
    "row",
    [
        "category: study, when: {work_hours_month: {ge: 170}}",
        "category: work, when: {work_hours_week: {ge: 40}}",
        "category: work, modifier: true, when: {work_hours_month: {ge: 170}}",
        "category: work, when: {work_hours_month: {ge: 170}, place: {eq: home}}",
    ],
)
def test_rows_about_other_reasons_or_facts_do_not_overlap(row: str) -> None:
    added = GOOD.replace(
        "  - {code: ILL,", f"  - {{code: MORE, label: 他, {row}, points: 1}}\n  - {{code: ILL,"
    )
    assert parse("test.yaml", added.encode()).basic_row("MORE")


def test_bands_of_father_and_mother_are_apart_and_those_of_each_are_not() -> None:
    wide = GOOD.replace("{ge: 100, lt: 160}}", "{ge: 100}}, who: mother")
    assert {fault.column for fault in faults(wide)} == {"basic[1].when"}
    apart = wide.replace("{ge: 160}}", "{ge: 160}}, who: father")
    assert parse("test.yaml", apart.encode()).basic[0].who == "father"


def test_a_rank_cannot_depend_on_the_wish() -> None:
    text = GOOD.replace("parents: sum", "parents: rank_worst").replace("tiers:\n", "ranks: [A, B]\ntiers:\n")
    text = text.replace("scope: wish, points: 1", "scope: wish, rank: B")
    assert "adjustments[1].rank" in {fault.column for fault in faults(text)}
