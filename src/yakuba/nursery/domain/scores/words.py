"""A child's points as a clerk reads them: the lines of the form, then the sum as it is printed."""

from __future__ import annotations

from decimal import Decimal

from yakuba.nursery.domain.priority import Key
from yakuba.nursery.domain.scores.facts import number_words
from yakuba.nursery.domain.scores.result import ChildScore, Line, Scores
from yakuba.nursery.domain.scores.rulebook import Rulebook
from yakuba.nursery.domain.scores.settle_lines import points

ZERO = Decimal(0)
PARTS = {
    "father": "父",
    "mother": "母",
    "other": "保護者",
    "household": "世帯",
    "child": "児童",
    "wish": "希望",
}


def part_words(part: str) -> str:
    """The part of a line.

    >>> part_words("mother"), part_words("other2")
    ('母', '保護者2')
    """
    name = part.rstrip("23456789")
    return PARTS[name] + part[len(name) :]


def lines_at(child: ChildScore, nursery: str | None) -> list[Line]:
    """Lines that speak of one wish; with ``None``, only those that speak of every wish."""
    return [line for line in child.lines if line.nursery is None or line.nursery == nursery]


def formula(book: Rulebook, child: ChildScore, nursery: str | None = None) -> str:
    """The sum as forms print it: 「父20＋母16＋調整3＝39」."""
    total = points(lines_at(child, nursery))
    have = {part: value for part, value in child.basic.items() if value is not None}
    names = [f"{part_words(part)}{number_words(value)}" for part, value in have.items()]
    way = book.combination.parents
    own = sum(have.values(), ZERO)
    text = "＋".join(names)
    if len(have) > 1 and way == "lower":
        own, text = min(have.values()), f"（{'・'.join(names)}の低いほう）{number_words(min(have.values()))}"
    elif len(have) > 1 and way == "average":
        own = own / len(have)
        text = f"（{'・'.join(names)}の平均）{number_words(own)}"
    elif way == "rank_worst":
        own, text = ZERO, ""
    for label, value in (("世帯", child.basic_total - own), ("調整", total - child.basic_total)):
        if value or not (text or label == "世帯"):
            sign = "−" if value < 0 else ("＋" if text else "")
            text += f"{sign}{label}{number_words(abs(value))}"
    return f"{text}＝{number_words(total)}"


def line_words(line: Line) -> str:
    """One line: part, label, basis, points, and why it does not count."""
    value = "—" if line.points is None else f"{number_words(line.points)}点"
    basis = f"　{line.basis}" if line.basis else ""
    text = f"{part_words(line.part)}　{line.label}{basis}　{value}"
    return text if line.counted else f"{text}（数えません：{line.why}）"


def key_words(scores: Scores, keys: tuple[Key, ...]) -> str:
    """Keys with their names, as printed (keys that are better when smaller are turned back)."""
    shown = zip(scores.names, scores.ascending, keys, strict=True)
    return "、".join(f"{name} {number_words(-key if turned else key)}" for name, turned, key in shown)


def render(book: Rulebook, scores: Scores, child_id: str, nurseries: dict[str, str] | None = None) -> str:
    """A child's points as text, in the order of the form. ``nurseries``: 施設番号 → name."""
    child, names = scores.children[child_id], nurseries or {}
    out = [f"受付番号 {child.child}（世帯 {child.household}）　{book.municipality} {book.version}"]
    if child.rank is not None:
        out.append(f"ランク　{child.rank}")
    out += [line_words(line) for line in lines_at(child, None)]
    out.append(f"{book.terms.total}　{formula(book, child)}")
    for wish in child.wishes:
        name = names.get(wish.nursery, wish.nursery)
        out.append(f"第{wish.rank}希望　{name}　{formula(book, child, wish.nursery)}")
        out += [f"　{line_words(line)}" for line in child.lines if line.nursery == wish.nursery]
        out.append(f"　順位の比べ方　{key_words(scores, wish.keys)}")
    asked = [one.text for one in scores.questions if one.subject in (child.child, child.household)]
    out += [f"未決　{text}" for text in asked]
    return "\n".join(out)
