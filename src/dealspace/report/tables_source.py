"""Tables of what went in: measures with their sources, policies, issues, facts, elasticities; and hindsight apart."""

from __future__ import annotations

from collections.abc import Iterator

from dealspace.report.reading import Case
from dealspace.report.table import Column, Table, table
from dealspace.report.threat_words import say_act, spaced
from dealspace.report.words import join


def source_tables(case: Case) -> Iterator[Table]:
    """Yield the tables of inputs and sources."""
    yield _issues(case)
    yield _acts(case, hindsight=False)
    yield _facts(case, hindsight=False)
    yield _elasticities(case)
    yield _later_offers(case)
    yield _acts(case, hindsight=True)
    yield _facts(case, hindsight=True)


def _source(case: Case, source: object) -> str:
    """Write a source in full, looking up the name of one that the sheet lists."""
    found = case.sheet.sources.get(source, source) if isinstance(source, str) else source
    return "none stated" if found is None or not str(found) else str(found)


def _issues(case: Case) -> Table:
    columns = (
        Column("issue", "Issue"),
        Column("words", "What it is"),
        Column("by", "Moved by"),
        Column("products", "Products"),
        Column("range", "Range"),
        Column("status_quo", "Law in force"),
        Column("lifts", "Takes the place of"),
        Column("source", "Source"),
    )
    rows = []
    for name, axis in case.issues.items():
        issue = case.sheet.issues[name]
        rows.append(
            (
                *(name, case.words(name), case.names.region(axis.by), str(issue.products)),
                f"{case.value(name, axis.low)} to {case.value(name, axis.high)}",
                None if axis.status_quo is None else case.value(name, axis.status_quo),
                *(", ".join(issue.lifts), _source(case, issue.source)),
            )
        )
    note = "'Law in force' is the point of the range whose duties are nearest to the status quo."
    return table("issues", "What is on the table", note, columns, rows)


def _acts(case: Case, *, hindsight: bool) -> Table:
    columns = (
        Column("measure", "Measure"),
        Column("by", "By"),
        Column("on", "On"),
        Column("products", "Products"),
        Column("what", "What"),
        Column("from", "From"),
        Column("until", "Until"),
        Column("authority", "Authority"),
        Column("policies", "In policies"),
        Column("source", "Source"),
    )
    sheet, rows = case.sheet, []
    for name, act in sheet.measures.items():
        if act.hindsight is not hindsight:
            continue
        rows.append(
            (
                *(
                    name,
                    case.names.region(act.by),
                    join(map(case.names.region, act.on)),
                    str(act.products),
                    say_act(act, sheet.measures),
                ),
                *(day.isoformat() if day else "" for day in (act.from_, act.until)),
                act.authority,
                ", ".join(policy for policy, acts in sheet.policies.items() if name in acts),
                _source(case, act.source),
            )
        )
    if hindsight:
        return table("later-measures", "Measures of later", _LATER, columns, rows)
    return table("measures", "Measures in force or threatened", "As the term sheet states them.", columns, rows)


_LATER = "Known only after the day of the sheet; no result above uses it."


def _facts(case: Case, *, hindsight: bool) -> Table:
    rows = [
        (fact.statement, str(fact.value), fact.date or "", _source(case, fact.source))
        for fact in case.sheet.facts.values()
        if fact.hindsight is hindsight
    ]
    columns = (
        Column("statement", "Figure"),
        Column("value", "Value"),
        Column("date", "Of"),
        Column("source", "Source"),
    )
    if hindsight:
        return table("later-facts", "Figures of later", _LATER, columns, rows)
    return table("facts", "Figures shown beside the results", "Sourced; no result rests on them.", columns, rows)


def _elasticities(case: Case) -> Table:
    world, goods = case.world, set(case.world.goods)
    rows = [
        (case.names.sector(code), code, "goods" if code in goods else "services", theta)
        for code, theta in zip(world.sectors, world.trade_elasticity, strict=True)
    ]
    columns = (
        Column("sector", "Sector"),
        Column("code", "Code"),
        Column("kind", "Kind"),
        Column("elasticity", "Trade elasticity", "number"),
    )
    note = "By how many per cent trade falls when its price with duty rises by one per cent. Taken as known."
    return table("elasticities", "Trade elasticities", note, columns, rows, shown=False)


def _later_offers(case: Case) -> Table:
    columns = (Column("offer", "Package"), Column("date", "Date"), Column("terms", "Terms"), Column("source", "Source"))
    rows = [
        (
            *(name, offer.date.isoformat()),
            "; ".join(f"{case.short(issue)} {spaced(str(value))}" for issue, value in offer.terms.items()),
            _source(case, offer.source),
        )
        for name, offer in case.sheet.offers.items()
        if offer.hindsight
    ]
    return table("later-offers", "Packages of later", _LATER, columns, rows)
