"""The report an office reads before a new version of its rule book counts."""

import pytest

from tests.nursery.domain.scores.helpers import APRIL, book
from tests.nursery.domain.scores.test_changes import NEW, OLD, ROUND
from yakuba.nursery.domain.market import BadInput
from yakuba.nursery.rulebooks.versions import changes_between, report


def test_the_report_lists_counts_then_rows_and_places_child_by_child() -> None:
    text = report(changes_between(OLD, NEW, ROUND, on=APRIL))
    lines = text.splitlines()
    assert lines[0].startswith("test ")
    assert lines[1].startswith("4人のうち")
    assert lines[2:5] == [
        "受付番号 a　30点 → 32点",
        "　世帯　ひとり親　10点 → 12点",
        "受付番号 b　30点 → 29点",
    ]
    assert "　第1希望 N2　1番 → 2番" in lines
    assert "　希望　きょうだい（N3）　5点 → 3点" in lines


def test_open_questions_of_both_versions_are_counted() -> None:
    asking = book(
        "adjustments:\n"
        "  - {code: LONE, label: ひとり親, scope: household, discretionary: true}\n"
        "  - {code: GONE, label: 廃止, scope: child, points: 1}\n"
    )
    text = report(changes_between(OLD, asking, ROUND, on=APRIL))
    assert "職員が決めること：0件 → 1件" in text
    assert "　世帯　ひとり親　10点 → 数えない" in text


def test_a_code_that_the_new_version_does_not_know_is_a_fault() -> None:
    with pytest.raises(BadInput, match="LONE"):
        changes_between(OLD, book(), ROUND, on=APRIL)
