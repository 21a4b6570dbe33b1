"""Tables of the bargain: deals, frontier, concessions, threat, weights."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dealspace.bargaining.results import Concession
from dealspace.report.reading import Case
from dealspace.report.table import Column, Table, table
from dealspace.report.words import SOLUTION_TITLES, capital

_NOTE = (
    "Pay-offs are changes against the status quo in USD billion of the party's own real income a year, with the "
    "weights of the table 'What each party weighs'; 'over no deal' is less what the party expects without a deal."
)


def deal_tables(case: Case) -> Iterator[Table]:
    """Yield the tables of deals and their value."""
    yield from _named(case)
    yield _concessions(case)
    yield from _threat(case)
    yield _weights(case)
    yield _checked(case)
    yield _frontier(case)
    yield _sample(case)
    yield _measures(case)


def _payoff_columns(case: Case) -> tuple[Column, ...]:
    names = [case.names.region(party) for party in case.parties]
    codes = [party.lower() for party in case.parties]
    return (
        *(Column(f"payoff_{c}", f"Pay-off of {n}", "billion", signed=True) for c, n in zip(codes, names, strict=True)),
        *(
            Column(f"over_no_deal_{c}", f"{n} over no deal", "billion", signed=True)
            for c, n in zip(codes, names, strict=True)
        ),
    )


def _payoffs(case: Case, payoffs: np.ndarray) -> tuple[float, ...]:
    return (*(float(u) / 1e3 for u in payoffs), *(gain / 1e3 for gain in case.over_no_deal(payoffs)))


def _issue_columns(case: Case) -> tuple[Column, ...]:
    """Return one column per issue, in the sheet's own unit (15 for 15 %)."""
    return tuple(
        Column(name, capital(case.short(name).removeprefix("the ")), "rate", unit=_unit(axis.unit))
        for name, axis in case.issues.items()
    )


def _unit(unit: str) -> str:
    return {"fraction": "%", "USD mn": "bn USD"}.get(unit, unit)


def _issue_values(case: Case, deal: np.ndarray | None) -> tuple[float | None, ...]:
    if deal is None:
        return (None,) * len(case.issues)
    units = {"%": 100.0, "pp": 100.0, "fraction": 100.0, "USD mn": 1e-3}
    scale = [units.get(axis.unit, 1.0) for axis in case.issues.values()]
    return tuple(float(x) * s for x, s in zip(deal, scale, strict=True))


def _named(case: Case) -> Iterator[Table]:
    """The named deals: their pay-offs, and apart from these their terms."""
    columns = (
        Column("deal", "Deal"),
        Column("kind", "Kind"),
        Column("probability", "Part of a lottery", "share"),
        Column("acceptance", "Accepted with probability", "share"),
        Column("acceptance_low", "from", "share"),
        Column("acceptance_high", "to", "share"),
        *_payoff_columns(case),
    )
    rows = []
    for point in case.bargain.points:
        if point.kind in ("policy", "offer", "best"):
            rows.append(
                (
                    *(capital(case.point_title(point.name)), point.kind, None, None, None, None),
                    *_payoffs(case, point.payoffs),
                    *_issue_values(case, point.deal),
                )
            )
    for name, found in case.bargain.solutions.items():
        for deal, chance, payoffs in zip(found.deals, found.probabilities, found.deal_payoffs, strict=True):
            part = None if chance > 0.999 else chance
            label = SOLUTION_TITLES.get(name, name)
            rows.append(
                (
                    *(label, "solution", part, None, None, None),
                    *_payoffs(case, payoffs),
                    *_issue_values(case, deal),
                )
            )
    rows += list(_offers(case))
    width = len(columns)
    accepted = (
        "'Accepted with probability' is over draws of the other side's weights, 'from' and 'to' its sampling error."
    )
    yield table("deals", "Deals compared: pay-offs", f"{_NOTE} {accepted}", columns, [row[:width] for row in rows])
    terms = [(row[0], row[2], *row[width:]) for row in rows if any(cell is not None for cell in row[width:])]
    today = tuple(axis.status_quo if axis.status_quo is not None else np.nan for axis in case.issues.values())
    yield table(
        "deal-terms",
        "Deals compared: terms",
        "'Now' is the point of each range whose duties are nearest to the law in force.",
        (columns[0], columns[2], *_issue_columns(case)),
        [("Now", None, *_issue_values(case, np.array(today))), *terms],
    )


