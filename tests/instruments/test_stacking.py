"""The rule of one line, against rates worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from dealspace.errors import SheetError
from dealspace.instruments.stacking import Clause, applies, check_single_replace, duty, line_cuts
from dealspace.termsheet.products import parse_term


def clause(name: str, stacking: str = "add", **changes: object) -> Clause:
    given = {
        "name": name, "path": f"measures.{name}", "kind": "tariff", "stacking": stacking, "rate": 0.1, "issue": None,
        "base": 0.0, "importers": frozenset({"USA"}), "exporters": frozenset({"JPN"}),
        "products": (parse_term("all-goods"),),
    }  # fmt: skip
    return Clause(**(given | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("normal", "acts", "expected"),
    [
        (0.025, [("add", 0.25)], 0.275),  # a car
        (0.25, [("add", 0.25)], 0.50),  # a pickup
        (0.025, [("inclusive", 0.15)], 0.15),
        (0.25, [("inclusive", 0.15)], 0.25),  # an inclusive rate never lowers the normal duty
        (0.05, [("inclusive", 0.15), ("inclusive", 0.10)], 0.15),
        (0.05, [("add", 0.20), ("add", 0.10)], 0.35),  # China: fentanyl and reciprocal
        (0.05, [("add", 0.20), ("inclusive", 0.15)], 0.35),  # max(5, 15) + 20, whatever the order
        (0.385, [("replace", 0.09)], 0.09),
        (0.385, [("replace", 0.09), ("add", 0.10)], 0.09),  # the whole duty
        (0.20, [("cut", 0.25), ("add", 0.10)], 0.225),  # (20 + 10) less a quarter
        (0.20, [("cut", 0.5), ("cut", 0.5)], 0.05),
        (0.20, [("cut", 1.0)], 0.0),
        (0.05, [("ceiling", 0.03)], 0.03),  # given to all
        (0.02, [("ceiling", 0.03)], 0.02),  # takes no preference away
        (0.05, [("ceiling", 0.10), ("add", 0.10), ("cut", 0.5)], 0.05),  # min(15, 10), then half
    ],
)
def test_duty_of_a_line(normal: float, acts: list[tuple[str, float]], expected: float) -> None:
    for order in (acts, acts[::-1]):
        clauses = tuple(clause(f"m{k}", how) for k, (how, _) in enumerate(order))
        assert duty(normal, clauses, tuple(rate for _, rate in order)) == pytest.approx(expected, abs=1e-15)


def test_edges_split_a_line_once_per_coverage() -> None:
    cuts = line_cuts([clause(f"m{k}", coverage=share) for k, share in enumerate((0.35, 1.0, 0.35, 0.6))])
    assert cuts.coverage.tolist() == [0.35, 0.6, 1.0]
    assert cuts.width.tolist() == pytest.approx([0.35, 0.25, 0.4])
    assert cuts.good.tolist() == [0, 1, 2]


def on(clauses: tuple[Clause, ...], named: dict[str, Clause] | None = None) -> np.ndarray:
    """Which clauses apply on the parts of a single line that all of them catch, (clauses, parts)."""
    everybody = (named or {}) | {c.name: c for c in clauses}
    edges = line_cuts(everybody.values())
    scope = {name: np.array([True]) for name in everybody}
    return applies(clauses, named or {}, scope, edges, 1)[:, 0, :]


def test_a_carve_out_leaves_what_the_other_does_not_cover() -> None:
    """Metal content: a quarter of the value pays the metals duty, the rest pays the reciprocal tariff."""
    found = on((clause("reciprocal", except_measures=("content",)), clause("content", coverage=0.25)))
    assert found.tolist() == [[False, True], [True, False]]


def test_a_carve_out_stands_although_the_measure_is_not_in_force() -> None:
    found = on((clause("reciprocal", except_measures=("autos",)),), {"autos": clause("autos")})
    assert found.tolist() == [[False]]


def test_a_replaced_measure_gives_way_where_its_successor_applies() -> None:
    found = on((clause("old"), clause("new", displaces=("old",), coverage=0.6)))
    assert found.tolist() == [[False, True], [True, False]]


def test_content_slices_each_good_and_coverage_the_line() -> None:
    """40 % of the goods, 20 % of their value: parts of 8, 32, 12 and 48 % of the line."""
    metal, general = clause("metal", coverage=0.4, content=0.2), clause("general", except_measures=("metal",))
    cuts = line_cuts((metal, general))
    assert cuts.width.tolist() == pytest.approx([0.08, 0.32, 0.12, 0.48])
    assert cuts.good.tolist() == [0, 0, 1, 1]
    assert on((metal, general)).tolist() == [[True, False, False, False], [False, True, True, True]]


def test_a_preference_that_part_of_the_trade_uses() -> None:
    """80 % of the 50 % it covers: two fifths of the line, whose old act it replaces."""
    used = clause("fta", "replace", coverage=0.5, utilisation=0.8, displaces=("old",))
    assert used.reach == pytest.approx(0.4)
    assert on((used, clause("old"))).tolist() == [[True, False], [False, True]]


def test_carve_outs_in_a_circle_are_refused() -> None:
    circle = (clause("a", except_measures=("b",)), clause("b", except_measures=("a",)))
    with pytest.raises(SheetError, match="a except b except a"):
        on(circle)


def test_two_whole_duties_on_one_part_are_refused() -> None:
    pair = (clause("a", "replace"), clause("b", "replace"))
    with pytest.raises(SheetError, match="a and b each set the whole duty"):
        check_single_replace(pair, np.ones((2, 1, 1), dtype=bool), "USA", "JPN")
    quotas = (clause("rice", "quota"), clause("ma", "quota"))
    with pytest.raises(SheetError, match="rice and ma each set the whole duty"):
        check_single_replace(quotas, np.ones((2, 1, 1), dtype=bool), "JPN", "USA")
    check_single_replace(pair, np.array([[[True, False]], [[False, True]]]), "USA", "JPN")
