"""Tables of makers' plants: where cars are built, what a policy shifts, what it does to duty and jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from dealspace.outcomes.footprint import (
    Response,
    base_rows,
    duty_rows,
    load_ranges,
    maker_rows,
    note_lines,
    output_rows,
    place_rows,
    range_rows,
)
from dealspace.outcomes.footprint.rows import Row
from dealspace.report.reading import Case
from dealspace.report.table import Cell, Column, Table, table


def footprint_tables(case: Case) -> Iterator[Table]:
    """Yield the tables of every footprint in a party's market."""
    for name, responses in case.analysis.footprints.items():
        if responses:
            yield from _tables(case, name, responses)


def _tables(case: Case, name: str, responses: Mapping[str, Response]) -> Iterator[Table]:
    some = next(iter(responses.values())).footprint
    where = case.names.the(some.market)
    yield _by_place(case, name, responses, where)
    yield _plants(case, name, responses, where)
    yield _by_maker(case, name, responses, where)
    yield _duty(case, name, responses, where)
    yield _ranges(case, name, responses, where)
    columns = (
        *(Column(key, title) for key, title in (("maker", "Maker"), ("plant", "Built in"))),
        Column("units", "Units", "count", "thousand"),
        Column("share_percent", "Of the maker's sales", "percent"),
        *(Column(key, title) for key, title in (("status", "Kind"), ("how", "How"), ("source", "Source"))),
    )
    rows = [
        (
            row["maker"],
            _place(case, row["plant"]),
            row["units"] / 1e3,
            row["share_percent"],
            row["status"],
            row["how"],
            row["source"],
        )
        for row in base_rows(some)
    ]
    title = f"Cars sold in {where} by where they are built, base year"
    yield table(f"{name}-base", title, " ".join(note_lines(some)), columns, rows, shown=False)


def _all(
    case: Case, responses: Mapping[str, Response], rows_of: Callable[[Response], list[Row]]
) -> Iterator[tuple[str, Row]]:
    for policy, response in responses.items():
        if policy != "before" and policy in case.main_policies:
            yield from ((case.title(policy), row) for row in rows_of(response))


def _place(case: Case, plant: str) -> str:
    return case.names.region(plant) if plant in case.world.regions else case.names.spelled(plant)


def _thousand(value: float | None) -> float | None:
    return None if value is None else value / 1e3


_AGAINST = "Changes against the law before any measure, in the long run."


def _by_place(case: Case, name: str, responses: Mapping[str, Response], where: str) -> Table:
    columns = (
        Column("policy", "Policy"),
        Column("plant", "Built in"),
        Column("duty_after_percent", "Duty", "percent"),
        Column("group_before", "Sales before", "count", "thousand"),
        Column("group_after", "Sales after", "count", "thousand"),
        Column("group_percent", "Change", "percent", signed=True),
        Column("all_percent", "All makers", "percent", signed=True),
        Column("equilibrium_percent", "The sector in the equilibrium", "percent", signed=True),
        Column("residual_points", "Difference", "percent", "points", signed=True),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            *(
                policy,
                _place(case, row["plant"]),
                row["duty_after_percent"],
                row["group_before"] / 1e3,
                row["group_after"] / 1e3,
            ),
            *(row["group_percent"], row["all_percent"], row["equilibrium_percent"], row["residual_points"]),
        )
        for policy, row in _all(case, responses, place_rows)
    ]
    group = _group(next(iter(responses.values())))
    note = (
        f"{_AGAINST} Sales of {group}. The last columns set all makers' cars beside the whole sector of the "
        "equilibrium, parts included; what differs is shown and not spread."
    )
    return table(f"{name}-places", f"Cars sold in {where} by where they are built", note, columns, rows)


def _group(response: Response) -> str:
    footprint = response.footprint
    makers = [maker for maker, inside in zip(footprint.makers, footprint.in_group, strict=True) if inside]
    return ", ".join(makers)


def _plants(case: Case, name: str, responses: Mapping[str, Response], where: str) -> Table:
    columns = (
        Column("policy", "Policy"),
        Column("what", "What"),
        Column("unit", "Unit"),
        Column("before", "Before", "count"),
        Column("after", "After", "count"),
        Column("percent", "Change", "percent", signed=True),
    )
    rows = [
        (policy, case.names.spelled(row["what"]), row["unit"], row["before"], row["after"], row["percent"])
        for policy, row in _all(case, responses, output_rows)
    ]
    some = next(iter(responses.values()))
    title = f"Plants in {where}: output, jobs and parts from abroad"
    note = f"{_AGAINST} Plants of {_group(some)}. Jobs move with output."
    return table(f"{name}-plants", title, note, columns, rows)


def _by_maker(case: Case, name: str, responses: Mapping[str, Response], where: str) -> Table:
    columns = (
        Column("policy", "Policy"),
        Column("maker", "Maker"),
        Column("before", "Sales before", "count", "thousand"),
        Column("after", "Sales after", "count", "thousand"),
        Column("change_percent", "Change", "percent", signed=True),
        Column("imports_displaced", "Imports no longer bought", "count", "thousand"),
        Column("price_percent", "Price", "percent", signed=True),
    )
    rows = [
        (
            *(policy, row["maker"], _thousand(row["before"]), _thousand(row["after"])),
            *(row["change_percent"], _thousand(row["imports_displaced"]), row["price_percent"]),
        )
        for policy, row in _all(case, responses, maker_rows)
    ]
    note = f"{_AGAINST} Makers without a sourced split by plant stand together."
    return table(f"{name}-makers", f"Sales in {where} by maker", note, columns, rows, shown=False)


def _duty(case: Case, name: str, responses: Mapping[str, Response], where: str) -> Table:
    columns = (
        Column("policy", "Policy"),
        Column("plant", "Built in"),
        Column("rate_after_percent", "Duty", "percent"),
        Column("per_unit_before", "Duty a car before", "count", "USD"),
        Column("per_unit_after", "Duty a car after", "count", "USD"),
        Column("total_after", "Duty in all", "billion"),
    )
    rows = [
        (
            *(
                policy,
                _place(case, row["plant"]),
                row["rate_after_percent"],
                row["per_unit_before"],
                row["per_unit_after"],
            ),
            _thousand(row["total_after"]),
        )
        for policy, row in _all(case, responses, duty_rows)
    ]
    note = f"{_AGAINST} Only where a value a car is sourced."
    return table(f"{name}-duty", f"Duty on cars brought into {where}", note, columns, rows, shown=False)


def _ranges(case: Case, name: str, responses: Mapping[str, Response], where: str) -> Table:
    columns = (
        Column("policy", "Policy"),
        Column("what", "What"),
        Column("unit", "Unit"),
        Column("low", "Low", "number"),
        Column("central", "Central", "number"),
        Column("high", "High", "number"),
    )
    ranges = load_ranges(name)
    rows = [
        (policy, case.names.spelled(row["what"]), row["unit"], row["low"], row["central"], row["high"])
        for policy, row in _all(case, responses, lambda response: range_rows(response, ranges))
    ]
    note = f"{_AGAINST} Over every corner of the assumed elasticities between plants and makers and the share of parts."
    return table(f"{name}-ranges", f"Plants in {where}: range over what is assumed", note, columns, rows, shown=False)
