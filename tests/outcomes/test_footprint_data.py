"""The embedded footprint: it adds up, each number has its source, and the case's policies move it."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import dealspace as ds
from dealspace.errors import UnknownNameError
from dealspace.outcomes import footprint as fp
from dealspace.outcomes.equilibrium import Equilibrium
from dealspace.outcomes.footprint.response import other_parts_share
from dealspace.world.build.autos import SOLD, autos
from dealspace.world.catalogue import DATA

CARS = fp.load_footprint()


@cache
def solved(policy: str) -> tuple[Equilibrium, fp.Response]:
    world, sheet = ds.load_world("world-2022"), ds.load_sheet("us-japan-2025")
    eq = ds.solve(world, sheet.policy(policy))
    return eq, fp.car_response(world, sheet, policy, eq)


def test_the_file_is_what_the_script_computes():
    assert json.loads((DATA / "autos.json").read_text(encoding="utf-8")) == json.loads(json.dumps(autos()))


def test_sales_and_places_add_up_to_what_the_sources_say():
    sold = dict(zip(CARS.makers, CARS.units.sum(axis=1), strict=True))
    assert {name: sold[name] for name in ("Toyota", "Honda", "Subaru", "Mazda")} == {
        "Toyota": 2_332_000, "Honda": 1_423_000, "Subaru": 668_000, "Mazda": 424_000,
    }  # fmt: skip
    assert sold["Nissan and Mitsubishi"] == 924_000 + 110_000
    assert CARS.units.sum() == 16_030_000
    group = CARS.units[CARS.in_group].sum(axis=0)
    places = dict(zip(CARS.plants, group, strict=True))
    assert places["USA"] + CARS.exports == 3_280_000
    assert places["JPN"] == 1_370_000
    assert group.sum() == sum(SOLD.values()) == 5_881_000
    assert CARS.units[:, CARS.plants.index("USA")].sum() == 8_700_000


def test_every_number_has_a_status_and_a_source():
    filled = [(m, p) for m, p in np.argwhere(CARS.units > 0)]
    for m, p in filled:
        note = CARS.note(CARS.makers[m], CARS.plants[p])
        assert note is not None
        assert note.source
        assert note.how
    for key in ("exports", "workers", "value", "parts_value", "parts_share", "origins"):
        assert CARS.notes[key].source
    assert any("Nissan and Mitsubishi are known by sales only" in line for line in CARS.not_told)
    for note in fp.load_ranges().notes.values():
        assert note.status == "assumption"


def test_the_value_of_a_car_and_the_share_of_parts_by_hand():
    # 41.904 bn over 1.37 mn cars; 7.0627 bn of parts over 3.28 mn cars of that value.
    assert CARS.value["JPN"] == pytest.approx(41_904.05e6 / 1.37e6, abs=1)
    assert CARS.parts_share == pytest.approx(7_062.7 / (3.28 * 30_587), abs=1e-4)
    assert "USA" not in CARS.value


def test_unknown_names_are_answered_with_near_matches():
    with pytest.raises(UnknownNameError, match="japanese-makers-usa"):
        fp.load_footprint("japanese-makers")
    assert fp.list_footprints() == ("japanese-makers-usa",)


def test_before_the_tariffs_nothing_moves():
    _, response = solved("before")
    np.testing.assert_allclose(response.units, CARS.units, rtol=1e-6)
    assert response.jobs == pytest.approx((75_000, 75_000), rel=1e-6)
    # 2.5 % of 41.9 bn: what the customs collected on cars from Japan.
    paid = np.where(CARS.units > 0, response.duty_total[0], 0.0)[:, CARS.plants.index("JPN")].sum()
    assert paid == pytest.approx(1_046.4, abs=1.0)


def test_no_deal_moves_cars_from_japan_to_plants_in_the_united_states():
    eq, response = solved("no-deal")
    costs, japan = response.costs, CARS.plants.index("JPN")
    assert costs.duty_before[japan] == pytest.approx(0.025, abs=1e-4)
    assert costs.duty_after[japan] == pytest.approx(0.275, abs=1e-3)
    assert (response.units * response.buyer_hat).sum() == pytest.approx(costs.spending_hat * 16_030_000, rel=1e-9)
    assert response.units[:, japan].sum() < 0.6 * 1_370_000
    assert response.output[1] > response.output[0]
    assert response.residual is not None
    # The nest differs from the sector as the residual says, and by less than half of the sector's own change.
    volume = float(eq.flow_volume.sel(importer="USA", exporter="JPN", sector="C29"))
    world = eq.world
    base = world.flows[world.region_index("USA"), world.region_index("JPN"), world.sector_index("C29")]
    change = volume / float(base) - 1
    nest = response.units[:, japan].sum() / 1_370_000 - 1
    assert response.residual[japan] == pytest.approx(nest - change, rel=1e-9)
    assert abs(response.residual[japan]) < 0.5 * abs(change)
    # The makers that import most from Japan lose most.
    lost = response.units.sum(axis=1) / CARS.units.sum(axis=1)
    assert CARS.makers[int(np.argmin(lost))] == "Mazda"


def test_in_the_short_run_models_stay_at_their_plants():
    world, sheet = ds.load_world("world-2022"), ds.load_sheet("us-japan-2025")
    short = ds.solve(world, sheet.policy("no-deal"), horizon="short")
    response = fp.car_response(world, sheet, "no-deal", short)
    assert response.parameters == fp.load_ranges().short
    long = solved("no-deal")[1]
    assert 0 < response.output[1] - response.output[0] < 0.5 * (long.output[1] - long.output[0])


def test_the_range_holds_the_central_case():
    _, response = solved("no-deal")
    found = fp.response_range(response, fp.load_ranges())
    for low, central, high in found.values():
        assert low <= central <= high
    assert found["units:JPN"][0] < found["units:JPN"][1] < found["units:JPN"][2] < 0
    # Another share of parts given by hand is the same as solving with it.
    other = replace(CARS, parts_share=0.03)
    world, sheet = ds.load_world("world-2022"), ds.load_sheet("us-japan-2025")
    again = fp.car_response(world, sheet, "no-deal", solved("no-deal")[0], footprint=other)
    np.testing.assert_allclose(other_parts_share(response, 0.03).buyer_hat, again.costs.buyer_hat, rtol=1e-12)


def test_rows_are_plain_and_say_what_is_missing():
    _, response = solved("no-deal")
    assert len(fp.base_rows(CARS)) == len(fp.sales_rows(response)) == int((CARS.units > 0).sum())
    duty = {row["plant"]: row for row in fp.duty_rows(response)}
    assert duty["JPN"]["per_unit_before"] == pytest.approx(0.025 * 30_587, abs=1.0)
    assert duty["MEX"]["per_unit_before"] is None
    places = {row["plant"]: row for row in fp.place_rows(response)}
    assert places["USA"]["group_before"] == 3_280_000 - 301_953
    assert places["Abroad"]["group_percent"] is None
    output = {row["what"]: row for row in fp.output_rows(response)}
    assert output["jobs at these plants"]["before"] == 75_000
    assert output["output"]["percent"] == pytest.approx(output["jobs at these plants"]["percent"])
    assert {row["what"] for row in fp.range_rows(response, fp.load_ranges())} >= {"jobs", "output", "units:JPN"}
    displaced = {row["maker"]: row["imports_displaced"] for row in fp.maker_rows(response)}
    assert displaced["Mazda"] > 0
    assert len(fp.note_lines(CARS)) == len(CARS.not_told) + 6
    json.dumps([fp.sales_rows(response), fp.maker_rows(response), list(places.values())])
