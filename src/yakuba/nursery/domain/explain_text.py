"""Claims of one child as plain Japanese: for officers with ids and numbers, for parents with counts only.

What parents may read follows one rule, ``MIN_COUNT``: a number that counts other families' children, or a
value taken from one of them, is written only when it stands for at least three of them, and only when the
rest that follows by subtraction from the seats is none or at least three as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from yakuba.nursery.domain.explain_view import NotExplained
from yakuba.nursery.domain.explain_words import OfficerWords, ParentWords, Words
from yakuba.nursery.domain.market import Labels

Audience = Literal["officer", "parent"]


@dataclass(frozen=True, slots=True)
class WishExplanation:
    """One wish on a page. ``None`` means: does not apply, or must not be shown to this reader.

    ``wish``: number from 1, ``None`` for the current seat; ``chip``: class of the chip (LOOK: ``chip-*``);
    ``cutoff``, ``own``: the last admitted child's and the own value of the first key, named ``key_name``;
    ``position`` and ``capacity``: the child is the position-th for so many seats.
    """

    wish: int | None
    title: str
    place: str
    outcome: str
    chip: str
    sentence: str
    key_name: str
    cutoff: str | None = None
    own: str | None = None
    decided_by: str | None = None
    position: int | None = None
    capacity: int | None = None


def headline(claims_of_child: Sequence[Mapping[str, Any]], audience: Audience, labels: Labels) -> str:
    """The result in one sentence."""
    words = _words(claims_of_child, audience, labels)
    return words.headline(words.obtained)


def blocks(
    claims_of_child: Sequence[Mapping[str, Any]], audience: Audience, labels: Labels
) -> list[WishExplanation]:
    """One block a wish, best first: those not obtained, the obtained one, one for those not considered."""
    words = _words(claims_of_child, audience, labels)
    found = [
        _refused(words, claim) if claim["kind"] in Words.REFUSALS else _away(words, claim)
        for claim in claims_of_child
        if claim["kind"] in Words.REFUSALS or claim["kind"] == "pinned_away"
    ]
    if words.obtained.get("class") is not None:
        found.append(_obtained(words))
    elif words.obtained["wish"] is not None:
        found.append(_waived(words))
    for claim in claims_of_child:
        if claim["kind"] == "below":
            found.append(_below(words, claim))
    return found


def text(claims_of_child: Sequence[Mapping[str, Any]], audience: Audience, labels: Labels) -> str:
    """The whole explanation of one child, a paragraph a wish; neighbours with equal reasons are joined."""
    lines = [headline(claims_of_child, audience, labels)]
    for _, group in groupby(blocks(claims_of_child, audience, labels), key=_reason_of):
        lines.append("\n".join(_paragraph(list(group))))
    return "\n\n".join(lines) + "\n"


def _words(claims_of_child: Sequence[Mapping[str, Any]], audience: Audience, labels: Labels) -> Words:
    if not any(claim["kind"] in Words.OBTAINED for claim in claims_of_child):
        raise NotExplained("この児童の結果がありません。受付番号を確認してください。")
    return (OfficerWords if audience == "officer" else ParentWords)(claims_of_child, labels)


def _refused(words: Words, claim: Mapping[str, Any]) -> WishExplanation:
    reason = words.reason(claim)
    wish, class_ = claim["wish"], claim["class"]
    return WishExplanation(
        wish=wish,
        title=f"第{wish}希望",
        place=words.place(class_),
        outcome=words.outcome(claim["kind"]),
        chip=words.chip(claim["kind"]),
        sentence=words.refusal(claim),
        key_name=words.key_name,
        cutoff=words.cutoff(class_, reason),
        own=words.own(reason),
        decided_by=words.decided_by(reason),
        position=words.position(reason),
        capacity=words.capacity(reason),
    )


def _obtained(words: Words) -> WishExplanation:
    claim = words.obtained
    wish = claim["wish"]
    return WishExplanation(
        wish=wish,
        title=_standing(claim["kind"]) if wish is None else f"第{wish}希望",
        place=words.place(claim["class"]),
        outcome="在籍を継続" if claim["kind"] == "held" else "内定",
        chip="chip-ok",
        sentence=words.admission(claim),
        key_name=words.key_name,
        cutoff=words.cutoff(claim["class"], claim),
        own=words.own(claim),
        position=words.rank(claim),
        capacity=words.seats(claim),
    )


def _standing(kind: str) -> str:
    """The title of what is none of the family's wishes."""
    return "個別の決定" if kind == "pinned" else "在籍"


def _away(words: Words, claim: Mapping[str, Any]) -> WishExplanation:
    """A wish that a pin of the family itself ruled out."""
    return WishExplanation(
        wish=claim["wish"],
        title=f"第{claim['wish']}希望",
        place=words.place(claim["class"]),
        outcome="選考なし",
        chip="",
        sentence=words.away(claim),
        key_name=words.key_name,
    )


def _waived(words: Words) -> WishExplanation:
    """The family's wish was met in a form that leaves this child out (きょうだいの一人だけの入所)."""
    wish = words.obtained["wish"]
    return WishExplanation(
        wish=wish,
        title=f"第{wish}希望",
        place=words.place(None),
        outcome="保留",
        chip="chip-wait",
        sentence="きょうだいの一人だけが入所する希望として決まりました。",
        key_name=words.key_name,
    )


def _below(words: Words, claim: Mapping[str, Any]) -> WishExplanation:
    first, last = claim["from"], claim["to"]
    return WishExplanation(
        wish=first,
        title=_span(first, last),
        place="",
        outcome="選考なし",
        chip="",
        sentence="上の希望で決まったため、選考していません。",
        key_name=words.key_name,
    )


def _span(first: int | None, last: int | None) -> str:
    return f"第{first}希望" if first == last else f"第{first}希望から第{last}希望"


def _reason_of(block: WishExplanation) -> tuple[object, ...]:
    return block.place, block.outcome, block.sentence, block.cutoff, block.own, block.decided_by


def _paragraph(group: Sequence[WishExplanation]) -> Iterator[str]:
    block = group[0]
    title = block.title if len(group) == 1 else _span(block.wish, group[-1].wish)
    yield f"{title}　{block.place}：{block.outcome}" if block.place else f"{title}：{block.outcome}"
    yield f"　{block.sentence}"
    facts = [
        (f"最後に内定した方の{block.key_name}", block.cutoff),
        (f"本人の{block.key_name}", block.own),
        ("決め手", block.decided_by),
    ]
    shown = [f"{name} {value}" for name, value in facts if value is not None]
    if shown:
        yield "　" + "、".join(shown)
