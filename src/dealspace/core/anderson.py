"""Anderson acceleration of a fixed-point iteration, guarded (Walker and Ni 2011, type II).

Used for the equilibrium and, the map then being linear, for its adjoint.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

DEPTH = 5  # differences kept; more cost more than they save
RESTART = 5.0  # the history is dropped when the residual exceeds the best by this factor
RIDGE = 1e-13  # relative ridge on the Gram matrix of differences


class FixedPoint(NamedTuple):
    """Where the iteration ended: the point, its residual, the steps taken, whether the residual is small."""

    x: Float[Array, " n"]
    residual: Float[Array, ""]
    iterations: Int[Array, ""]
    converged: Bool[Array, ""]


class _Carry(NamedTuple):
    x: Float[Array, " n"]
    image: Float[Array, " n"]  # g(x)
    residual: Float[Array, ""]  # of x
    best: Float[Array, ""]
    iteration: Int[Array, ""]
    written: Int[Array, ""]  # differences written since the history was last dropped
    previous_x: Float[Array, " n"]
    previous_f: Float[Array, " n"]
    dX: Float[Array, "m n"]
    dF: Float[Array, "m n"]
    gram: Float[Array, "m m"]  # dF dF^T, kept up row by row


def fixed_point(
    step: Callable[[Array], tuple[Array, Array]],
    start: Float[Array, " n"],
    tolerance: Float[Array, ""],
    max_iterations: int,
    limit: float = jnp.inf,
) -> FixedPoint:
    """Iterate ``x <- g(x)`` with Anderson's mixing until the residual is at most `tolerance`.

    `step` maps x (n,) to (g(x), residual of x); no entry of x moves by more than `limit` in a step. The point
    returned is one whose residual was measured.
    """

    def unfinished(carry: _Carry) -> Bool[Array, ""]:
        going = (carry.residual > tolerance) & (carry.iteration < max_iterations)
        return going & jnp.isfinite(carry.residual)

    def body(carry: _Carry) -> _Carry:
        carry, f = _remember(carry)
        mixed = carry.image - _mixing(carry.gram, carry.dF, f) @ (carry.dX + carry.dF)
        x = carry.x + jnp.clip(mixed - carry.x, -limit, limit)
        image, residual = step(x)
        best = jnp.minimum(carry.best, residual)
        return carry._replace(x=x, image=image, residual=residual, best=best, iteration=carry.iteration + 1)

    end = jax.lax.while_loop(unfinished, body, _begin(step, start))
    return FixedPoint(end.x, end.residual, end.iteration, end.residual <= tolerance)


def _begin(step: Callable[[Array], tuple[Array, Array]], start: Array) -> _Carry:
    image, residual = step(start)
    zero = jnp.zeros((), jnp.int32)
    blank = jnp.zeros_like(start)
    history = jnp.zeros((DEPTH, start.shape[0]), start.dtype)
    gram = jnp.zeros((DEPTH, DEPTH), start.dtype)
    return _Carry(start, image, residual, residual, zero, zero, blank, blank, history, history, gram)


def _remember(carry: _Carry) -> tuple[_Carry, Array]:
    """Write the last differences into the history, or drop the history after a step that went wrong."""
    f = carry.image - carry.x
    keep = carry.residual <= RESTART * carry.best
    write = keep & (carry.iteration > 0)
    slot = carry.written % DEPTH
    # A history is dropped by its Gram matrix alone: a difference without a norm there gets no weight.
    dX = carry.dX.at[slot].set(jnp.where(write, carry.x - carry.previous_x, 0.0))
    dF = carry.dF.at[slot].set(jnp.where(write, f - carry.previous_f, 0.0))
    row = dF @ dF[slot]
    gram = jnp.where(keep, carry.gram, 0.0).at[slot].set(row).at[:, slot].set(row)
    written = jnp.where(write, carry.written + 1, 0)
    best = jnp.where(keep, carry.best, carry.residual)
    kept = carry._replace(dX=dX, dF=dF, gram=gram, written=written, previous_x=carry.x, previous_f=f, best=best)
    return kept, f


def _mixing(gram: Array, dF: Array, f: Array) -> Array:
    """Return the weights that minimise ``|f - dF^T weights|``; slots not yet written get none."""
    diagonal = jnp.diagonal(gram)
    scale = jnp.where(diagonal > 0, 1.0 / jnp.sqrt(jnp.where(diagonal > 0, diagonal, 1.0)), 0.0)
    correlation = gram * scale[:, None] * scale[None, :]
    system = correlation + jnp.diag(jnp.where(diagonal > 0, RIDGE, 1.0))
    return scale * jnp.linalg.solve(system, scale * (dF @ f))
