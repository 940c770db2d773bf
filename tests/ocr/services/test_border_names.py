"""What the border certifies is one field: never two under one heading, whatever they are called."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yakuba.ocr.domain.form import Box, Field, FormDefinition, Kind
from yakuba.ocr.services.border_names import MOST_KIND, task_for


def kinds(name: str, labels: dict[str, str]) -> list[str]:
    fields = tuple(Field(one, Kind.AMOUNT, Box(1, 1, 9, 9), label=label) for one, label in labels.items())
    form = FormDefinition(name, "1", 210, 297, "blank.png", fields)
    return [task_for(form, one, model="m", scanner="").kind for one in fields]


def test_fields_under_one_heading_have_certificates_of_their_own() -> None:
    labels = {"paid": "金額", "back": "金額", "x": "金額（paid）", "name": "氏名", "氏名": ""}
    assert kinds("申込書", labels) == [
        "申込書/金額（paid）（paid）",
        "申込書/金額（back）",
        "申込書/金額（paid）",
        "申込書/氏名（name）",
        "申込書/氏名（氏名）",
    ]


@given(
    name=st.text("帳票", min_size=1, max_size=100),
    labels=st.dictionaries(
        st.text("ab（）", min_size=1, max_size=3), st.text("ab（）", max_size=100), max_size=6
    ),
)
def test_no_two_fields_of_a_form_share_a_certificate(name: str, labels: dict[str, str]) -> None:
    found = kinds(name, labels)
    assert len(set(found)) == len(found)
    assert all(len(one) <= MOST_KIND and one.startswith(f"{name}/") for one in found)
