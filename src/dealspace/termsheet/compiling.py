"""Whether the economy can follow a sheet: every policy and offer, and the deal as a whole, compiled once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dealspace.errors import DealspaceError, Fault

if TYPE_CHECKING:
    from dealspace.termsheet.sheet import TermSheet
    from dealspace.world.economy import Economy


def compile_faults(sheet: TermSheet, world: Economy | None = None) -> tuple[Fault, ...]:
    """Return what a sound sheet asks of its economy in vain, each fault once.

    All that only shows where acts meet trade: products that the lines of the economy cannot tell apart, acts that
    contradict each other on the same goods, quotas without trade. Loads JAX and takes seconds.

    Parameters
    ----------
    sheet : TermSheet
    world : Economy, optional
        The economy that the sheet names, by default.
    """
    from dealspace.instruments.compile import compile_deals, compile_policy
    from dealspace.termsheet.loading import world_of

    found: dict[tuple[str, str], Fault] = {}
    try:
        economy = world if world is not None else world_of(sheet)
    except DealspaceError as error:
        return error.faults
    # An offer that settles every issue is the deal itself, so only partial ones are told apart from it.
    partial = [name for name, offer in sheet.offers.items() if len(offer.terms) < len(sheet.issues)]
    tasks = [lambda name=name: compile_policy(sheet, economy, name) for name in [*sheet.policies, *partial]]
    for task in [*tasks, lambda: compile_deals(sheet, economy)]:
        try:
            task()
        except DealspaceError as error:
            found |= {(fault.path, fault.message): fault for fault in error.faults}
    return tuple(sorted(found.values(), key=lambda fault: fault.line or 0))
