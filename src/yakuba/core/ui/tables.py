"""Server-side tables: sorting, searching, filtering, pages and exports without script.

A page declares its table once and shows any list or query set with it::

    PLACES = Table(
        label="施設の一覧",
        columns=(
            Column("id", "番号", heading=True),
            Column("name", "施設", search=True),
            Column("seats", "定員", numeric=True, value=lambda row: row.seats),
        ),
        filters=(Filter("kind", "種別", (("public", "公立"), ("private", "私立"))),),
        default_sort="id",
    )

    def places(request):
        shown = PLACES.view(Place.objects.all(), request.GET)
        return export(shown, "places") or render(request, "…", {"table": shown})

and in the template ``{% include "components/table.html" %}``. Nothing from the address bar reaches the
database unchecked: a sort key, a filter or a page that the table does not know is ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from yakuba.core.ui.sources import Source, source_of
from yakuba.core.ui.wording import NOTHING, thousands

PAGE_SIZE = 50
SEARCH_LENGTH = 100  # longer search texts are cut
AROUND = 2  # page links on either side of the current one


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    ``key`` names it in addresses; ``lookup`` is the attribute path in a query set (``user__name``) or
    object, ``key`` when empty. ``value`` gives the bare value of a row (exports, list sorting);
    ``cell`` gives what the page shows instead (a string, or safe HTML made with ``format_html``).
    """

    key: str
    label: str
    lookup: str = ""
    value: Callable[[Any], Any] | None = None
    cell: Callable[[Any], Any] | None = None
    sortable: bool = True
    search: bool = False
    numeric: bool = False
    heading: bool = False
    wrap: bool = True
    css: str = ""  # a further class of the head and the cells, e.g. "col-bar"

    @property
    def path(self) -> str:
        """Where the value lies."""
        return self.lookup or self.key

    def bare(self, row: Any) -> Any:
        """The value of a row, for exports and sorting."""
        if self.value is not None:
            return self.value(row)
        for part in self.path.split("__"):
            row = row.get(part) if isinstance(row, Mapping) else getattr(row, part, None)
            if row is None:
                return None
        return row

    def shown(self, row: Any) -> Any:
        """What the page shows: thousands separators in figures, 「—」 for nothing."""
        if self.cell is not None:
            return self.cell(row)
        value = self.bare(row)
        if value is None or value == "":
            return NOTHING
        if self.numeric and not isinstance(value, str):
            return thousands(value)
        return value


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice above the table; ``choices`` are ``(value, label)`` and everything else is ignored."""

    key: str
    label: str
    choices: Sequence[tuple[str, str]]
    lookup: str = ""

    @property
    def path(self) -> str:
        """What is compared with the chosen value."""
        return self.lookup or self.key


@dataclass(frozen=True, slots=True)
class Header:
    """One column head."""

    label: str
    css: str
    aria_sort: str  # "ascending", "descending" or ""
    url: str  # "" when the column can't be sorted


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; ``heading`` cells are row headers."""

    value: Any
    css: str
    heading: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One row with its state class (``is-ask``, ``is-bad``, ``is-on``, ``is-off``)."""

    css: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class FilterView:
    """A filter with its present choice."""

    key: str
    label: str
    choices: Sequence[tuple[str, str]]
    chosen: str


@dataclass(frozen=True, slots=True)
class TableView:
    """A table ready to be drawn by ``components/table.html`` (context name ``table``)."""

    label: str
    empty_text: str
    headers: tuple[Header, ...]
    rows: tuple[Row, ...]
    total: int
    page: int
    pages: int
    page_links: tuple[tuple[int, str], ...]  # (number, address); (0, "") stands for a gap
    previous_url: str
    next_url: str
    query: str
    searchable: bool
    filters: tuple[FilterView, ...]
    hidden: tuple[tuple[str, str], ...]  # what the filter form carries along
    narrowed: bool
    export_urls: tuple[tuple[str, str], ...]
    exporting: str  # "csv", "xlsx" or ""
    page_size: int
    prefix: str
    _columns: tuple[Column, ...] = field(repr=False, default=())
    _source: Source | None = field(repr=False, default=None)

    @property
    def first_number(self) -> int:
        """Number of the first row on this page, 0 when there is none."""
        return (self.page - 1) * self.page_size + 1 if self.rows else 0

    @property
    def last_number(self) -> int:
        """Number of the last row on this page."""
        return self.first_number + len(self.rows) - 1 if self.rows else 0

    def export_rows(self) -> Iterable[list[Any]]:
        """The header and then every row of the narrowed, sorted table (all pages), as bare values."""
        yield [column.label for column in self._columns]
        if self._source is not None:
            for row in self._source.all():
                yield [column.bare(row) for column in self._columns]


@dataclass(frozen=True, slots=True)
class Table:
    """What a list page shows. ``default_sort`` is a column key, with ``-`` before it for descending."""

    label: str
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()
    default_sort: str = ""
    row_class: Callable[[Any], str] | None = None
    empty_text: str = "まだ登録がありません。"
    exports: bool = True
    prefix: str = ""  # before every parameter, for two tables on one page
    page_size: int = PAGE_SIZE

    def view(self, rows: Any, params: Mapping[str, str]) -> TableView:
        """The page of ``rows`` (a list or a query set) that the address asks for."""
        asked = {key: params.get(f"{self.prefix}{key}", "") for key in ("q", "sort", "page", "export")}
        query = asked["q"].replace("\0", "").strip()[:SEARCH_LENGTH]
        searched = [column.path for column in self.columns if column.search]
        source = source_of(rows)
        chosen = {f.key: self._choice(f, params) for f in self.filters}
        for one in self.filters:
            if chosen[one.key]:
                source = source.narrowed(one.path, chosen[one.key])
        if query and searched:
            source = source.searched(searched, query)
        sort = self._sort(asked["sort"])
        if sort:
            column = self._column(sort.lstrip("-"))
            source = source.ordered(column.path, column.bare, descending=sort.startswith("-"))
        total = source.count()
        pages = max(1, -(-total // self.page_size))
        page = min(max(1, _number(asked["page"])), pages)
        kept = {"q": query, **chosen, "sort": asked["sort"] if sort == asked["sort"] else ""}
        return TableView(
            label=self.label,
            empty_text=self.empty_text,
            headers=tuple(self._header(column, sort, kept) for column in self.columns),
            rows=tuple(
                self._row(row) for row in source.part((page - 1) * self.page_size, page * self.page_size)
            ),
            total=total,
            page=page,
            pages=pages,
            page_links=tuple((n, self._url(kept, page=n) if n else "") for n in _page_numbers(page, pages)),
            previous_url=self._url(kept, page=page - 1) if page > 1 else "",
            next_url=self._url(kept, page=page + 1) if page < pages else "",
            query=query,
            searchable=bool(searched),
            filters=tuple(
                FilterView(self.prefix + f.key, f.label, f.choices, chosen[f.key]) for f in self.filters
            ),
            hidden=((f"{self.prefix}sort", kept["sort"]),) if kept["sort"] else (),
            narrowed=bool(query or any(chosen.values())),
            export_urls=tuple((kind, self._url(kept, export=kind)) for kind in ("csv", "xlsx"))
            if self.exports
            else (),
            exporting=asked["export"] if self.exports and asked["export"] in ("csv", "xlsx") else "",
            page_size=self.page_size,
            prefix=self.prefix,
            _columns=self.columns,
            _source=source,
        )

    def _column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)

    def _sort(self, asked: str) -> str:
        known = {column.key for column in self.columns if column.sortable}
        return asked if asked.removeprefix("-") in known else self.default_sort

    def _choice(self, one: Filter, params: Mapping[str, str]) -> str:
        value = params.get(f"{self.prefix}{one.key}", "")
        return value if value in {choice for choice, _ in one.choices} else ""

    def _url(self, kept: Mapping[str, str], **changes: object) -> str:
        merged = {key: value for key, value in {**kept, **changes}.items() if value not in ("", None)}
        if merged.get("page") == 1:
            del merged["page"]
        return "?" + urlencode({f"{self.prefix}{key}": value for key, value in merged.items()})

    def _header(self, column: Column, sort: str, kept: Mapping[str, str]) -> Header:
        now = {column.key: "ascending", f"-{column.key}": "descending"}.get(sort, "")
        after = f"-{column.key}" if now == "ascending" else column.key
        return Header(
            label=column.label,
            css=" ".join(filter(None, ("r" if column.numeric else "", column.css))),
            aria_sort=now,
            url=self._url({**kept, "sort": after}) if column.sortable else "",
        )

    def _row(self, row: Any) -> Row:
        return Row(
            css=self.row_class(row) if self.row_class is not None else "",
            cells=tuple(Cell(column.shown(row), _css(column), column.heading) for column in self.columns),
        )


def _number(text: str) -> int:
    """A page number as an address gives it; 1 for anything else (Python refuses thousands of digits)."""
    return int(text[:18]) if text.isascii() and text.isdigit() else 1


def _css(column: Column) -> str:
    own = "r" if column.numeric else "" if column.wrap else "nobreak"
    return " ".join(filter(None, (own, column.css)))


def _page_numbers(page: int, pages: int) -> list[int]:
    """``[1, 0, 4, 5, 6, 0, 20]``: the ends and the neighbours, 0 for each gap."""
    shown = sorted({1, pages, *range(max(1, page - AROUND), min(pages, page + AROUND) + 1)})
    numbers: list[int] = []
    for number in shown:
        if numbers and number - numbers[-1] > 1:
            numbers.append(0)
        numbers.append(number)
    return numbers
