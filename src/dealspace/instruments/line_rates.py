"""Duties by product line of one pair under a policy, for satellites that follow products below the sectors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from dealspace.errors import DealspaceError, unknown_name
from dealspace.instruments.clauses import measure_clauses, own_lists, placed, policy_clauses
from dealspace.instruments.compile import ETA
from dealspace.instruments.mapping import line_factors
from dealspace.instruments.parts import PairParts, pair_goods, pair_parts
from dealspace.instruments.products import known_lists, line_book
from dealspace.instruments.stacking import SUBSIDIES

if TYPE_CHECKING:
    from dealspace.termsheet.sheet import TermSheet
    from dealspace.world.economy import Economy


@dataclass(frozen=True, eq=False)
class LineRates:
    """Product lines of one importer and exporter, sorted by sector and code; H is their number.

    Attributes
    ----------
    importer, exporter : str
    codes : (H,) of str
        HS digits, empty where the sector is known as a whole only.
    sector : (H,) of str
    share : (H,)
        Duty-inclusive base share in the cell, adding to 1 in each.
    tau0 : (H,)
        Gross duty factor in the base year.
    tau : (H,)
        Gross duty factor after the policy, as buyers feel it: where a measure covers part of a line, tau0 times the
        line's price factor.
    revenue : (H,)
        Gross duty factor as the treasury collects it; equal to `tau` where a line is in one piece.
    barrier : (H,)
        Change of the trade cost, rents of barriers included.
    subsidy : (H,)
        Rate of the subsidies on the line's sales at basic price, paid by the exporter; export taxes count with minus.
    value : (H,)
        Base sales at basic price, USD million, on the level of the economy's cell.
    quota : (H,) of str
        Name of the quota or safeguard that sets the duty, else empty. There `tau` is `tau0`: what is paid under a
        quota depends on the equilibrium.
    """

    importer: str
    exporter: str
    codes: np.ndarray
    sector: np.ndarray
    share: np.ndarray
    tau0: np.ndarray
    tau: np.ndarray
    revenue: np.ndarray
    barrier: np.ndarray
    subsidy: np.ndarray
    value: np.ndarray
    quota: np.ndarray


def line_rates(
    sheet: TermSheet,
    world: Economy,
    policy: str,
    importer: str,
    exporter: str,
    on: date | None = None,
    *,
    hs: tuple[str, ...] | None = None,
    background: str | None = None,
    eta: float = ETA,
) -> LineRates:
    """Return what each product line of a pair pays before and after a policy.

    Parameters
    ----------
    sheet, world : TermSheet, Economy
    policy : str
        A policy or an offer of the sheet.
    importer, exporter : str
        Regions.
    on : datetime.date, optional
        As in `dealspace.instruments.compile.compile_policy`.
    hs : tuple of str, optional
        Only lines whose code starts with one of these; all by default.
    background : {"in-force", "letters-applied"}, optional
    eta : float
        Elasticity between the parts of a line that pay different duties.

    Raises
    ------
    SheetError
        Where products cannot be told apart in the world's data.
    UnknownNameError
        For unknown names.
    """
    if policy not in sheet.policies and policy not in sheet.offers:
        raise unknown_name("policy", policy, [*sheet.policies, *sheet.offers])
    n, i = world.region_index(importer), world.region_index(exporter)
    book, lists = line_book(world), known_lists(own_lists(sheet))
    try:
        clauses = policy_clauses(sheet, world, policy, background, on)
        pair = pair_parts(book, clauses, measure_clauses(sheet, world), lists, importer, exporter)
    except DealspaceError as error:
        raise placed(sheet, error) from None
    lines = pair.lines
    codes = lines.codes.astype(str)
    asked = np.flatnonzero(np.ones(len(codes), dtype=bool) if hs is None else _starts(codes, hs))
    price, revenue, barrier = _factors(pair, asked, eta)
    quota = _quotas(pair)[asked]
    under = quota != ""
    net = lines.share / lines.tau0
    level = world.flows[n, i] / np.maximum(np.bincount(lines.sector, net, len(world.sectors)), 1e-300)
    tau0 = lines.tau0[asked]
    return LineRates(
        importer=importer,
        exporter=exporter,
        codes=lines.codes[asked],
        sector=np.array(world.sectors)[lines.sector[asked]],
        share=lines.share[asked],
        tau0=tau0,
        tau=np.where(under, tau0, tau0 * price),
        revenue=np.where(under, tau0, revenue),
        barrier=barrier,
        subsidy=_subsidies(pair, asked),
        value=(net * level[lines.sector])[asked],
        quota=quota,
    )


def _starts(codes: np.ndarray, hs: tuple[str, ...]) -> np.ndarray:
    return np.logical_or.reduce([np.strings.startswith(codes, code) for code in hs])


def _quotas(pair: PairParts) -> np.ndarray:
    """Return the quota of each line, empty for none."""
    names = np.full(len(pair.lines.codes), "", dtype=object)
    for row, clause in enumerate(pair.clauses):
        if clause.stacking == "quota":
            names[pair.on[row].any(axis=1)] = clause.entry
    return names.astype(str)


def _subsidies(pair: PairParts, asked: np.ndarray) -> np.ndarray:
    """Return the subsidy rate on the lines asked for, each measure with the part of the line that it catches."""
    rate = np.zeros(len(asked))
    for row, clause in enumerate(pair.clauses):
        if clause.kind in SUBSIDIES:
            rate += SUBSIDIES[clause.kind] * (clause.rate or 0.0) * (pair.on[row, asked] @ pair.cuts.width)
    return rate


def _factors(pair: PairParts, asked: np.ndarray, eta: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return price factor (new over old), gross revenue factor and trade-cost factor of the lines asked for."""
    at = line_factors(pair_goods(pair, asked), pair.clauses, len(asked), eta)
    barrier = np.asarray(at.trade_cost if at.rent is None else at.trade_cost * at.rent)
    return np.asarray(at.price_hat), np.asarray(at.tau), barrier
