"""A strict, independent reader of iCalendar files, written from RFC 5545 alone.

It refuses what a lenient calendar would swallow: bare line feeds, lines above 75 octets, unknown escapes,
parameters without a value, components that do not close.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

_NAME = re.compile(r"[A-Za-z0-9-]+")
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=("[^"\x00-\x08\x0a-\x1f\x7f]*"|[^";:,\x00-\x08\x0a-\x1f\x7f]*)')
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class BadCalendar(ValueError):
    """Not what RFC 5545 allows."""


@dataclass
class Property:
    name: str
    parameters: dict[str, str]
    value: str

    @property
    def text(self) -> str:
        """A TEXT value, unescaped (3.3.11)."""

        def plain(found: re.Match[str]) -> str:
            if found.group(1) in "\\;,":
                return found.group(1)
            if found.group(1) in "nN":
                return "\n"
            raise BadCalendar(f"escape {found.group(0)!r}")

        if re.search(r"(?<!\\)(?:\\\\)*[,;]", self.value):
            raise BadCalendar(f"unescaped , or ; in {self.name}: {self.value!r}")
        return _ESCAPE.sub(plain, self.value)

    @property
    def moment(self) -> datetime | date:
        if self.parameters.get("VALUE") == "DATE":
            return datetime.strptime(self.value, "%Y%m%d").date()  # noqa: DTZ007
        if not re.fullmatch(r"\d{8}T\d{6}Z", self.value):
            raise BadCalendar(f"{self.name}: {self.value!r} is no UTC date-time")
        return datetime.strptime(self.value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


@dataclass
class Component:
    name: str
    properties: list[Property] = field(default_factory=list)
    components: list[Component] = field(default_factory=list)

    def one(self, name: str) -> Property:
        found = [each for each in self.properties if each.name == name]
        if len(found) != 1:
            raise BadCalendar(f"{self.name} has {len(found)} {name}")
        return found[0]

    def has(self, name: str) -> bool:
        return any(each.name == name for each in self.properties)


def read(data: bytes) -> Component:
    """The VCALENDAR of a file. Raises ``BadCalendar``."""
    if not data.endswith(b"\r\n"):
        raise BadCalendar("the last line has no end")
    physical = data[:-2].split(b"\r\n")
    for line in physical:
        if b"\n" in line or b"\r" in line:
            raise BadCalendar(f"a bare line end in {line!r}")
        if len(line) > 75:
            raise BadCalendar(f"{len(line)} octets in {line!r}")
        line.decode()  # a fold inside of a character would fail here
    return _nested([_property(line) for line in data[:-2].decode().replace("\r\n ", "").split("\r\n")])


def _nested(lines: list[Property]) -> Component:
    """Components out of their lines; exactly one VCALENDAR."""
    root = Component("")
    stack = [root]
    for found in lines:
        if found.name == "BEGIN":
            made = Component(found.value)
            stack[-1].components.append(made)
            stack.append(made)
        elif found.name == "END":
            if stack.pop().name != found.value or not stack:
                raise BadCalendar(f"END:{found.value} closes nothing")
        else:
            stack[-1].properties.append(found)
    if len(stack) != 1 or root.properties or [one.name for one in root.components] != ["VCALENDAR"]:
        raise BadCalendar("not one whole VCALENDAR")
    if not root.components[0].components:
        raise BadCalendar("a calendar without any component (RFC 5545, 3.6)")
    return root.components[0]


def _property(line: str) -> Property:
    name = _NAME.match(line)
    if name is None:
        raise BadCalendar(f"no name in {line!r}")
    at, parameters = name.end(), {}
    while found := _PARAMETER.match(line, at):
        parameters[found.group(1).upper()] = found.group(2).strip('"')
        at = found.end()
    if line[at : at + 1] != ":":
        raise BadCalendar(f"no value in {line!r}")
    if any((ord(sign) < 32 and sign != "\t") or ord(sign) == 127 for sign in line):
        raise BadCalendar(f"a control sign in {line!r}")
    return Property(name.group(0).upper(), parameters, line[at + 1 :])
