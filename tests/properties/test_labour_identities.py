"""Any small world under any shock and any closure of labour: the stacked equations hold, or there is a reason."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from engine import bridge
from engine.economies import arrays, economy
from properties.identities import stacked_gaps
from properties.strategies import shocked_worlds, worlds
from properties.test_identities import IDENTITY, QUICK, THOROUGH, base_of
from rival.stacked import Labour, Shock, no_change

CLOSURES = ("fixed", "balanced", "proportional")
FORMS = ("roy", "specific")


@st.composite
def labours(draw, kind: str) -> Labour:
    """A closure of labour with parameters over their range."""
    return Labour(
        kind,
        kappa=draw(st.sampled_from((1.2, 1.5, 4.0))),
        beta=draw(st.sampled_from((0.4, 0.6, 0.95))),
        psi=draw(st.sampled_from((0.0, 0.25, 1.0))),
    )


def check(example, labour, closure):
    data, levels = example
    world = economy(data)
    one = np.ones_like(levels["tariff"])
    shock = Shock(**levels, rent=one, kept=one)
    equilibrium = bridge.solve(world, shock, labour, closure, tolerance=1e-10)
    event("converged" if equilibrium.converged else "not converged")
    if not equilibrium.converged:
        assert len(equilibrium.reason.split()) > 3
        return
    base = base_of(world, closure)
    assert base is not None
    assert (np.asarray(equilibrium.solution.income) > 0).all()
    missed = stacked_gaps(base, shock, labour, "fixed" if closure == "balanced" else closure, equilibrium)
    assert max(missed.values()) <= IDENTITY, missed


@pytest.mark.parametrize("closure", CLOSURES)
@pytest.mark.parametrize("kind", FORMS)
def test_equations_hold_or_there_is_a_reason(kind, closure):
    @QUICK
    @given(shocked_worlds(), labours(kind))
    def run(example, labour):
        check(example, labour, closure)

    run()


@pytest.mark.slow
@pytest.mark.parametrize("closure", CLOSURES)
@pytest.mark.parametrize("kind", FORMS)
def test_equations_hold_or_there_is_a_reason_at_length(kind, closure):
    @THOROUGH
    @given(shocked_worlds(), labours(kind))
    def run(example, labour):
        check(example, labour, closure)

    run()


@pytest.mark.parametrize("kind", FORMS)
def test_no_shock_changes_nothing_in_any_world(kind):
    @QUICK
    @given(worlds(), labours(kind))
    def run(data, labour):
        world = economy(data)
        equilibrium = bridge.solve(world, no_change(base_of(world, "fixed")), labour, tolerance=1e-10)
        assert equilibrium.converged, equilibrium.reason
        for name in ("real_income", "real_wage", "employment", "labour_supply"):
            assert np.abs(getattr(equilibrium, name).to_numpy() - 1.0).max() <= 1e-10, name
        assert arrays(world).flows == pytest.approx(equilibrium.flows.to_numpy(), rel=1e-9)

    run()
