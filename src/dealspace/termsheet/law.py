"""Law in force: agreements as data, with staged rates, that stand beside any sheet.

A pack is a YAML file with ``title``, ``sources`` and ``measures`` in the language of sheets. `law_on` asks what a pack
makes of a line on a day; `with_law` puts its measures into every policy of a sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from dealspace.errors import Fault, PolicyError, SheetError, unknown_name
from dealspace.termsheet.acts import Act, AnyAct, GatePriceAct, TariffAct
from dealspace.termsheet.base import Source
from dealspace.termsheet.duties import price_on
from dealspace.termsheet.reading import read_document

if TYPE_CHECKING:
    from dealspace.termsheet.sheet import TermSheet


@dataclass(frozen=True)
class LawPack:
    """An agreement or law in force.

    Attributes
    ----------
    name, title : str
    measures : dict of str to Act
    sources : dict of str to Source
    notes : tuple of str
        What it leaves out.
    """

    name: str
    title: str
    measures: Mapping[str, AnyAct]
    sources: Mapping[str, Source]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class LawRate:
    """What a pack makes of a line on a day.

    Attributes
    ----------
    rate : float
        The duty or its ad valorem equivalent, a fraction.
    form : str
        The legal form where it is no percentage; empty otherwise. `formula` says how it became a rate.
    measure, title, source, note : str
        Name of the measure, title of the pack, and the measure's own.
    """

    rate: float
    form: str
    formula: str
    measure: str
    title: str
    source: str
    note: str


def law_packs() -> tuple[str, ...]:
    """Return the names of the built-in packs."""
    folder = resources.files("dealspace") / "scenarios" / "law"
    return tuple(sorted(item.name[:-5] for item in folder.iterdir() if item.name.endswith(".yaml")))


@cache
def load_law(name: str) -> LawPack:
    """Read a built-in pack.

    Raises
    ------
    UnknownNameError
        For another name.
    SheetError
        When the file breaks the language of sheets.

    Examples
    --------
    >>> from datetime import date
    >>> beef = load_law("us-japan-2019").measures["usjta-beef"]
    >>> beef.rate_on(date(2025, 7, 20)), beef.rate_on(date(2033, 4, 1))
    (0.216, 0.09)
    """
    if name not in law_packs():
        raise unknown_name("law", name, law_packs())
    file = f"law/{name}.yaml"
    text = (resources.files("dealspace") / "scenarios" / "law" / f"{name}.yaml").read_text("utf-8")
    document = read_document(text, file)
    if document.faults:
        raise SheetError(document.faults)
    data: dict[str, Any] = document.data  # pyright: ignore[reportAssignmentType]
    try:
        measures = TypeAdapter(dict[str, AnyAct]).validate_python(data["measures"])
        sources = TypeAdapter(dict[str, Source]).validate_python(data["sources"])
    except ValidationError as error:
        raise SheetError([Fault(f"{e['loc']}: {e['msg']}", "measures", file) for e in error.errors()]) from None
    named = {key: act.model_copy(update={"name": key}) for key, act in measures.items()}
    return LawPack(name, str(data["title"]), named, sources, tuple(map(str, data.get("notes", ()))))


def law_on(importer: str, exporter: str, code: str, day: date) -> LawRate | None:
    """Return what law in force makes of an importer's duty on a line from an exporter; None where it is silent.

    Packs name regions, not groups. A measure that was not in force on the day, or whose stages do not reach back to
    it, is silent.
    """
    for name in law_packs():
        pack = load_law(name)
        for act in pack.measures.values():
            if act.by == importer and exporter in act.on and act.in_force(day) and _names(act, code):
                try:
                    rate = float(act.rate_on(day))  # type: ignore[attr-defined]
                except (PolicyError, ValueError):
                    continue
                source = str(pack.sources.get(str(act.source), act.source) or "")
                return LawRate(round(rate, 12), *_form(act, day), act.name, pack.title, source, act.note)
    return None


def with_law(
    sheet: TermSheet, *names: str, can_tell: Callable[[AnyAct], bool] = lambda act: True
) -> tuple[TermSheet, tuple[str, ...]]:
    """Put the measures of packs into every policy of a sheet.

    Parameters
    ----------
    sheet : TermSheet
    *names : str
        Packs.
    can_tell : callable, optional
        Whether the economy at hand can tell a measure's products apart; those it cannot are left out.

    Returns
    -------
    (TermSheet, tuple of str)
        The sheet with the measures, and the names of those left out.

    Raises
    ------
    SheetError
        When the sheet has another measure of the same name.
    """
    measures, sources, out = dict(sheet.measures), dict(sheet.sources), []
    added: list[str] = []
    for name in names:
        pack = load_law(name)
        for key, act in pack.measures.items():
            if key in measures and measures[key] != act:
                raise SheetError(Fault(f"stands in the law pack {name} too; give it another name", f"measures.{key}"))
            if not can_tell(act):
                out.append(key)
                continue
            measures[key] = act
            added.append(key)
        sources |= {key: source for key, source in pack.sources.items() if key not in sources}
    policies = {
        policy: (*acts, *(name for name in added if name not in acts)) for policy, acts in sheet.policies.items()
    }
    changes = {"measures": measures, "sources": sources, "policies": policies}
    return sheet.model_copy(update=changes), tuple(out)


def _names(act: Act, code: str) -> bool:
    return any(term.overlap(code) == "all" for term in act.products.terms)


def _form(act: Act, day: date) -> tuple[str, str]:
    """Return the legal form of a duty that is no percentage, and how it becomes one."""
    if isinstance(act, GatePriceAct):
        cap = price_on(act.cap, day)
        return f"gate price of {act.gate}, at most {cap}", f"at an import price of {act.price}"
    if isinstance(act, TariffAct) and act.specific is not None:
        return str(price_on(act.specific, day)), f"over an import price of {act.price}"
    return "", ""
