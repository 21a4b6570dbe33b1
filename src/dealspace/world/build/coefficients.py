"""Reader of the 2020 input-output coefficients, and the use tables they imply on the flows of 2022."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from dealspace.world.build.icio import SERVICES_COLUMN, CountryFlows
from dealspace.world.build.naming import REGIONS, SECTORS, region_of, sector_of, summing_matrix

_ROUNDS = 200


class Coefficients(NamedTuple):
    """Shares of gross output, as published.

    io : (country, input, sector); va : (country, sector); final : (country, sector) shares of final demand
    """

    io: np.ndarray
    va: np.ndarray
    final: np.ndarray
    countries: tuple[str, ...]
    sectors: tuple[str, ...]


class Use(NamedTuple):
    """What the coefficients say of 2022, by region, USD million; a prior, not yet balanced.

    intermediate : (region, input, sector); final : (region, sector)
    output, value_added : (region, sector)
    computing_share : (region,) computer services in computer, professional and business services
    """

    intermediate: np.ndarray
    final: np.ndarray
    output: np.ndarray
    value_added: np.ndarray
    computing_share: np.ndarray


def read_coefficients(path: Path) -> Coefficients:
    """Read `io_coef` (input, country, sector), `va_share` and `final_share` (sector, country)."""
    with np.load(path) as archive:
        return Coefficients(
            archive["io_coef"].astype(np.float64).transpose(1, 0, 2),
            archive["va_share"].astype(np.float64).T,
            archive["final_share"].astype(np.float64).T,
            tuple(map(str, archive["countries"])),
            tuple(map(str, archive["sectors"])),
        )


def implied_use(coefficients: Coefficients, flows: CountryFlows) -> Use:
    """Apply each country's coefficients of 2020 to its output of 2022 and sum to regions and sectors.

    The flows know services as one; their split by sector within a country is the one that the country's own
    intermediate and final use asks for.
    """
    output, absorption = _known_output(coefficients, flows)
    io, va, final_share = coefficients.io, coefficients.va, np.maximum(coefficients.final, 0.0)
    is_service = np.array([code[0] not in "ABC" for code in coefficients.sectors])
    services = output[:, is_service].sum(axis=1)
    for _ in range(_ROUNDS):
        income = (va * output).sum(axis=1) + absorption - output.sum(axis=1)
        use = np.einsum("ckj,cj->ck", io, output) + final_share * np.maximum(income, 0.0)[:, None]
        wanted = np.maximum(use[:, is_service], 0.0)
        output[:, is_service] = wanted * (services / wanted.sum(axis=1))[:, None]
    income = (va * output).sum(axis=1) + absorption - output.sum(axis=1)
    return _to_regions(coefficients, output, final_share * np.maximum(income, 0.0)[:, None])


def _known_output(coefficients: Coefficients, flows: CountryFlows) -> tuple[np.ndarray, np.ndarray]:
    """Output of 2022 (country, sector) with services spread by final use, and total absorption (country,)."""
    countries, sectors = coefficients.countries, coefficients.sectors
    home = {code: code if code in countries else "ROW" for code in flows.countries}
    by_country = summing_matrix(flows.countries, countries, home)
    made = by_country @ flows.sales.sum(axis=1)
    bought = by_country @ flows.sales.sum(axis=(0, 2))
    fine = {code: _coefficient_code(code, sectors) for code in flows.sectors if code != SERVICES_COLUMN}
    output = made @ summing_matrix(flows.sectors, sectors, fine).T
    is_service = np.array([code[0] not in "ABC" for code in sectors])
    spread = np.maximum(coefficients.final[:, is_service], 1e-6)
    total = made[:, flows.sectors.index(SERVICES_COLUMN)]
    output[:, is_service] = spread / spread.sum(axis=1, keepdims=True) * total[:, None]
    return output, bought


def _coefficient_code(code: str, sectors: tuple[str, ...]) -> str:
    """The sector of the coefficients that holds a sector of the flows."""
    if code in sectors:
        return code
    if code in ("B07", "B08"):
        return "B07_08"
    return sector_of(code)


def _to_regions(coefficients: Coefficients, output: np.ndarray, final: np.ndarray) -> Use:
    by_region = summing_matrix(coefficients.countries, REGIONS, {c: region_of(c) for c in coefficients.countries})
    by_sector = summing_matrix(coefficients.sectors, SECTORS, {s: sector_of(s) for s in coefficients.sectors})
    # Negative inputs (falling stocks) have no place in a prior that is scaled.
    table = np.maximum(coefficients.io, 0.0) * output[:, None, :]
    column = [coefficients.sectors.index(code) for code in ("J62_63", "M", "N")]
    business = by_region @ output[:, column]
    total = business.sum(axis=1)
    return Use(
        np.einsum("ckj,nc,ak,bj->nab", table, by_region, by_sector, by_sector, optimize=True),
        by_region @ final @ by_sector.T,
        by_region @ output @ by_sector.T,
        by_region @ (coefficients.va * output) @ by_sector.T,
        np.divide(business[:, 0], total, out=np.zeros_like(total), where=total > 0),
    )
