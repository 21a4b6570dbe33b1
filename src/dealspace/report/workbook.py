"""The tables as one Excel workbook, with a first sheet that says what the numbers are."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from dealspace.report.table import Table, heading

_FORMATS = {"percent": "0.00", "billion": "#,##0.00", "share": "0%", "rate": "0.0", "number": "#,##0.000", "text": "@"}


def workbook(tables: Mapping[str, Table], about: Sequence[tuple[str, str]]) -> bytes:
    """Return an .xlsx file: a sheet 'About' (label, text), then one sheet per table with number formats."""
    import xlsxwriter

    buffer = io.BytesIO()
    book: Any = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    formats = {kind: book.add_format({"num_format": form}) for kind, form in _FORMATS.items() if kind != "text"}
    page = book.add_worksheet("About")
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 100)
    for row, (label, text) in enumerate(about):
        page.write_string(row, 0, label, bold)
        page.write_string(row, 1, text, wrap)
    for name, source in tables.items():
        _write_sheet(book.add_worksheet(name[:31]), source, bold, formats)
    book.close()
    return buffer.getvalue()


def _write_sheet(page: Any, source: Table, bold: Any, formats: Mapping[str, Any]) -> None:
    for k, column in enumerate(source.columns):
        page.write_string(0, k, heading(column), bold)
        longest = max([len(str(row[k])) for row in source.rows] or [0]) if column.kind == "text" else 0
        page.set_column(k, k, min(max(12, longest + 1, len(column.title) // 2), 60), formats.get(column.kind))
    for r, row in enumerate(source.rows, start=1):
        for k, cell in enumerate(row):
            if isinstance(cell, bool):
                page.write_boolean(r, k, cell)
            elif isinstance(cell, str):
                page.write_string(r, k, cell)
            elif cell is not None:
                page.write_number(r, k, cell, formats.get(source.columns[k].kind))
    page.freeze_panes(1, 1)
