"""Queries whose SQL is built once and asked many times with other values.

On a page that answers from a few indexed rows, most of the processor time goes into building the statements
anew (measured: half of a booking page). A ``KeptQuery`` keeps the built statement a database; the rows become
model instances, or tuples of ``values_list``, just as the query set itself would have made them.

    BY_DIGEST = KeptQuery(lambda: Session.objects.select_related("account").filter(digest=Told("digest")))
    BY_DIGEST.ask(digest="…")

A value that is told later is compared with a column (``=``, ``<``, ``>`` …); ``__in`` takes constants only.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connections, router
from django.db.models import CharField, Expression, Field, QuerySet
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")


class Told(Expression):
    """Stands for a value that ``KeptQuery.ask`` is given under this name; ``field`` says its kind."""

    def __init__(self, name: str, field: Field[Any, Any] | None = None) -> None:
        super().__init__(output_field=field or CharField())
        self.name = name

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> Any:
        """A place for the value."""
        return "%s", [self]


@dataclass(frozen=True, slots=True)
class _Built:
    """One statement: the compiler that made it knows which columns make which rows."""

    compiler: SQLCompiler
    sql: str
    params: tuple[Any, ...]
    converters: dict[int, Any]  # from what the database gives to what a field holds


@dataclass(frozen=True, slots=True)
class _Asked:
    """What Django's row iterables ask of a query set, answered with a statement that is built already."""

    db: str
    compiler: SQLCompiler
    model: Any
    _known_related_objects: dict[Any, Any]

    @property
    def query(self) -> _Asked:
        return self

    def get_compiler(self, *_: Any, **__: Any) -> SQLCompiler:
        return self.compiler


class KeptQuery(Generic[Row]):
    """``build`` makes the query set, with ``Told`` where values come later.

    Model instances, ``values_list`` and ``values_list(flat=True)``; nothing is prefetched.
    """

    def __init__(self, build: Callable[[], QuerySet[Any, Row]]) -> None:
        self._build = build
        self._queryset: QuerySet[Any, Row] | None = None
        self._built: dict[tuple[str, str], _Built] = {}

    def ask(self, **values: Any) -> list[Row]:
        """The rows. ``KeyError``: a value was not told; ``TypeError``: nothing asks for one that was."""
        queryset = self._queryset = self._queryset if self._queryset is not None else self._build()
        alias = router.db_for_read(queryset.model) or "default"
        connection = connections[alias]
        built = self._built.get((alias, connection.vendor)) or self._make(queryset, alias)
        told = {one.name for one in built.params if isinstance(one, Told)}
        if extra := values.keys() - told:
            raise TypeError(f"the query asks for {sorted(told)}, not for {sorted(extra)}")
        params = tuple(
            one.output_field.get_db_prep_value(values[one.name], connection) if isinstance(one, Told) else one
            for one in built.params
        )
        compiler = copy(built.compiler)
        vars(compiler).update(
            connection=connection,
            as_sql=lambda *_, **__: (built.sql, params),
            get_converters=lambda _: built.converters,
        )
        iterable: Any = queryset._iterable_class
        rows: list[Row] = list(iterable(_Asked(alias, compiler, queryset.model, {})))
        return rows

    def first(self, **values: Any) -> Row | None:
        """The first row, if any: the query itself limits how many come."""
        return next(iter(self.ask(**values)), None)

    def _make(self, queryset: QuerySet[Any, Row], alias: str) -> _Built:
        compiler = queryset.query.clone().get_compiler(using=alias)
        sql, params = compiler.as_sql()
        converters = compiler.get_converters([one[0] for one in compiler.select[: compiler.col_count]])
        built = _Built(compiler, sql, tuple(params), converters)
        self._built[alias, compiler.connection.vendor] = built
        return built
