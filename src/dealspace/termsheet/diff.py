"""What changed from one sheet to another, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dealspace.termsheet.writing import plain_data

if TYPE_CHECKING:
    from dealspace.termsheet.sheet import TermSheet


@dataclass(frozen=True)
class Change:
    """One difference between two sheets.

    Attributes
    ----------
    path : str
        Where: ``issues.us-auto-rate.range``.
    before, after : str or None
        The value as written; None where there was, or is, none.
    """

    path: str
    before: str | None
    after: str | None

    @property
    def kind(self) -> str:
        """``added``, ``removed`` or ``changed``."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"

    def __str__(self) -> str:
        if self.before is None:
            return f"{self.path}: {self.after} is new"
        if self.after is None:
            return f"{self.path}: {self.before} is gone"
        return f"{self.path}: {self.before} became {self.after}"


def diff(a: TermSheet, b: TermSheet) -> tuple[Change, ...]:
    """Return what changed from sheet `a` to sheet `b`, in the order of the sheets; empty when they are equal.

    Examples
    --------
    >>> import dealspace as ds
    >>> from dealspace.termsheet import diff
    >>> sheet = ds.load_sheet("us-japan-2025")
    >>> diff(sheet, sheet)
    ()
    """
    return tuple(_changes("", plain_data(a), plain_data(b)))


def _changes(path: str, before: Any, after: Any) -> list[Change]:
    if before == after:
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        found: list[Change] = []
        for key in dict.fromkeys([*before, *after]):
            place = f"{path}.{key}" if path else key
            found += _changes(place, before.get(key), after.get(key))
        return found
    return [Change(path, _words(before), _words(after))]


def _words(value: Any) -> str | None:
    """Say a value on one line, as the sheet writes it."""
    if value is None:
        return None
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_words(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(str(_words(item)) for item in value) + "]"
    return str(value)
