"""A sheet as far as it could be read, for the rules that join its parts."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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


_RATE_ISSUE = {"kind": "tariff", "by": "unread", "on": "unread-too", "products": "all-goods"}
#: What stands in for a required key that could not be read, so that the rest can still be checked.
_SHEET_STAND_INS: dict[str, Any] = {
    "schema": "dealspace/1",
    "name": "unread",
    "as_of": "9999-12-31",
    "world": "unread",
    "parties": ["unread", "unread-too"],
    "policies": {"before": [], "status-quo": [], "no-deal": []},
    "no_deal": {"probability": "0%"},
    "issues": {"unread": {**_RATE_ISSUE, "range": ["0%", "1%"], "stacking": "add"}},
}
#: The same inside a measure or issue; without `by`, `on`, `products` or `kind` there is nothing left to check.
_ENTRY_STAND_INS: dict[str, dict[str, Any]] = {
    "rate": dict.fromkeys(("tariff", "services-tax", "subsidy", "export-tax", "safeguard"), "0%"),
    "stacking": {"tariff": "add"},
    "range": {
        **{kind: ["0%", "1%"] for kind in ("tariff", "services-tax", "subsidy", "export-tax", "markup")},
        **{kind: ["0 kt", "1 kt"] for kind in ("quota-volume", "quota-share")},
        "ntb": ["0 pp", "1 pp"],
        "commitment": ["0 bn USD", "1 bn USD"],
    },
    "base": {"ntb": "100%"},
    "reduction": {"ntb": "0 pp"},
    "sense": {"ntb": "reduction"},
    "pays": {"subsidy": "exports"},
    "volume": {"quota": "1 Mt"},
    "trigger": {"safeguard": "1 Mt"},
    "imports": {"quota": "1 kt", "safeguard": "1 kt"},
    "in_rate": {"quota": "0%"},
    "out_rate": {"quota": "closed"},
    "base_rate": {"safeguard": "0%"},
    **{key: {"gate-price": "1 yen/kg"} for key in ("gate", "price", "cap")},
    "amount": {"commitment": "1 bn USD"},
    "years": {"commitment": "1"},
    "grant_equivalent": {"commitment": "0%"},
    "quota": dict.fromkeys(("quota-volume", "quota-share", "markup"), "unread"),
}
_NEEDED = ("by", "on", "products", "kind")
_SECTIONS = (
    "measures",
    "issues",
    "offers",
    "policies",
    "preferences",
    "uncertainty",
    "facts",
    "lists",
    "groups",
    "sources",
)


def repaired(data: dict[str, Any], places: list[Place], unread: set[Place]) -> tuple[dict[str, Any], set[Place]]:
    """Take out what could not be read, put stand-ins for what is required, and remember what was touched.

    Parameters
    ----------
    data : dict
        A sheet as read from its file; it is not changed.
    places : list of tuple of str
        Paths of what is wrong or missing.
    unread : set of tuple of str
        What earlier rounds took out.
    """
    data, unread = copy.deepcopy(data), set(unread)
    for place in places:
        head, entries = place[0], data.get(place[0])
        if (head,) in unread:
            continue
        if head not in _SECTIONS or len(place) == 1 or not isinstance(entries, dict):
            data.pop(head, None)
            unread.add((head,))
            continue
        again = place[:2] in unread and len(place) == 2
        unread.add(place[:2])
        if place[1] in entries and (again or not _mended(entries[place[1]], head, place)):
            del entries[place[1]]
    if not data.get("issues"):
        data.pop("issues", None)
    for key, value in _SHEET_STAND_INS.items():
        if key not in data:
            data[key] = value
            unread.add((key,))
    return data, unread


def _mended(entry: Any, section: str, place: Place) -> bool:
    """Take one key out of a measure or issue, or put its stand-in; False when the entry cannot be kept."""
    if section not in ("measures", "issues") or not isinstance(entry, Mapping) or len(place) < 3:
        return False
    key, kind = place[2], str(entry.get("kind"))
    if key in _NEEDED:
        return False
    assert isinstance(entry, dict)
    entry.pop(key, None)
    if key in ("range", "levels"):
        entry.pop("levels", None)
    stand_in = _ENTRY_STAND_INS.get(key, {}).get(kind)
    if stand_in is not None:
        entry[key] = stand_in
    return True
