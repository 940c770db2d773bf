"""The invented forms: what is committed is what the script makes, and the versions differ as they say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from io import BytesIO
from itertools import combinations

import pytest
import yaml
from PIL import Image, ImageChops

from yakuba.ocr.domain.form import Box, FieldPolicy, FormDefinition, Kind
from yakuba.site.demo.ocr_forms import NAMES, blank, definition
from yakuba.site.demo.ocr_forms.draw import files_of


def boxes_of(form: FormDefinition) -> Iterator[tuple[str, Box]]:
    for field in form.fields:
        for box in field.boxes:
            yield field.name, box


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_files_are_what_the_script_makes(name: str) -> None:
    text, picture = files_of(name)
    package = files("yakuba.site.demo.ocr_forms")
    assert yaml.safe_load(text) == yaml.safe_load(package.joinpath(f"{name}.yaml").read_text("utf-8"))
    made, kept = (Image.open(BytesIO(data)).convert("L") for data in (picture, blank(name)))
    assert ImageChops.difference(made, kept).getextrema()[1] < 64


@pytest.mark.parametrize("name", NAMES)
def test_a_blank_is_a4_at_200_dpi_and_small(name: str) -> None:
    with Image.open(BytesIO(blank(name))) as picture:
        assert picture.size == (1654, 2339)
        assert picture.info["dpi"] == pytest.approx((200, 200), abs=0.1)
    assert len(blank(name)) <= 300_000


@pytest.mark.parametrize("name", NAMES)
def test_no_two_boxes_of_a_form_overlap(name: str) -> None:
    for (first, a), (second, b) in combinations(boxes_of(definition(name)), 2):
        apart = a.right <= b.x or b.right <= a.x or a.bottom <= b.y or b.bottom <= a.y
        assert apart, f"{first} and {second} overlap"


def test_the_forms_use_every_kind() -> None:
    used = {field.kind for name in NAMES for field in definition(name).fields}
    assert used == set(Kind)


def test_the_revised_version_moves_some_boxes_by_3_to_6_mm_and_keeps_the_fields() -> None:
    old, new = definition("noen"), definition("noen_kaisei")
    assert old.name == new.name
    assert old.version != new.version
    assert [field.name for field in old.fields] == [field.name for field in new.fields]
    moves = {
        name: max(abs(a.x - b.x), abs(a.y - b.y))
        for (name, a), (_, b) in zip(boxes_of(old), boxes_of(new), strict=True)
    }
    moved = {name: by for name, by in moves.items() if by}
    assert {"birth", "zip", "phone", "account"} <= set(moved)
    assert all(3 <= by <= 6 for by in moved.values())
    assert len(moved) < len(moves)


def test_a_bank_account_never_passes_without_a_person() -> None:
    policies = {field.name: field.policy for field in definition("noen").fields}
    assert {policies[name] for name in ("bank", "account", "account_kind")} == {FieldPolicy.ALWAYS_STAFF}


def test_the_demo_batch_holds_its_troubles_and_stays_small() -> None:
    folder = files("yakuba.site.demo").joinpath("ocr_scans")
    scans = json.loads(folder.joinpath("truth.json").read_text("utf-8"))["scans"]
    assert {one["trouble"] for one in scans} == {
        "", "upside_down", "seal", "strike", "wrong_form", "faint", "revised",
    }  # fmt: skip
    sizes = [len(folder.joinpath(one["file"]).read_bytes()) for one in scans]
    assert sum(sizes) <= 6_000_000
    for one in scans:
        if one["layout"] in NAMES:
            assert set(one["fields"]) == {field.name for field in definition(one["layout"]).fields}
