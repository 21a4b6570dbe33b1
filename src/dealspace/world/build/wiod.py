"""Reader of the World Input-Output Database 2011: bilateral services flows as a prior."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dealspace.world.build.naming import REGIONS, SERVICES, region_of, summing_matrix

#: WIOD 2013 industries (ISIC rev. 3) by service sector; `c30` also holds computer services, split below.
INDUSTRIES: dict[str, str] = {
    "c17": "D_E_F",
    "c18": "D_E_F",
    "c19": "G_H_I",
    "c20": "G_H_I",
    "c21": "G_H_I",
    "c22": "G_H_I",
    "c23": "G_H_I",
    "c24": "G_H_I",
    "c25": "G_H_I",
    "c26": "G_H_I",
    "c27": "J58T63",
    "c28": "K_M_N",
    "c29": "L_O_T",
    "c30": "K_M_N",
    "c31": "L_O_T",
    "c32": "L_O_T",
    "c33": "L_O_T",
    "c34": "L_O_T",
    "c35": "L_O_T",
}
BUSINESS = "c30"
#: Regions that WIOD does not know take the pattern of its rest of the world.
REST = "RoW"


def read_services(path: Path, computing_share: np.ndarray) -> np.ndarray:
    """Bilateral services of 2011 (importer, exporter, service), USD million.

    Parameters
    ----------
    path : file with `Z` (origin industry, using industry), `F` (origin industry, final use), rows and
        columns country by country; `countries`, `industries`
    computing_share : (region,) part of business services (`c30`) that is computer services
    """
    with np.load(path) as archive:
        countries = tuple(map(str, archive["countries"]))
        industries = tuple(map(str, archive["industries"]))
        size = (len(countries), len(industries), len(countries))
        sales = archive["Z"].astype(np.float64).reshape(*size, -1).sum(axis=3)
        sales += archive["F"].astype(np.float64).reshape(*size, -1).sum(axis=3)
    sales = np.maximum(sales, 0.0)
    own = {c: region_of(c) for c in countries if c != REST}
    by_region = summing_matrix(countries, REGIONS, own | {REST: "ROW"})
    by_service = summing_matrix(industries, SERVICES, INDUSTRIES)
    merged = np.einsum("ikm,nm,xi,sk->nxs", sales, by_region, by_region, by_service, optimize=True)
    business = np.einsum("im,nm,xi->nx", sales[:, industries.index(BUSINESS), :], by_region, by_region)
    moved = business * computing_share[None, :]
    merged[:, :, SERVICES.index("J58T63")] += moved
    merged[:, :, SERVICES.index("K_M_N")] -= moved
    return _fill_unknown(merged, set(own.values()))


def _fill_unknown(flows: np.ndarray, known: set[str]) -> np.ndarray:
    """Give regions unknown to WIOD the rest of the world's mix of services, as buyer and as seller."""
    filled, rest = flows.copy(), REGIONS.index("ROW")
    for n, region in enumerate(REGIONS):
        if region in known or region == "ROW":
            continue
        filled[n, :, :] = flows[rest, :, :]
        filled[:, n, :] = filled[:, rest, :]
        filled[n, n, :] = flows[rest, rest, :]
    floor = 1e-6 * filled.sum(axis=(0, 1), keepdims=True) / len(REGIONS) ** 2
    return np.maximum(filled, floor)