def _offers(case: Case) -> Iterator[tuple]:
    for party, final in case.bargain.final_offers.items():
        who = case.names.offer_of(party).removesuffix(" final offer")
        listed = [("final offer", final.offer), ("safer offer", final.certain)]
        listed += [(f"alternative {k}", each) for k, each in enumerate(final.alternatives, start=1)]
        for label, offer in listed:
            if offer is not None:
                yield (
                    *(f"{who} {label}", "offer to make", None, offer.acceptance, *offer.acceptance_interval),
                    *_payoffs(case, offer.payoffs),
                    *_issue_values(case, offer.deal),
                )
        if final.limit is not None:
            label = f"The most {case.names.the(final.other)} could ask"
            yield (
                *(label, "limit", None, None, None, None),
                *_payoffs(case, final.limit.payoffs),
                *_issue_values(case, final.limit.deal),
            )


def _concessions(case: Case) -> Table:
    columns = (
        Column("point", "Valued at"),
        Column("issue", "Concession"),
        Column("giver", "Giver"),
        Column("step", "Per"),
        Column("giver_payoff", "Giver's pay-off", "number", "mn USD a year", signed=True),
        Column("taker_payoff", "Taker's pay-off", "number", "mn USD a year", signed=True),
        Column("full_range", "Whole range"),
        Column("full_giver_payoff", "Giver's, whole range", "number", "mn USD a year", signed=True),
        Column("full_taker_payoff", "Taker's, whole range", "number", "mn USD a year", signed=True),
        Column("kind", "Kind"),
    )
    rows = []
    for point, found in case.bargain.concessions.items():
        for row in found.rows:
            step, size = unit_step(case, row)
            rows.append(
                (
                    *(_valued_at(case, point), capital(case.plain(row.issue))),
                    *(case.names.region(row.giver), step, -row.cost * size, row.gain * size),
                    f"{case.value(row.issue, row.start)} to {case.value(row.issue, row.end)}",
                    *(-row.full_cost, row.full_gain, row.kind.replace("-", " ")),
                )
            )
    note = (
        "Change of each side's pay-off from one more point, by exact gradients, and over the whole range with the "
        "other issues held, by solving both ends; plus is better for that side. A point of a cut is 1 % of the duty. "
        "Best value first: most for the taker per USD of the giver."
    )
    return table("concessions", "The value of each concession", note, columns, rows)


def _valued_at(case: Case, point: str) -> str:
    return "Threat carried out" if point == "no-deal" else capital(case.point_title(point))


def unit_step(case: Case, row: Concession) -> tuple[str, float]:
    """Return the step that a concession's value is shown for, and what to multiply its cost and gain with."""
    if case.issues[row.issue].unit in ("%", "pp", "fraction"):
        return "1 point", 0.01 / abs(row.step)
    return case.value(row.issue, abs(row.step)), 1.0


UNMOVED = 1e-6  # USD million: what a threat leaves alone has no break-even weight


