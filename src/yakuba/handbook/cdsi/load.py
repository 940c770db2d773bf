"""The CDC's supporting data as a rule book: ``load(archive)``."""

from __future__ import annotations

import re
from pathlib import Path

from yakuba.handbook.cdsi import fields
from yakuba.handbook.cdsi.archive import BadArchive, documents
from yakuba.handbook.cdsi.element import Element
from yakuba.handbook.cdsi.series import antigen
from yakuba.handbook.domain.offsets import Offset
from yakuba.handbook.domain.rules import Antigen, Association, Conflict, Group, Rulebook

COUNTRY = "U.S."


def load(path: Path) -> Rulebook:
    """Read the archive «supporting-data-…-xml.zip». Raises ``BadArchive`` naming the file and the value."""
    antigens: dict[str, Antigen] = {}
    schedule: Element | None = None
    for name, root in documents(path):
        if name == "schedule":
            schedule = root
            continue
        try:
            found = antigen(root)
        except (ValueError, KeyError) as error:
            raise BadArchive(f"{path}: {name}: {error}") from error
        antigens[found.name] = found
    if schedule is None:
        raise BadArchive(f"{path}: no schedule")
    try:
        return _rulebook(path, schedule, antigens)
    except (ValueError, KeyError) as error:
        raise BadArchive(f"{path}: schedule: {error}") from error


def _rulebook(path: Path, schedule: Element, antigens: dict[str, Antigen]) -> Rulebook:
    version = re.search(r"\d+\.\d+", path.name)
    return Rulebook(
        name="cdsi",
        version=version[0] if version else "",
        antigens=antigens,
        groups=_groups(schedule),
        vaccines={
            fields.cvx(fields.text(element, "cvx")): tuple(
                Association(
                    fields.text(one, "antigen"),
                    fields.age(one, "associationBeginAge"),
                    fields.age(one, "associationEndAge"),
                )
                for one in element.findall("association")
            )
            for element in schedule.findall("cvxToAntigenMap/cvxMap")
        },
        conflicts=_conflicts(schedule),
        country=COUNTRY,
    )


def _groups(schedule: Element) -> dict[str, Group]:
    full = {
        fields.text(element, "name"): fields.flag(element, "administerFullVaccineGroup")
        for element in schedule.findall("vaccineGroups/vaccineGroup")
    }
    antigens: dict[str, list[str]] = {}
    for element in schedule.findall("vaccineGroupToAntigenMap/vaccineGroupMap"):
        antigens.setdefault(fields.text(element, "name"), []).extend(fields.texts(element, "antigen"))
    return {name: Group(name, tuple(found), full.get(name, False)) for name, found in antigens.items()}


def _conflicts(schedule: Element) -> dict[tuple[str, str], tuple[Conflict, ...]]:
    found: dict[tuple[str, str], tuple[Conflict, ...]] = {}
    for element in schedule.iter("liveVirusConflict"):
        begin = fields.offset(element, "conflictBeginInterval") or Offset()
        end = fields.offset(element, "conflictEndInterval") or Offset()
        after_valid = fields.offset(element, "minConflictEndInterval") or end
        pair = (
            fields.cvx(fields.text(element, "previous/cvx")),
            fields.cvx(fields.text(element, "current/cvx")),
        )
        found[pair] = (*found.get(pair, ()), Conflict(begin, after_valid, end))
    return found
