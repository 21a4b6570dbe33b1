"""Measures in words: what a threat does, what it takes the place of, and what it spares."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dealspace.report.reading import Case
from dealspace.report.words import day, join
from dealspace.termsheet.acts import (
    Act,
    BarrierAct,
    CommitmentAct,
    ExportTaxAct,
    QuotaAct,
    SafeguardAct,
    ServicesTaxAct,
    SubsidyAct,
    TariffAct,
)
from dealspace.termsheet.quantities import percent, plain, points
from dealspace.termsheet.staging import rate_in

MOST_APART = 5  # carve-outs named in the briefing


def say_threat(case: Case, *, brief: bool = False) -> str:
    """Say what is threatened: its rate, what it replaces, what it spares, and from when."""
    acts = [case.sheet.measures[name] for name in case.sheet.threat]
    if not acts:
        return "No measure is threatened and no deal is the status quo"
    act = acts[0]
    when = f" from {day(act.from_)}" if act.from_ else ""
    more = f", and {len(acts) - 1} more measures" if len(acts) > 1 else ""
    return f"{say_act(act, case.sheet.measures)} on {goods(str(act.products))}{_apart(case, act, brief)}{when}{more}"


def say_act(act: Act, measures: Mapping[str, Act]) -> str:
    """Say what a measure does: ``25 % in place of 10 %, on top of the normal duty``."""
    if isinstance(act, TariffAct):
        return _say_duty(act, measures)
    if isinstance(act, BarrierAct):
        return f"{points(act.reduction)} of a barrier of {spaced(percent(act.base))} removed"
    if isinstance(act, ServicesTaxAct | SubsidyAct | ExportTaxAct):
        return f"a {act.kind.replace('-', ' ')} of {spaced(percent(_rate(act)))}"
    if isinstance(act, QuotaAct | SafeguardAct):
        return f"a {act.kind} of {plain(act.volume_on(_day(act)))} kt"
    if isinstance(act, CommitmentAct):
        return f"a commitment of {plain(act.amount / 1000)} bn USD"
    return act.kind.replace("-", " ")


def _day(act: Act) -> date:
    """Return the day whose rate is said: the first one in force."""
    return act.from_ or act.announced or date.max


def _rate(act: TariffAct | ServicesTaxAct | SubsidyAct | ExportTaxAct) -> float:
    return rate_in(act, _day(act))


def _say_duty(act: TariffAct, measures: Mapping[str, Act]) -> str:
    old = [measures[name] for name in act.replaces if name in measures]
    rates = dict.fromkeys(spaced(percent(_rate(each))) for each in old if isinstance(each, TariffAct))
    rate = spaced(percent(_rate(act))) + (f" in place of {join(rates)}," if rates else "")
    words = {
        "add": f"{rate} on top of the normal duty",
        "inclusive": f"{rate.removesuffix(',')}, the normal duty included",
        "replace": f"{rate} in place of the normal duty",
        "cut": f"duty cut by {rate.removesuffix(',')}",
    }
    return words[act.stacking] + (f", on {spaced(percent(act.coverage))} of the trade" if act.coverage < 1 else "")


def _apart(case: Case, act: Act, brief: bool) -> str:
    """Say what an act spares: by the sheet's names in the briefing, in words in the report."""
    spared = [_spared(case, text, brief) for text in act.except_]
    if not spared:
        return ""
    if brief and len(spared) > MOST_APART:
        spared = [*spared[: MOST_APART - 1], "others"]
    return f" ({join(spared)} apart)" if brief else f" (apart: {'; '.join(spared)})"


def _spared(case: Case, text: str, brief: bool) -> str:
    measure = case.sheet.measures.get(text)
    if brief:
        return text if measure else goods(text).removeprefix("list ")
    from dealspace.instruments.lists import load_lists

    products = str(measure.products) if measure else text
    name, built_in = products.removeprefix("list:"), load_lists()
    if name in built_in:
        return f"{built_in[name].title} ({text.removeprefix('list:')})"
    words = goods(case.names.spelled(products))
    return f"{words} ({text})" if measure else words


def goods(text: str) -> str:
    """Write products as a sentence has them: ``all goods``, ``HS 98``."""
    return text.replace("all-goods", "all goods").replace("list:", "list ").replace("hs:", "HS ")


def spaced(text: str) -> str:
    """Put the blank before the per cent sign that the report uses and the sheet does not."""
    return text.replace("%", " %").replace("  %", " %")