def _threat(case: Case) -> Iterator[Table]:
    threat = case.bargain.credibility
    if threat is None:
        return
    who = case.names.the(threat.threatener)
    rows = [
        (
            *(capital(case.names.measure(even.measure)), even.weight_now, even.weight),
            *(even.credible_when, even.change / 1e3),
        )
        for even in threat.break_even
        if abs(even.change) > UNMOVED
    ]
    yield table(
        "break-even",
        f"When carrying out the threat pays {who}",
        "A weight is what one USD of the outcome is worth in USD of own real income; 'pays when' says on which side of "
        "the break-even weight carrying out the threat beats backing down, reputation apart. The weight now is itself "
        "an assumption (docs: assumptions); read the break-even, not the sign.",
        (
            Column("measure", "Outcome"),
            Column("weight_now", "Weight now", "number", "USD per USD"),
            Column("weight", "Break-even weight", "number", "USD per USD"),
            Column("pays_when", "Pays when"),
            Column("change", "Expected change (courts included)", "billion", signed=True),
        ),
        rows,
    )
    yield table(
        "break-even-presets",
        "Expected cost of carrying out the threat, by what its maker weighs",
        "Pay-off of backing down less expected pay-off of carrying out, courts included; below zero it pays by itself.",
        (Column("preset", "Weights"), Column("cost", "Cost of carrying out", "billion", signed=True)),
        [(preset, cost / 1e3) for preset, cost in threat.by_preset.items()],
    )


def _weights(case: Case) -> Table:
    rows = [
        (case.names.region(record.party), record.preset, case.names.measure(name), weight)
        for record in case.bargain.payoffs
        for name, weight in record.weights.items()
    ]
    columns = (
        Column("party", "Party"),
        Column("preset", "Preset"),
        Column("measure", "Outcome"),
        Column("weight", "Weight", "number", "USD of own real income per USD"),
    )
    note = "A pay-off is the sum of weight times the change of the outcome against the status quo."
    return table("weights", "What each party weighs", note, columns, rows)


def _checked(case: Case) -> Table:
    """The named points under the other closures."""
    rows = [
        (
            capital(case.point_title(point.name)),
            closure,
            *(u / 1e3 for u in (*point.payoffs, *point.equivalent_variation)),
        )
        for closure, points in case.analysis.checked.items()
        for point in points
    ]
    names = [(party.lower(), case.names.region(party)) for party in case.parties]
    columns = (
        Column("deal", "Deal"),
        Column("trade", "Trade balances"),
        *(Column(f"payoff_{code}", f"Pay-off of {name}", "billion", signed=True) for code, name in names),
        *(Column(f"gain_{code}", f"Real income of {name}", "billion", signed=True) for code, name in names),
    )
    note = "The same deals solved again under another closure; changes against the status quo under that closure."
    return table("other-closure", "The named deals under the other closure", note, columns, rows)


def _frontier(case: Case) -> Table:
    found = case.bargain.frontier
    columns = (*_payoff_columns(case), Column("in_zone", "Better than no deal for both"), *_issue_columns(case))
    rows = [
        (*_payoffs(case, payoffs), bool(rational), *_issue_values(case, deal))
        for payoffs, rational, deal in zip(found.payoffs, found.rational, found.deals, strict=True)
    ]
    return table("frontier", "Efficient deals", f"{found.sentence} {_NOTE}", columns, rows, shown=False)


def _sample(case: Case) -> Table:
    found = case.bargain.sample
    columns = (*_payoff_columns(case), Column("space_filling", "Space-filling"), *_issue_columns(case))
    rows = [
        (*_payoffs(case, found.payoffs[b]), bool(found.uniform[b]), *_issue_values(case, found.deals[b]))
        for b in np.flatnonzero(found.ok)
    ]
    return table("sampled-deals", "Deals that were solved", f"{found.words}. {_NOTE}", columns, rows, shown=False)


def _measures(case: Case) -> Table:
    names, origin = case.bargain.measure_names, case.bargain.status_quo
    columns = (
        Column("deal", "Deal"),
        Column("kind", "Kind"),
        Column("measure", "Outcome"),
        Column("measure_name", "Name"),
        Column("change", "Change against the status quo", "number", "USD million a year"),
    )
    rows = [
        (case.point_title(point.name), point.kind, case.names.measure(name), name, point.measures[m] - origin[m])
        for point in case.bargain.points
        for m, name in enumerate(names)
    ]
    note = "Outcomes at every named deal under the headline closure."
    return table("outcomes-of-deals", "Outcomes of the named deals", note, columns, rows, shown=False)
