"""Named lists of tariff lines, as the acts of 2025 published them.

Each list is a set of HTS codes of 6, 8 or 10 digits. A code catches every line that starts with it.
Only what was published by 20 July 2025 is here.
"""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

FILE = "hs_lists.csv.gz"
_COMPILER = "tradewartracker, trade-war-redux-2025 (MIT), from the official annexes"


@dataclass(frozen=True)
class HsList:
    """A named list of tariff lines.

    Attributes
    ----------
    name, title : str
    act : str
        The legal act.
    in_force : str
        First day in force, year-month-day.
    source, terms : str
        Where the codes come from, and on what terms.
    codes : tuple of str
        HS prefixes, digits only, sorted.
    """

    name: str
    title: str
    act: str
    in_force: str
    source: str
    terms: str
    codes: tuple[str, ...] = ()


#: Steel mill articles of Proclamation 9705 (83 FR 11625, 8 March 2018, clause 1), as 4- and 6-digit prefixes:
#: 7206.10 through 7216.50, 7216.99 through 7301.10, 7302.10, 7302.40 through 7302.90, 7304.10 through 7306.90.
STEEL_ARTICLES: tuple[str, ...] = (
    *(str(heading) for heading in range(7206, 7216)),
    *(f"7216{sub}" for sub in (10, 21, 22, 31, 32, 33, 40, 50, 99)),
    *(str(heading) for heading in range(7217, 7230)),
    "730110",
    "730210", "730240", "730290",
    "7304", "7305", "7306",
)  # fmt: skip
#: Aluminium articles of Proclamation 9704 (83 FR 11619, 8 March 2018, clause 1).
ALUMINIUM_ARTICLES: tuple[str, ...] = (
    "7601",
    "7604",
    "7605",
    "7606",
    "7607",
    "7608",
    "7609",
    "7616995160",
    "7616995170",
)
#: Household appliances and wire racks added to the steel derivatives (90 FR 25208, 16 June 2025).
STEEL_APPLIANCES: tuple[str, ...] = (
    "84181000", "84512100", "84512900", "84501100", "84502000", "84221100",
    "84183000", "84184000", "85166040", "85098020", "9403999020",
)  # fmt: skip
#: Proclamation 10908 names whole vehicles (headings 8703 and 8704 of its annex); the rest of its list is parts.
_VEHICLES = ("8703", "8704")
#: A slip in the compiled steel list: chapter 71 has no heading 7122; the annex has 7322.90.00 at this place.
_SLIPS = {"71229000": "73229000"}
_ADDED = "; with the articles named in the text of Proclamation {} itself"


def load_lists() -> dict[str, HsList]:
    """Return every built-in list by name."""
    return dict(_load())


@cache
def _load() -> tuple[tuple[str, HsList], ...]:
    packed = (resources.files("dealspace") / "instruments" / "data" / FILE).read_bytes()
    return tuple(read_lists(gzip.decompress(packed).decode("utf-8")).items())


def read_lists(text: str) -> dict[str, HsList]:
    """Read lists as `write_lists` writes them: one row of description per list, then one row per code."""
    described: dict[str, list[str]] = {}
    codes: dict[str, list[str]] = {}
    for row in csv.reader(io.StringIO(text)):
        if row[0] == "list":
            described[row[1]] = row[2:]
            codes[row[1]] = []
        else:
            codes[row[1]].append(row[2])
    return {name: HsList(name, *described[name], codes=tuple(codes[name])) for name in described}


