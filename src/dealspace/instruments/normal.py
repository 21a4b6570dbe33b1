"""The normal duty of a tariff line: what is due before any measure of a sheet.

Two importers have tables of their own (`data/normal-duties.json` says which, from what and since when); for others only
the economy's mean of the sector is known. Law in force (`dealspace.termsheet.law`) says what agreements make of a line
on other days than those of the table.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from dealspace.instruments.explain_scope import sector_of_code
from dealspace.termsheet.law import law_on

if TYPE_CHECKING:
    import polars as pl

    from dealspace.world.economy import Economy

_DATA = resources.files("dealspace") / "instruments" / "data"


@dataclass(frozen=True)
class NormalDuty:
    """What a line pays before any measure, and how that is known.

    Attributes
    ----------
    rate : float or None
        A fraction, where the duty is a percentage.
    form : str
        The legal form where it is none: ``341 yen/kg``; empty otherwise.
    equivalent : float or None
        Ad valorem equivalent of that form, where a source gives the numbers; `formula` says how.
    basis : str
        In words: which rate it is, and from what.
    agreement : str
        The agreement it rests on; empty for the general rate.
    source : str
    note : str
        Doubts, and use of a preference.
    season : str
        Part of the year it holds, empty for all of it.
    stage : str
        ``within the quota`` or ``over the quota``, for a line that is one of the two by name.
    mean : float or None
        Mean duty collected, where the rate is unknown.
    """

    rate: float | None
    basis: str
    form: str = ""
    equivalent: float | None = None
    formula: str = ""
    agreement: str = ""
    source: str = ""
    note: str = ""
    season: str = ""
    stage: str = ""
    mean: float | None = None

    @property
    def value(self) -> float | None:
        """The rate or its ad valorem equivalent, a fraction; None where neither is known."""
        return self.rate if self.rate is not None else self.equivalent


@dataclass(frozen=True)
class NormalLine:
    """A line of an importer's schedule, as fine as its table knows it, and its normal duty.

    Attributes
    ----------
    code : str
        Digits.
    duty : NormalDuty
    inner : tuple of str
        Every finer code there is under it; empty where that is not known.
    """

    code: str
    duty: NormalDuty
    inner: tuple[str, ...] = ()


def normal_lines(world: Economy, importer: str, exporter: str, code: str, day: date) -> tuple[NormalLine, ...]:
    """Return the lines at and under an HS code with their normal duties, sorted.

    Parameters
    ----------
    world : Economy
        Says which groups an exporter belongs to, and the mean duty where there is no table.
    importer, exporter : str
        Regions of `world`.
    code : str
        HS digits, 2 to 10.
    day : datetime.date

    Returns
    -------
    tuple of NormalLine
        One with the code itself where its lines are not known, or only coarser ones.
    """
    about = _about().get(importer)
    if about is None:
        found = [NormalLine(code, _mean_of_sector(world, importer, exporter, code))]
    else:
        groups = (exporter, *(name for name, members in (world.groups or {}).items() if exporter in members))
        found = [_line(about, row, code, groups, day) for row in _rows(importer, code)]
        if not found:
            found = [NormalLine(code, NormalDuty(None, f"unknown: {about['missing']}", source=about["source"]))]
    return tuple(replace(line, duty=_with_law(line, importer, exporter, day, about)) for line in found)


def _line(about: dict[str, Any], row: dict[str, Any], code: str, groups: tuple[str, ...], day: date) -> NormalLine:
    inner = tuple(row["hs"] + suffix for suffix in (row.get("inner") or "").split())
    own = max(row["hs"], code, key=len)
    return NormalLine(own, _from_table(about, row, groups, day), tuple(c for c in inner if c.startswith(own)))


@cache
def _about() -> dict[str, dict[str, Any]]:
    return json.loads((_DATA / "normal-duties.json").read_text("utf-8"))


@cache
def _table(importer: str) -> pl.DataFrame:
    import io

    import polars as pl

    return pl.read_parquet(io.BytesIO((_DATA / _about()[importer]["file"]).read_bytes()))


def _rows(importer: str, code: str) -> list[dict[str, Any]]:
    """Return the rows of a table at, under or, for a code finer than its lines, above a code."""
    import polars as pl

    table = _table(importer)
    above = [code[:digits] for digits in range(2, len(code))]
    near = pl.col("hs").str.starts_with(code) | pl.col("hs").is_in(above)
    return table.filter(near).to_dicts()


def _from_table(about: dict[str, Any], row: dict[str, Any], groups: tuple[str, ...], day: date) -> NormalDuty:
    """Return the duty of a row for an exporter: its agreement's where that helps, else the general one."""
    partner = next((name for name in groups if name in about["agreements"]), "")
    agreement = about["agreements"].get(partner, "")
    own, own_form, used = (row.get(f"{partner}{end}") for end in ("", "_form", "_used"))
    agreed = own is not None or bool(own_form)
    notes = []
    if not _within(about, day):
        notes.append(f"as of {about['from']}; what holds on {day} may differ")
    if used is not None:
        notes.append(f"in 2024 goods were spared {used} % of the duty; those that do not qualify pay {_words(row)}")
    elif agreed:
        notes.append(f"{_words(row)} without it")
    if not agreed and row.get("entries") == 1:
        notes.append("it rests on one entry only")
    rate, form = (own, own_form or "") if agreed else (row["mfn"], row.get("mfn_form") or "")
    basis = f"{agreement}, {about['agreed']}" if agreed else about["basis"]
    mean = row.get("mean") if rate is None and not form else None
    if rate is None and not form:
        basis = f"unknown: {about['missing' if mean is None else 'unclear']}"
    found = _equivalent(about, row["hs"], groups) if not rate else None
    if rate == 0 and found is not None:  # free of duty, but not of the state trader's mark-up
        rate, form = None, "free of duty, with a mark-up"
    stage = found["where"] if found is not None else ""
    return NormalDuty(
        rate,
        basis,
        form=form,
        equivalent=found["rate"] if found is not None else None,
        formula=f"{stage}: {found['formula']} ({found['source']})" if found is not None else "",
        agreement=agreement if agreed else "",
        source=about["source"],
        note="; ".join(notes),
        season=row.get("season") or "",
        stage=stage if stage.endswith("the quota") else "",
        mean=mean,
    )


