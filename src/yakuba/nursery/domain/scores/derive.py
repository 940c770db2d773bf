"""What the ledger itself tells, so that nobody ticks it by hand: siblings, twins, transfers, leave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

from yakuba.nursery.domain.application import Applicant, Applications
from yakuba.nursery.domain.scores.rows import Band, inside

PER_WISH = ("sibling_enrolled_here", "sibling_wishes_here", "enrolled_here")


class Ledger:
    """Applications indexed for the questions that rows ask. ``holds`` gives how often a row counts."""

    def __init__(self, applications: Applications) -> None:
        self.applications = applications
        self.families: Mapping[str, list[Applicant]] = defaultdict(list)
        for child in applications.applicants:
            self.families[child.household].append(child)
        self._rules: Mapping[str, Callable[[Applicant, str | None], int]] = {
            "sibling_enrolled_here": self._sibling_enrolled,
            "sibling_wishes_here": self._sibling_wishes,
            "multiple_birth": self._multiple_birth,
            "enrolled": lambda child, nursery: int(child.current is not None),
            "enrolled_here": lambda child, nursery: int(
                child.current is not None and child.current == nursery
            ),
            "leave_extension_ok": lambda child, nursery: int(
                applications.households[child.household].leave_extension_ok
            ),
            "transfer": lambda child, nursery: int(child.kind == "transfer"),
            "entry": lambda child, nursery: int(child.kind == "entry"),
        }

    def holds(self, rule: str, child: Applicant, nursery: str | None, count: Band = ()) -> int:
        """0 = does not hold; otherwise the number of children it speaks of (1 where that has no sense)."""
        if rule == "applying_together":
            number = sum(one.kind != "continue" for one in self.families[child.household])
            return number if number > 1 and inside(count, number) else 0
        return self._rules[rule](child, nursery)

    def _siblings(self, child: Applicant) -> list[Applicant]:
        return [one for one in self.families[child.household] if one.id != child.id]

    def _sibling_enrolled(self, child: Applicant, nursery: str | None) -> int:
        stays = self.applications.siblings_enrolled.get(child.household, ())
        continues = (one.current for one in self._siblings(child) if one.kind == "continue")
        return int(nursery is not None and (nursery in stays or nursery in continues))

    def _sibling_wishes(self, child: Applicant, nursery: str | None) -> int:
        return int(any(nursery in one.wishes and one.kind != "continue" for one in self._siblings(child)))

    def _multiple_birth(self, child: Applicant, nursery: str | None) -> int:
        same = sum(
            one.birth is not None and one.birth == child.birth and one.kind != "continue"
            for one in self.families[child.household]
        )
        return same if same > 1 else 0
