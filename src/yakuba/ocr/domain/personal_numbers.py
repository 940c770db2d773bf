"""Where a personal number (個人番号) stands in free text, so that it can be covered.

Every number of twelve digits counts, whether its check digit holds or not: a misread personal number
is one as well, and little else has twelve digits.
"""

from __future__ import annotations

import re
import unicodedata

from yakuba.ocr.domain.check_digits import personal_number_holds

LENGTH = 12
# Digits of any width, with at most two signs between them as forms and people put them; amounts have commas.
_RUN = re.compile(r"\d(?:[\s\-‐‑–—−ー－・|｜/]{0,2}\d)*")
_GROUP = re.compile(r"\d+")


def spans(text: str) -> list[tuple[int, int]]:
    """First and last+1 character of every place that holds a personal number, in order, none overlapping.

    >>> spans("番号は1234 5678 9018です")
    [(3, 17)]
    >>> spans("電話 03-1234-5678、法人 1000012050002")
    []
    """
    found = []
    for run in _RUN.finditer(text):
        groups = [
            (run.start() + one.start(), run.start() + one.end()) for one in _GROUP.finditer(run.group())
        ]
        found += _numbers(text, groups)
    return found


def masked_text(text: str, mask: str = "•") -> str:
    """The text with every digit of a personal number replaced, its last four too; other signs stay."""
    letters = list(text)
    for first, last in spans(text):
        letters[first:last] = [mask if sign.isdecimal() else sign for sign in letters[first:last]]
    return "".join(letters)


def _numbers(text: str, groups: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Groups beside each other that make twelve digits; where several ways are possible, all of them."""
    found: list[tuple[int, int]] = []
    for at in range(len(groups)):
        to, digits = at, ""
        while to < len(groups) and len(digits) < LENGTH:
            digits += text[groups[to][0] : groups[to][1]]
            to += 1
        if len(digits) != LENGTH or not _one_number(groups[at:to], digits):
            continue
        first, last = groups[at][0], groups[to - 1][1]
        if found and first < found[-1][1]:
            first = found.pop()[0]
        found.append((first, last))
    return found


def _one_number(groups: list[tuple[int, int]], digits: str) -> bool:
    """Written without a gap, in fours or digit by digit as forms have it; else the check digit says so."""
    sizes = {last - first for first, last in groups}
    return sizes in ({LENGTH}, {4}, {1}) or personal_number_holds(unicodedata.normalize("NFKC", digits))