def write_lists(lists: dict[str, HsList]) -> bytes:
    """Write lists as a gzipped CSV, the same bytes for the same content."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    for entry in lists.values():
        table.writerow(["list", entry.name, entry.title, entry.act, entry.in_force, entry.source, entry.terms])
        table.writerows(["code", entry.name, code] for code in entry.codes)
    return gzip.compress(out.getvalue().encode("utf-8"), compresslevel=9, mtime=0)


def build_lists(shared_dir: Path) -> dict[str, HsList]:
    """Compute the built-in lists from the raw data.

    Parameters
    ----------
    shared_dir : pathlib.Path
        Folder that holds ``data/us-tariff-2025``.

    Returns
    -------
    dict of str to HsList
    """
    folder = shared_dir / "data" / "us-tariff-2025"
    autos = _read_codes(folder / "auto-tariffs.csv")
    steel = _read_codes(folder / "steel-tariffs.csv")
    aluminium = _read_codes(folder / "alu-tariffs.csv")
    annex = _read_codes(folder / "annex-II-exemptions.csv")
    electronics = _read_codes(folder / "consumer-electronics-exemptions-2025-04-11.csv")
    vehicles = {code for code in autos if code.startswith(_VEHICLES)}
    steel_all = {*steel, *STEEL_ARTICLES}
    aluminium_own = {code for code in aluminium if code.startswith("76")} | set(ALUMINIUM_ARTICLES)
    aluminium_other = {code for code in aluminium if not code.startswith("76")}
    steel_text = _COMPILER + _ADDED.format(9705)
    alu_text = _COMPILER + _ADDED.format(9704)
    autos_act = "Section 232, Proclamation 10908 (26 March 2025)"
    steel_act = "Section 232, Proclamations 9705, 10896 and 10947"
    alu_act = "Section 232, Proclamations 9704, 10895 and 10947"
    annex_act = "Executive Order 14257, Annex II, and the memorandum of 11 April 2025"
    rows = (
        ("s232-autos", "Passenger vehicles, light trucks and their parts", autos_act, "2025-04-03", _COMPILER, autos),
        ("s232-autos-vehicles", "Passenger vehicles and light trucks", autos_act, "2025-04-03", _COMPILER, vehicles),
        ("s232-autos-parts", "Automobile parts", autos_act, "2025-05-03", _COMPILER, autos - vehicles),
        ("s232-steel", "Steel articles and derivatives of chapters 72 and 73", steel_act, "2025-03-12", steel_text,
         steel_all),
        ("s232-steel-appliances", "Steel derivatives outside chapter 73: appliances and wire racks", steel_act,
         "2025-06-23", "90 FR 25208 (16 June 2025)", set(STEEL_APPLIANCES)),
        ("s232-aluminium", "Aluminium articles and derivatives of chapter 76", alu_act, "2025-03-12", alu_text,
         aluminium_own),
        ("s232-aluminium-derivatives", "Aluminium derivatives outside chapter 76", alu_act, "2025-03-12", _COMPILER,
         aluminium_other),
        ("s232-metals", "Steel of chapters 72 and 73 and aluminium of chapter 76",
         "Section 232, Proclamations 10895, 10896 and 10947", "2025-03-12", alu_text, steel_all | aluminium_own),
        ("s232-metal-content", "Metal derivatives outside chapters 73 and 76: duty on the metal content",
         "Section 232, Proclamations 10895, 10896 and 10947", "2025-03-12", _COMPILER + "; 90 FR 25208",
         aluminium_other | set(STEEL_APPLIANCES)),
        ("annex-II", "Goods outside the reciprocal tariff, with the electronics of 11 April", annex_act, "2025-04-05",
         _COMPILER, annex | electronics),
        ("electronics", "Semiconductors, computers and phones added on 11 April", "Memorandum of 11 April 2025",
         "2025-04-05", _COMPILER, electronics),
    )  # fmt: skip
    return {
        name: HsList(name, title, act, day, source, "MIT; official texts are in the public domain", _prefixes(codes))
        for name, title, act, day, source, codes in rows
    }


def _read_codes(path: Path) -> set[str]:
    """Read one code a line.

    A lost leading zero shows in an odd number of digits. A statistical suffix 00 says that the 8-digit code is not
    broken down further, and some annexes write it after any 8-digit code; without it the code catches the same lines.
    """
    codes = set()
    for line in path.read_text(encoding="utf-8-sig").splitlines()[1:]:
        digits = line.strip().strip('"').replace(".", "")
        if not digits:
            continue
        if not digits.isdigit():
            raise ValueError(f"{path.name}: {line!r} is not an HTS code")
        digits = digits.zfill(len(digits) + len(digits) % 2)
        if len(digits) == 10:
            digits = digits.removesuffix("00")
        codes.add(_SLIPS.get(digits, digits))
    return codes


def _prefixes(codes: set[str]) -> tuple[str, ...]:
    """Sort the codes and drop those that another already catches."""
    kept: list[str] = []
    for code in sorted(codes):
        if not (kept and code.startswith(kept[-1])):
            kept.append(code)
    return tuple(kept)
