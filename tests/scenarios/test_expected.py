"""Every built-in sheet against the result beside it; ``python tests/scenarios/test_expected.py`` rewrites them.

A change of these numbers is a change of what the project says: it belongs in the changelog.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import dealspace as ds
from dealspace.termsheet.loading import builtin_sheets

EXPECTED = Path(ds.__file__).parent / "scenarios" / "expected"
SHEETS = tuple(builtin_sheets())


def policies(name: str) -> dict[str, dict[str, float]]:
    """Real income in per cent and the goods balance in USD million, by policy and closure."""
    sheet = ds.load_sheet(name)
    world = ds.load_world(sheet.world)
    found = {}
    for policy in sheet.policies:
        for deficits in ("fixed", "balanced"):
            eq = ds.solve(world, sheet.policy(policy, world), deficits=deficits)
            first, second = sheet.parties
            row = {"goods balance": round(eq.balance(first, second), 1)}
            for party in sheet.parties:
                for region in world.members(party):
                    row[region] = round(100 * (float(eq.real_income.sel(region=region)) - 1), 5)
            found[f"{policy}, {deficits}"] = row
    return found


def bargain(name: str) -> dict[str, object]:
    """The zone, the solutions and both final offers."""
    found = ds.analyze(name).bargain
    offers = {party: planned.offer for party, planned in found.final_offers.items()}
    return {
        "zone": round(found.zone.share, 3),
        "no deal": [round(float(value), 1) for value in found.no_deal.payoff],
        "solutions": {key: [round(float(value), 1) for value in each.gains] for key, each in found.solutions.items()},
        "final offers": {
            party: {
                "deal": [round(float(value), 4) for value in offer.deal],
                "acceptance": round(float(offer.acceptance), 3),
                "payoffs": [round(float(value), 1) for value in offer.payoffs],
            }
            for party, offer in offers.items()
            if offer is not None
        },
    }


def _stored(name: str) -> dict:
    return json.loads((EXPECTED / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SHEETS)
def test_policies_do_what_is_written_beside_the_sheet(name):
    stored, found = _stored(name)["policies"], policies(name)
    assert found.keys() == stored.keys()
    for policy, row in found.items():
        assert row.keys() == stored[policy].keys()
        np.testing.assert_allclose(list(row.values()), list(stored[policy].values()), rtol=1e-4, atol=2e-5)


@pytest.mark.slow
@pytest.mark.parametrize("name", SHEETS)
def test_the_bargain_is_the_one_written_beside_the_sheet(name):
    stored, found = _stored(name)["bargain"], bargain(name)
    assert found["zone"] == pytest.approx(stored["zone"], abs=0.002)
    np.testing.assert_allclose(found["no deal"], stored["no deal"], rtol=1e-4, atol=0.2)
    for key, gains in stored["solutions"].items():
        scale = max(abs(value) for value in gains)
        np.testing.assert_allclose(found["solutions"][key], gains, atol=0.01 * scale)
    for party, offer in stored["final offers"].items():
        # The search may end a little elsewhere on another machine; what the offer is worth may not.
        assert found["final offers"][party]["acceptance"] == pytest.approx(offer["acceptance"], abs=0.05)
        np.testing.assert_allclose(found["final offers"][party]["deal"], offer["deal"], atol=0.03)


if __name__ == "__main__":
    EXPECTED.mkdir(exist_ok=True)
    for each in SHEETS:
        content = {"sheet": each, "policies": policies(each), "bargain": bargain(each)}
        (EXPECTED / f"{each}.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
