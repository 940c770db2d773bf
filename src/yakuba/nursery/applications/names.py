"""Column names: ours, their aliases, and names that are merely alike."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache

from yakuba.nursery.applications.field_types import CHILDREN, WISHES
from yakuba.nursery.applications.fields import BY_TABLE
from yakuba.nursery.ledger.values import label

PARENTS = ("父", "母")
MOST_WISHES = 50
_LIKE_ENOUGH = 0.75
_DIGITS = {sign: number for number, sign in enumerate("一二三四五六七八九十", 1)}
_THING = r"(?:保育所|保育園|施設|園)?(?:番号|コード|ID|名)?"
_WISH = re.compile(rf"第?(\d{{1,2}}|[一二三四五六七八九十])(?:希望|志望){_THING}")
_WISH_AFTER = re.compile(rf"(?:利用)?希望{_THING}[_(]?(\d{{1,2}})\)?")
_PERSONAL = re.compile(
    r"(?:父|母|児童|本人|保護者\d?|世帯主|申請者)?の?(?:個人番号|マイナンバー)(?:\d+|\(.*\))?"
)


def wish_number(name: str) -> int:
    """The n of a column of the n-th wish; 0 when the column is none.

    >>> [wish_number(name) for name in ("第3希望", "第二希望施設番号", "希望保育園ID_4", "氏名")]
    [3, 2, 4, 0]
    """
    text = label(name)
    match = _WISH.fullmatch(text) or _WISH_AFTER.fullmatch(text)
    if match is None:
        return 0
    number = _DIGITS.get(match[1]) or int(match[1])
    return number if number <= MOST_WISHES else 0


def is_personal_number(name: str) -> bool:
    """Whether a column holds 個人番号, which must not be in the file."""
    return bool(_PERSONAL.fullmatch(name))


def match(table: str, name: str, *, similar: bool) -> tuple[str, str] | None:
    """Our column name and how it was found (exact, alias, similar), or ``None``."""
    if not name:
        return None
    if table == CHILDREN and (number := wish_number(name)):
        ours = f"第{number}希望"
        return ours, "exact" if name == ours else "alias"
    known = _known(table)
    if name in known:
        return known[name]
    return _similar(table, name) if similar else None


@lru_cache(maxsize=16)
def _known(table: str) -> dict[str, tuple[str, str]]:
    known: dict[str, tuple[str, str]] = {}
    fields = [one for one in BY_TABLE[table].values() if one.key != WISHES]
    for one in fields:
        known[label(one.name)] = (one.name, "exact")
    for one in fields:
        for alias in one.aliases:
            known.setdefault(label(alias), (one.name, "alias"))
    return known


def _similar(table: str, name: str) -> tuple[str, str] | None:
    bare = _bare(name)
    best, ours = 0.0, ""
    for known, (target, _) in _known(table).items():
        likeness = SequenceMatcher(None, bare, _bare(known)).ratio()
        if likeness > best:
            best, ours = likeness, target
    return (ours, "similar") if best >= _LIKE_ENOUGH else None


def _bare(name: str) -> str:
    """Without the words and brackets that towns add."""
    return re.sub(r"\(.*?\)|[のお・_\-]|申込|入力", "", name) or name
