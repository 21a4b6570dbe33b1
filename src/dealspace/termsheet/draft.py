"""A sheet as far as it could be read, for the rules that join its parts."""

from __future__ import annotations

from dataclasses import dataclass, field

from dealspace.termsheet.reading import Document, Place
from dealspace.termsheet.sheet import TermSheet


@dataclass(frozen=True)
class Draft:
    """What could be read of a sheet, and what could not.

    Attributes
    ----------
    sheet : TermSheet
        Holds the parts that could be read, and stand-ins for required ones that could not.
    document : Document
    unread : frozenset of tuple of str
        Paths (a key, or a section and an entry) that could not be read.
    """

    sheet: TermSheet
    document: Document
    unread: frozenset[Place] = field(default_factory=frozenset)

    def has(self, section: str, name: str) -> bool:
        """Whether the file has such an entry, readable or not."""
        return name in getattr(self.sheet, section) or (section, name) in self.unread or self.lost(section)

    def lost(self, section: str) -> bool:
        """Whether a whole section could not be read."""
        return (section,) in self.unread
