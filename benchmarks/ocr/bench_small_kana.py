"""Names with small kana, and with letters that could be small, in boxes: right, wrong, and what staff see.

    python -m benchmarks.ocr.bench_small_kana [--count 60] [--set tuning] [--fonts FOLDER]

Names are readings of the lexicon, half of them with a small letter; boxes are the demo forms'. Font-made. A
JSON line a name that was read wrongly or sent to staff, then the sums.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from dataclasses import replace
from random import Random

from benchmarks.ocr.fonts import folder_of
from benchmarks.ocr.outcomes import SETS, read_slip, with_writing
from benchmarks.ocr.slips import make_slip
from benchmarks.ocr.values import Answer

from yakuba.ocr.domain.normalise import katakana
from yakuba.ocr.domain.reading import Reason
from yakuba.ocr.domain.small_kana import LARGE_OF, SIZES
from yakuba.ocr.engines import lexicons


def names(random: Random, count: int) -> list[str]:
    """Hiragana of given names and surnames, half with a small letter, the others with one that could be."""
    lexicon = lexicons.names()
    parts = sorted(
        {kana for readings in (*lexicon.surnames.values(), *lexicon.given.values()) for kana in readings}
    )
    parts = [part for part in parts if all("ぁ" <= char <= "ん" for char in part) and 2 <= len(part) <= 7]
    small = [part for part in parts if any(char in LARGE_OF for char in part)]
    large = [part for part in parts if part not in small and any(char in SIZES for char in part)]
    return [random.choice((small, large)[number % 2]) for number in range(count)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--set", choices=SETS, default="tuning")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fonts")
    given = parser.parse_args()
    fonts = folder_of(given.fonts)
    random = Random(given.seed)
    sums: Counter[str] = Counter()
    for number, kana in enumerate(names(random, given.count)):
        style = random.choice(SETS[given.set].styles)
        field, text = ("kana", katakana(kana)) if number % 4 < 2 else ("garden", kana)
        slip = make_slip("noen", field, style, given.seed * 1000 + number, fonts, Answer(text, text))
        reading = read_slip(replace(slip, form=with_writing(slip.form, style))).fields[0]
        group = f"{'hand' if style.hand else 'print'}/{'small' if number % 2 == 0 else 'full'}"
        right = reading.text == text
        sums[f"{group} n"] += 1
        sums[f"{group} right"] += right
        sums[f"{group} to staff"] += reading.must_be_checked
        sums[f"{group} size unclear"] += Reason.SMALL_KANA in reading.reasons
        sums[f"{group} wrong, not to staff"] += not right and not reading.must_be_checked
        if not right or reading.must_be_checked:
            others = [one.text for one in reading.candidates[1:3]]
            row = {"font": style.font, "points": style.points, "truth": text, "read": reading.text,
                   "reasons": reading.reasons, "others": others}  # fmt: skip
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    sys.stdout.write(json.dumps(dict(sorted(sums.items())), ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
