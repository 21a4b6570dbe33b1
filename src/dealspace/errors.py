"""What went wrong, where, and what to do: every error a user can cause.

A fault is one sentence about one place. Readers collect all faults of a file before they raise, so
that a user mends them in one pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, in the user's words.

    ``str(fault)`` reads ``us-korea.yaml:14  issues.us-auto-rate.range: 27.5 has no unit; write 27.5%``.
    """

    message: str
    path: str = ""
    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        place = self.file or ""
        if self.line is not None:
            place = f"{place}:{self.line}" if place else f"line {self.line}"
        head = f"{place}  " if place else ""
        return f"{head}{self.path}: {self.message}" if self.path else f"{head}{self.message}"


class DealspaceError(Exception):
    """Base of every error that a user can cause and mend; the command line prints it and exits with 2."""

    def __init__(self, faults: str | Fault | Iterable[Fault]):
        if isinstance(faults, str):
            faults = Fault(faults)
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class EconomyError(DealspaceError):
    """The arrays do not make an economy: axes, signs or balances fail a check."""


class PolicyError(DealspaceError):
    """A policy's wedges do not fit the economy: axes, bounds or names fail a check."""


class SheetError(DealspaceError):
    """A term sheet cannot be read or breaks a rule of the schema."""


class UnknownNameError(DealspaceError):
    """A name (region, sector, world, sheet, policy, closure) is not known; near matches are offered."""


class NotConvergedError(DealspaceError):
    """A number was asked of a solution that did not converge; the message carries the solver's reason."""


def near_matches(name: object, known: Iterable[str], *, limit: int = 3) -> str:
    """Say which known names look like `name`: ``did you mean 'JPN'?``, or list a few when none does."""
    names = list(known)
    by_fold = {candidate.casefold(): candidate for candidate in names}
    close = get_close_matches(str(name).casefold(), list(by_fold), n=limit, cutoff=0.5)
    if close:
        return "did you mean " + " or ".join(f"'{by_fold[match]}'" for match in close) + "?"
    shown = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
    return f"known: {shown}" if shown else "none is known"


def unknown_name(kind: str, name: object, known: Iterable[str]) -> UnknownNameError:
    """Return the error for a `name` of a `kind` that is not among the `known` ones."""
    return UnknownNameError(f"unknown {kind} {str(name)!r}; {near_matches(name, known)}")
