"""A table that is built once and rendered alike as CSV, JSON, Excel, Markdown and HTML."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dealspace.report.words import MISSING, number

Kind = Literal["text", "percent", "whole", "billion", "share", "rate", "number", "count"]
Cell = str | float | int | bool | None

#: Decimals shown to readers; files carry ten significant digits.
DIGITS: dict[str, int] = {"percent": 2, "whole": 0, "billion": 2, "share": 0, "rate": 1, "number": 3, "count": 0}
SIGNIFICANT = 10


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes
    ----------
    key : str
        Name in files.
    title : str
        Name for readers.
    kind : {"text", "percent", "whole", "billion", "share", "rate", "number", "count"}
        ``percent``: per cent (1.5 is 1.5 %); ``whole``: the same, shown in whole per cent; ``billion``: USD billion
        a year; ``share``: a fraction, shown as per cent; ``rate``: a rate or points as the sheet writes them (15 is
        15 %); ``number``: plain, in `unit`; ``count``: plain and whole, in `unit`.
    unit : str
        Unit in words.
    signed : bool
        Whether readers see a plus sign: for changes, not for levels.
    """

    key: str
    title: str
    kind: Kind = "text"
    unit: str = ""
    signed: bool = False

    def show(self, cell: Cell) -> str:
        """Write a cell for readers."""
        if cell is None:
            return MISSING
        if isinstance(cell, str):
            return cell
        if isinstance(cell, bool):
            return "yes" if cell else "no"
        if self.kind == "share":
            return f"{number(100 * cell, 0)} %"
        return number(float(cell), DIGITS.get(self.kind, 3), sign=self.signed)


@dataclass(frozen=True)
class Table:
    """Columns and rows under a title.

    Attributes
    ----------
    name, title, note : str
        File name, heading, and what a reader must know: basis, closure, reference.
    columns : tuple of Column
    rows : tuple of tuple
        Text, finite numbers to ten significant digits, or None for what is missing.
    shown : bool
        Whether the report prints it; others are in the files only.
    """

    name: str
    title: str
    note: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    shown: bool = True

    @property
    def shown_rows(self) -> list[list[str]]:
        """Cells as readers see them."""
        return [[column.show(cell) for column, cell in zip(self.columns, row, strict=True)] for row in self.rows]


def table(
    name: str, title: str, note: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, shown: bool = True
) -> Table:
    """Build a table; numbers are cut to ten significant digits, so that every file holds the same ones."""
    clean = tuple(tuple(_clean(cell) for cell in row) for row in rows)
    wrong = next((row for row in clean if len(row) != len(columns)), None)
    if wrong is not None:
        raise ValueError(f"table {name}: a row of {len(wrong)} cells under {len(columns)} columns")
    return Table(name, title, note, tuple(columns), clean, shown)


def _clean(cell: Any) -> Cell:
    if cell is None or isinstance(cell, (str, bool)):
        return cell
    value = float(cell)
    if not math.isfinite(value):
        return None
    return float(f"{value:.{SIGNIFICANT}g}") + 0.0


def to_csv(source: Table) -> str:
    """Write a table as CSV; the header carries the keys, empty cells are missing values."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([column.key for column in source.columns])
    for row in source.rows:
        writer.writerow(["" if cell is None else cell for cell in row])
    return buffer.getvalue()


def to_json(source: Table) -> dict[str, Any]:
    """Return a table as plain content: columns with units, rows as lists."""
    return {
        "title": source.title,
        "note": source.note,
        "columns": [{"key": c.key, "title": c.title, "unit": _unit(c)} for c in source.columns],
        "rows": [list(row) for row in source.rows],
    }


def _unit(column: Column) -> str:
    words = {
        "percent": "per cent",
        "whole": "per cent",
        "billion": "USD billion a year",
        "share": "fraction",
        "text": "",
        "rate": "",
        "number": "",
        "count": "",
    }
    return column.unit or words[column.kind]


def unit_of(column: Column) -> str:
    """Return the unit of a column in words, empty for text."""
    return _unit(column)


def to_markdown(source: Table) -> str:
    """Write a table as Markdown, numbers to the right."""
    head = "| " + " | ".join(_escape(_heading(column)) for column in source.columns) + " |"
    rule = "|" + "|".join("---" if column.kind == "text" else "---:" for column in source.columns) + "|"
    body = ["| " + " | ".join(_escape(cell) for cell in row) + " |" for row in source.shown_rows]
    return "\n".join([head, rule, *body])


def _heading(column: Column) -> str:
    short = {"percent": "%", "whole": "%", "billion": "bn USD"}
    unit = column.unit or short.get(column.kind, "")
    return f"{column.title}, {unit}" if unit else column.title


def heading(column: Column) -> str:
    """Return a column's title with its unit."""
    return _heading(column)


def _escape(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
