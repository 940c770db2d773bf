"""Bookings as a few dictionaries: what the services must answer, one request after another."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

CONSUMING = ("held", "booked", "attended", "no_show")
HOLD = timedelta(minutes=5)


class Refused(Exception):
    """``args[0]`` is the code."""


@dataclass
class Place:
    """A slot."""

    capacity: int
    start: datetime
    end: datetime
    offer: str
    rooms: dict[str, int] = field(default_factory=dict)  # name: most at any moment
    cancelled: bool = False


@dataclass
class Held:
    """A booking."""

    slot: int
    child: str
    state: str
    until: datetime | None
    entry: int | None = None  # its place in line


@dataclass
class Waiting:
    """One in line."""

    slot: int
    child: str
    state: str = "waiting"
    held: str = ""


@dataclass
class Oracle:
    """All of it."""

    slots: dict[int, Place]
    once: set[str]
    most_open: dict[str, int]
    offer_for: timedelta
    bookings: dict[str, Held] = field(default_factory=dict)
    line: list[Waiting] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    made: int = 0

    def used(self, slot: int) -> int:
        return sum(one.slot == slot and one.state in CONSUMING for one in self.bookings.values())

    def waiting(self, slot: int) -> list[int]:
        return [at for at, one in enumerate(self.line) if one.slot == slot and one.state == "waiting"]

    def _crowded(self, slot: int) -> bool:
        """Whether a room of the slot is full at some moment of it."""
        place = self.slots[slot]
        for room, most in place.rooms.items():
            at = place.start
            while at < place.end:
                there = sum(
                    self.used(other)
                    for other, one in self.slots.items()
                    if room in one.rooms and one.start <= at < one.end
                )
                if there >= most:
                    return True
                at += timedelta(minutes=5)
        return False

    def _take(self, slot: int, child: str, *, from_line: bool = False) -> None:
        place = self.slots[slot]
        if place.cancelled or self.used(slot) >= place.capacity or (self.waiting(slot) and not from_line):
            raise Refused("full")
        if self._crowded(slot):
            raise Refused("full")
        mine = [one for one in self.bookings.values() if one.child == child]
        of_offer = [one for one in mine if self.slots[one.slot].offer == place.offer]
        most = self.most_open.get(place.offer)
        if most is not None and sum(one.state in ("held", "booked") for one in of_offer) >= most:
            raise Refused("too_many")
        if any(one.slot == slot and one.state in CONSUMING for one in mine):
            raise Refused("already_booked")
        if place.offer in self.once and any(one.state in ("held", "booked", "attended") for one in of_offer):
            raise Refused("already_booked")

    def _new(self, slot: int, child: str, state: str, until: datetime | None) -> str:
        self.made += 1
        name = f"b{self.made}"
        self.bookings[name] = Held(slot, child, state, until)
        return name

    def reserve(self, slot: int, child: str, state: str, key: str, now: datetime) -> str:
        if key in self.keys:
            return self.keys[key]
        place = self.slots[slot]
        for last in (False, True):
            if place.cancelled:
                raise Refused("closed")
            try:
                self._take(slot, child)
            except Refused:
                if last or not self._free_around(slot, child, now):
                    raise
                continue
            until = min(now + HOLD, place.end) if state == "held" else None
            self.keys[key] = self._new(slot, child, state, until)
            return self.keys[key]
        raise AssertionError

    def _free_around(self, slot: int, child: str, now: datetime) -> int:
        rooms, freed = self.slots[slot].rooms, 0
        near = {slot} | {
            other
            for other, one in self.slots.items()
            if rooms.keys() & one.rooms.keys()
            and one.start < self.slots[slot].end
            and self.slots[slot].start < one.end
        }
        for name in self._over(now):
            one = self.bookings[name]
            if one.slot in near or one.child == child:
                self.end(name, "expired", now)
                freed += 1
        return freed

    def _over(self, now: datetime) -> list[str]:
        found = [
            (one.until, at, name)
            for at, (name, one) in enumerate(self.bookings.items())
            if one.state == "held" and one.until is not None and one.until <= now
        ]
        return [name for _, _, name in sorted(found)]

    def end(self, name: str, state: str, now: datetime) -> None:
        """Into a state that gives the place back."""
        one = self.bookings[name]
        if one.state == "held" and one.entry is not None:
            self.line[one.entry].state = "lapsed" if state == "expired" else "left"
        one.state = state
        self.promote(one.slot, now)

    def promote(self, slot: int, now: datetime) -> None:
        place = self.slots[slot]
        while not place.cancelled and self.used(slot) < place.capacity and place.start > now:
            line = self.waiting(slot)
            if not line:
                return
            entry = self.line[line[0]]
            try:
                self._take(slot, entry.child, from_line=True)
            except Refused as refused:
                if refused.args[0] == "full":
                    return
                entry.state = "lapsed"
                continue
            entry.state = "offered"
            entry.held = self._new(slot, entry.child, "held", min(now + self.offer_for, place.start))
            self.bookings[entry.held].entry = line[0]

    def confirm(self, name: str, now: datetime) -> None:
        one = self.bookings[name]
        if one.state == "booked":
            return
        if self.slots[one.slot].cancelled:
            raise Refused("closed")
        if one.state == "held" and one.until is not None and one.until <= now:
            self.end(name, "expired", now)
            raise Refused("hold_expired")
        if one.state == "expired":
            raise Refused("hold_expired")
        if one.state != "held":
            raise Refused("not_possible")
        one.state = "booked"
        if one.entry is not None:
            self.line[one.entry].state = "taken"

    def cancel(self, name: str, now: datetime) -> None:
        one = self.bookings[name]
        if one.state in ("cancelled", "expired"):
            return
        if one.state not in ("held", "booked"):
            raise Refused("not_possible")
        self.end(name, "cancelled", now)

    def move(self, name: str, slot: int, key: str, now: datetime) -> str:
        if key in self.keys:
            return self.keys[key]
        one = self.bookings[name]
        for last in (False, True):
            if (
                one.slot == slot
                or one.state != "booked"
                or self.slots[slot].offer != self.slots[one.slot].offer
            ):
                raise Refused("not_possible")
            if self.slots[slot].cancelled:
                raise Refused("closed")
            one.state = "cancelled"
            try:
                self._take(slot, one.child)
            except Refused:
                one.state = "booked"
                if last or not self._free_around(slot, one.child, now):
                    raise
                continue
            self.keys[key] = self._new(slot, one.child, "booked", None)
            self.promote(one.slot, now)
            return self.keys[key]
        raise AssertionError

    def mark(self, name: str, state: str) -> None:
        allowed = {
            "booked": ("attended", "no_show"),
            "attended": ("booked", "no_show"),
            "no_show": ("booked", "attended"),
        }
        one = self.bookings[name]
        if state not in allowed.get(one.state, ()):
            raise Refused("not_possible")
        if state != "no_show" and one.state == "no_show" and self.slots[one.slot].offer in self.once:
            offer = self.slots[one.slot].offer
            for other in self.bookings.values():
                same = other.child == one.child and self.slots[other.slot].offer == offer
                if other is not one and same and other.state in ("held", "booked", "attended"):
                    raise Refused("already_booked")
        one.state = state

    def join(self, slot: int, child: str) -> None:
        place = self.slots[slot]
        if place.cancelled:
            raise Refused("closed")
        mine = [one for one in self.bookings.values() if one.child == child]
        offered = any(one.slot == slot and one.child == child and one.state == "offered" for one in self.line)
        if any(one.slot == slot and one.state in CONSUMING for one in mine) and not offered:
            raise Refused("already_booked")
        if place.offer in self.once and any(
            one.slot != slot
            and self.slots[one.slot].offer == place.offer
            and one.state in ("held", "booked", "attended")
            for one in mine
        ):
            raise Refused("already_booked")
        if self.used(slot) < place.capacity and not self.waiting(slot) and not self._crowded(slot):
            raise Refused("place_free")
        standing = [
            one
            for one in self.line
            if one.slot == slot and one.child == child and one.state in ("waiting", "offered")
        ]
        if not standing:
            self.line.append(Waiting(slot, child))

    def cancel_slot(self, slot: int, now: datetime) -> None:
        self.slots[slot].cancelled = True
        for one in self.bookings.values():
            if one.slot == slot and one.state in ("held", "booked"):
                if one.state == "held" and one.entry is not None:
                    self.line[one.entry].state = "left"
                one.state = "cancelled"
        for at in self.waiting(slot):
            self.line[at].state = "lapsed"

    def sweep(self, now: datetime) -> None:
        for name in self._over(now):
            if self.bookings[name].state == "held":
                self.end(name, "expired", now)
        for slot in self.slots:
            self.promote(slot, now)
