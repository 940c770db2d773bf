"""What a version of a rule book changes for the children of a round (版の比較)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from yakuba.nursery.domain.scores.changes import Changes, compare
from yakuba.nursery.domain.scores.score import score
from yakuba.nursery.models import ApplicationFile, Rulebook
from yakuba.nursery.services import applications, rulebooks
from yakuba.nursery.services.decisions import domain_decisions, in_force
from yakuba.nursery.services.facts import with_facts


@dataclass(frozen=True, slots=True)
class Report:
    """The comparison with what a page shows of the children. ``names``: child → (name, age class)."""

    changes: Changes
    children: int
    names: Mapping[str, tuple[str, int]]
    nurseries: Mapping[str, str]

    def counts(self) -> dict[str, int]:
        """What the approver reads: ``children``, ``changed`` totals, ``moved`` in the order of a class."""
        return {
            "children": self.children,
            "changed": self.changes.higher + self.changes.lower,
            "moved": sum(one.moved for one in self.changes.children),
        }


def report(old: Rulebook, new: Rulebook, file: ApplicationFile) -> Report:
    """Score the file by both versions and compare. ``BadInput`` when one of them can't score it."""
    decided = tuple(one.pk for one in in_force(file.selection))
    marks = (old.sha256, new.sha256, file.sha256)
    return _report(old.pk, new.pk, file.pk, decided, marks)


@lru_cache(maxsize=2)
def _report(old: int, new: int, file: int, decided: tuple[int, ...], marks: tuple[str, ...]) -> Report:
    """Kept for the pages of one sitting: sorting and filtering do not score again."""
    del marks  # part of the key: another content is another report
    before, after = (Rulebook.objects.select_related("file").get(pk=pk) for pk in (old, new))
    found = ApplicationFile.objects.select_related("file", "selection").get(pk=file)
    content = applications.content(found)
    answers = in_force(found.selection)
    on = found.selection.starts_on
    scores = []
    for row in (before, after):
        book = rulebooks.content(row)
        given = with_facts(book, content, answers, on)
        scores.append(score(book, given, domain_decisions(answers), on=on))
    return Report(
        changes=compare(content, *scores),
        children=len(content.applicants),
        names={one.id: (one.name, one.age) for one in content.applicants},
        nurseries={one.nursery: one.name for one in content.classes},
    )