def _within(about: dict[str, Any], day: date) -> bool:
    return "from" not in about or about["from"] <= day.isoformat() <= about["until"]


def _words(row: dict[str, Any]) -> str:
    if row["mfn"] is not None:
        return f"{round(100 * row['mfn'], 2):g} %"
    return row.get("mfn_form") or "the normal duty"


def _equivalent(about: dict[str, Any], code: str, groups: tuple[str, ...]) -> dict[str, Any] | None:
    """Return the estimate of a line's ad valorem equivalent for an exporter, None where there is none."""
    for entry in about["equivalents"]:
        named = not entry["exporters"] or any(name in entry["exporters"] for name in groups)
        if named and any(code.startswith(prefix) for prefix in entry["codes"]):
            return entry
    return None


def _with_law(line: NormalLine, importer: str, exporter: str, day: date, about: dict[str, Any] | None) -> NormalDuty:
    """Let law in force speak where the table is of another time, or gives no percentage.

    Within the time of the table its legal form stays, and the law only turns a duty by weight into a rate; a gate price
    depends on the price that the very line names, so there it is told as a note.
    """
    duty, found = line.duty, law_on(importer, exporter, line.code, day)
    if found is None:
        return duty
    if about is None or "from" not in about or not _within(about, day):
        basis = f"{found.title}, stage of {day}"
        rate, equivalent = (None, found.rate) if found.form else (found.rate, None)
        return NormalDuty(rate, basis, found.form, equivalent, found.formula, found.title, found.source, found.note)
    if duty.rate is not None:
        return duty
    if found.form.startswith("gate"):
        note = f"as one product: {found.form}, {100 * found.rate:.3g} % {found.formula}"
        return replace(duty, note="; ".join(part for part in (duty.note, note) if part))
    return replace(duty, form=found.form, equivalent=found.rate, formula=found.formula, agreement=found.title)


def _mean_of_sector(world: Economy, importer: str, exporter: str, code: str) -> NormalDuty:
    sector = sector_of_code(world, code)
    if sector is None:
        return NormalDuty(None, f"unknown: there is no table of {importer}'s duties, and no sector for this code")
    at = world.region_index(importer), world.region_index(exporter), world.sector_index(sector)
    return NormalDuty(
        float(world.tariff[at]),
        f"the mean duty of {world.name} on {sector} from {exporter}, since there is no table of {importer}'s lines",
        source=world.name,
        note="a mean of many lines, not the line's own duty",
    )
