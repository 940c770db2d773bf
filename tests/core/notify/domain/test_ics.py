"""Calendar files, read back by a reader of our own that knows RFC 5545 alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.notify.domain.ics_reader import BadCalendar, read
from yakuba.core.notify.domain.ics import Entry, escape, fold, moment, render
from yakuba.core.notify.domain.schedule import JST

START = datetime(2026, 12, 1, 10, 30, tzinfo=JST)
CHANGED = datetime(2026, 11, 23, 9, 0, tzinfo=JST)
ENTRY = Entry("u-1@example.jp", 3, "日付のお知らせ", START, CHANGED)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


def plain(text: str) -> str:
    """What a reader shall get back: line ends as \\n, no control signs."""
    joined = "\n".join(text.splitlines())
    return "".join(sign for sign in joined if sign == "\n" or (ord(sign) >= 32 and ord(sign) != 127))


def test_an_entry_reads_back() -> None:
    calendar = read(render([ENTRY], name="汐見区からの日程"))
    assert calendar.one("VERSION").value == "2.0"
    assert calendar.one("PRODID").value == "-//Yakuba//Notify 1//JA"
    assert calendar.one("X-WR-CALNAME").text == "汐見区からの日程"
    assert not calendar.has("METHOD")
    (event,) = calendar.components
    assert event.name == "VEVENT"
    assert event.one("UID").text == "u-1@example.jp"
    assert event.one("SEQUENCE").value == "3"
    assert event.one("SUMMARY").text == "日付のお知らせ"
    assert event.one("DTSTART").moment == START
    assert event.one("DTEND").moment == START + timedelta(minutes=30)
    assert event.one("DTSTAMP").moment == CHANGED
    assert event.one("LAST-MODIFIED").moment == CHANGED
    assert event.one("STATUS").value == "CONFIRMED"
    assert event.one("TRANSP").value == "OPAQUE"
    assert event.one("CLASS").value == "PRIVATE"
    assert not event.has("DESCRIPTION")
    assert not event.has("LOCATION")
    assert not event.has("URL")
    assert not event.has("ORGANIZER")


def test_a_removed_entry_stays_as_cancelled() -> None:
    gone = Entry("u-1", 4, "x", START, CHANGED, cancelled=True)
    (event,) = read(render([gone], name="n")).components
    assert event.one("STATUS").value == "CANCELLED"
    assert event.one("TRANSP").value == "TRANSPARENT"
    assert event.one("SEQUENCE").value == "4"


def test_a_whole_day_has_no_time() -> None:
    (event,) = read(render([Entry("u", 0, "x", date(2026, 12, 31), CHANGED)], name="n")).components
    assert event.one("DTSTART").moment == date(2026, 12, 31)
    assert event.one("DTEND").moment == date(2027, 1, 1)


def test_the_end_place_text_and_address_stand_in_the_entry() -> None:
    entry = Entry(
        "u",
        0,
        "x",
        START,
        CHANGED,
        START + timedelta(hours=2),
        "a, b; c\\d\ne",
        "保健所",
        "https://x.jp/ y\r\n",
    )
    (event,) = read(render([entry], name="n")).components
    assert event.one("DTEND").moment == START + timedelta(hours=2)
    assert event.one("DESCRIPTION").text == "a, b; c\\d\ne"
    assert event.one("LOCATION").text == "保健所"
    assert event.one("URL").value == "https://x.jp/y"


@given(texts, texts, texts)
def test_every_text_reads_back(summary: str, description: str, location: str) -> None:
    entry = Entry("u", 0, summary, START, CHANGED, None, description, location)
    (event,) = read(render([entry], name=summary)).components
    assert event.one("SUMMARY").text == plain(summary)
    for name, text in (("DESCRIPTION", description), ("LOCATION", location)):
        assert (event.one(name).text if event.has(name) else "") == plain(text)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=400))
def test_folding_loses_nothing_and_keeps_75_octets(line: str) -> None:
    folded = fold(line)
    pieces = folded.split("\r\n")
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert all(piece.startswith(" ") for piece in pieces[1:])
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == line


def test_a_line_is_folded_as_late_as_possible() -> None:
    assert fold("a" * 75) == "a" * 75
    assert fold("a" * 76) == "a" * 75 + "\r\n a"
    assert fold("あ" * 26) == "あ" * 25 + "\r\n あ"


def test_escapes_of_the_standard() -> None:
    assert escape("a\\b;c,d\r\ne\x07\x7f\tf") == "a\\\\b\\;c\\,d\\nef"


def test_instants_are_written_in_utc() -> None:
    assert moment(datetime(2027, 1, 1, 8, 59, 5, tzinfo=JST)) == "20261231T235905Z"
    with pytest.raises(ValueError, match="no time zone"):
        moment(datetime(2027, 1, 1))  # noqa: DTZ001


def test_several_entries_keep_their_order() -> None:
    every = [Entry(f"u-{number}", 0, "x", START + timedelta(days=number), CHANGED) for number in range(3)]
    found = read(render(every, name="n")).components
    assert [event.one("UID").text for event in found] == ["u-0", "u-1", "u-2"]
    assert b"VTIMEZONE" not in render(every, name="n")


def test_a_calendar_without_dates_is_still_a_calendar() -> None:
    (zone,) = read(render([], name="n")).components
    assert (zone.name, zone.one("TZID").value) == ("VTIMEZONE", "Asia/Tokyo")
    (standard,) = zone.components
    assert standard.name == "STANDARD"
    wanted = {"DTSTART": "19700101T000000", "TZOFFSETFROM": "+0900", "TZOFFSETTO": "+0900"}
    assert {name: standard.one(name).value for name in wanted} == wanted
    with pytest.raises(ValueError, match="METHOD:PUBLISH needs an entry"):
        render([], name="n", method="PUBLISH", organiser=("a", "a@b.jp"))


def test_a_method_needs_an_organiser() -> None:
    calendar = read(render([ENTRY], name="n", method="PUBLISH", organiser=('汐見"区', "a@b.jp")))
    assert calendar.one("METHOD").value == "PUBLISH"
    organiser = calendar.components[0].one("ORGANIZER")
    assert (organiser.parameters["CN"], organiser.value) == ("汐見区", "mailto:a@b.jp")
    with pytest.raises(ValueError, match="METHOD:PUBLISH needs an organiser"):
        render([ENTRY], name="n", method="PUBLISH")


def test_cancel_holds_cancelled_entries_alone() -> None:
    gone = Entry("u-1", 4, "x", START, CHANGED, cancelled=True)
    calendar = read(render([gone], name="n", method="CANCEL", organiser=("a", "a@b.jp")))
    assert calendar.one("METHOD").value == "CANCEL"
    with pytest.raises(ValueError, match="cancelled entries alone"):
        render([gone, ENTRY], name="n", method="CANCEL", organiser=("a", "a@b.jp"))


def test_faulty_entries_are_refused() -> None:
    with pytest.raises(ValueError, match="is not after"):
        render([Entry("u", 0, "x", START, CHANGED, START)], name="n")
    with pytest.raises(ValueError, match="both be"):
        render([Entry("u", 0, "x", START, CHANGED, date(2027, 1, 1))], name="n")
    with pytest.raises(ValueError, match="once"):
        render([ENTRY, ENTRY], name="n")


@pytest.mark.parametrize(
    "text",
    [
        b"BEGIN:VCALENDAR\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR",
        b"BEGIN:VCALENDAR\r\nX:" + b"a" * 80 + b"\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nno value\r\nEND:VCALENDAR\r\n",
    ],
)
def test_the_reader_refuses_what_is_no_calendar(text: bytes) -> None:
    with pytest.raises(BadCalendar):
        read(text)


def test_utc_is_a_zone() -> None:
    (event,) = read(render([Entry("u", 0, "x", START.astimezone(UTC), CHANGED)], name="n")).components
    assert event.one("DTSTART").moment == START
