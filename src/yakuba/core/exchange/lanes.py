"""The two directions. Each has numbers of its own, from 1 without a gap."""

from __future__ import annotations

from enum import StrEnum


class Lane(StrEnum):
    """Which side a batch goes to."""

    RESIDENTS = "residents"  # staff → residents: what families may see
    STAFF = "staff"  # residents → staff: receipts, and that a page was opened

    @property
    def label(self) -> str:
        """For people."""
        return {"residents": "職員側から住民側へ", "staff": "住民側から職員側へ"}[self.value]


def lanes_from(face: str) -> tuple[Lane, ...]:
    """Lanes that an installation of this face (``YAKUBA_FACE``) sends on."""
    return {"staff": (Lane.RESIDENTS,), "resident": (Lane.STAFF,)}.get(face, tuple(Lane))


def lanes_to(face: str) -> tuple[Lane, ...]:
    """Lanes that it takes batches from."""
    return {"staff": (Lane.STAFF,), "resident": (Lane.RESIDENTS,)}.get(face, tuple(Lane))
