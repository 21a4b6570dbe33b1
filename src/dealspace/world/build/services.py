"""Step 1: split services, one sector in the flows, into five."""

from __future__ import annotations

import numpy as np

from dealspace.world.build.coefficients import Use
from dealspace.world.build.naming import SECTORS, SERVICES
from dealspace.world.build.ras import fit

#: A seller's output of a service is at least this share of its own use of it.
_OUTPUT_FLOOR = 0.05


def split_services(bilateral: np.ndarray, prior: np.ndarray, use: Use) -> np.ndarray:
    """Sales of services (importer, exporter, service) that agree with three sets of sums.

    Parameters
    ----------
    bilateral : (importer, exporter) services of 2022, all as one
    prior : (importer, exporter, service) pattern of 2011
    use : what the coefficients of 2020 ask for

    Notes
    -----
    The three sums are bilateral services, each importer's use of each service (coefficients of 2020, scaled to
    its absorption of services) and each exporter's output of each service (its own use plus net exports in
    the prior's mix).
    """
    column = [SECTORS.index(name) for name in SERVICES]
    wanted = use.intermediate.sum(axis=2)[:, column] + use.final[:, column]
    wanted *= (bilateral.sum(axis=1) / wanted.sum(axis=1))[:, None]
    seed = prior * (bilateral / prior.sum(axis=2))[:, :, None]
    net_exports = seed.sum(axis=0) - seed.sum(axis=1)
    output = np.maximum(wanted + net_exports, _OUTPUT_FLOOR * wanted)
    # Flooring may move an exporter's total; bring both sets of sums back to what the flows say.
    output = fit(output, [((1,), bilateral.sum(axis=0)), ((0,), wanted.sum(axis=0))], name="services output")
    return fit(
        seed,
        [((1,), wanted), ((0,), output), ((2,), bilateral)],
        tolerance=1e-10,
        name="bilateral services",
    )
