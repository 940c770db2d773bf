"""The page of fields and faults is made from the tables in the code, and says all of them."""

from __future__ import annotations

import re
from pathlib import Path

from yakuba.nursery.applications.document import document
from yakuba.nursery.applications.field_types import TYPES, WISHES
from yakuba.nursery.applications.fields import BY_TABLE, FIELDS, fact_keys
from yakuba.nursery.applications.kinds import FAULTS
from yakuba.nursery.ledger.values import label

ROOT = Path(__file__).resolve().parents[3]
# facts that the shipped rule books ask for in their conditions and tie orders, as far as a ledger gives them
ASKED = """
care_days_month care_hours_day piecework_hours_week self_employed_without_documents study_hours_month
study_hours_week work_days_month work_days_week work_hours_day work_hours_month work_hours_week work_place
work_plus_study_hours_month arrears_amount cares_for_disabled_cohabitant child_disability childbirth
children_under_18_count children_up_to_elementary_count days_resident disabled_at_home fee_bracket
graduating_from_current_facility income_previous_year lone_or_foster_parent lone_parent lottery_number
municipal_income_tax municipal_income_tax_total municipal_tax municipal_tax_total no_arrears
no_arrears_or_deduction_agreed not_declined_this_year parent_disability parent_illness parent_teacher
posted_or_separated_spouse preschool_children_count reason_category household_category category resident
resident_or_moving_in returning_to_work teacher total_income uses_unlicensed_regularly waiting_3_months
welfare workplace_distance works_outside_8_to_18
break_minutes_day breaks_included work_hours_month_2 work_hours_week_3 work_hours_month_with_breaks
work_hours_week_without_breaks work_hours_day_with_breaks municipal_income_tax_total_previous
municipal_income_tax_total_current municipal_income_tax_previous municipal_income_tax_current
"""


def test_the_page_is_what_the_tables_say() -> None:
    assert (ROOT / "docs/nursery-ledger.md").read_text(encoding="utf-8") == document()


def test_the_page_holds_every_field_and_every_kind_of_fault() -> None:
    page = document()
    for one in FIELDS:
        assert f"| {one.name} | `{one.key}` | {one.type} |" in page
    for kind in FAULTS:
        assert f"| `{kind.code}` | {kind.expected} | {kind.advice} |" in page
    widths = {line.count("|") for line in page.splitlines() if line.startswith("| ")}
    assert widths <= {3, 4, 10}


def test_every_fact_that_a_rule_book_asks_for_has_a_column() -> None:
    assert set(ASKED.split()) <= fact_keys()


def test_no_table_uses_a_column_name_twice() -> None:
    for fields in BY_TABLE.values():
        names = [label(name) for one in fields.values() for name in (one.name, *one.aliases)]
        assert len(names) == len(set(names))


def test_every_field_has_a_known_type_a_meaning_and_a_use() -> None:
    for one in FIELDS:
        assert one.type in TYPES
        assert one.meaning
        assert one.used_by
        assert one.example
        assert bool(one.words) == (one.type in ("word", "words"))
        assert not (one.required and one.key == WISHES)


def test_fault_codes_are_unique_and_stable_words() -> None:
    codes = [kind.code for kind in FAULTS]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)
    assert all(kind.expected and kind.advice for kind in FAULTS)
    assert len([kind for kind in FAULTS if not kind.warning]) >= 70
