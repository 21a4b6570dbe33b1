"""The upper-right hull of pay-off pairs: what two parties can reach with lotteries over deals."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from .game import efficient
from .model import Array, Index


@dataclass(frozen=True)
class Piece:
    """A straight piece of the hull: u = (1-t) u[i] + t u[j] for t in [low, high].

    ``i`` and ``j`` index the points that the hull was made of; j has the larger first pay-off.
    """

    i: int
    j: int
    low: float
    high: float
    start: Array
    end: Array

    def at(self, t: float) -> Array:
        """Return the pay-offs (2,) at t."""
        return (1 - t) * self.start + t * self.end


def upper_hull(payoffs: Array, tolerance: Array) -> Index:
    """Return the indices of the upper-right hull of (B, 2), by ascending first pay-off.

    Andrew's monotone chain on the undominated points; points on a straight piece are left out.
    """
    chain: list[int] = []
    scale = np.maximum(np.ptp(payoffs, axis=0), 1e-300) if len(payoffs) else np.ones(2)
    for i in efficient(payoffs, tolerance):
        while len(chain) >= 2 and _turn(*(payoffs[[chain[-2], chain[-1], i]] / scale)) >= -1e-12:
            chain.pop()
        chain.append(int(i))
    return np.array(chain, dtype=np.intp)


def _turn(a: Array, b: Array, c: Array) -> float:
    """Return the cross product (b-a) x (c-a): negative for a right turn."""
    return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))


def pieces_above(payoffs: Array, chain: Index, floor: Array, tolerance: Array) -> list[Piece]:
    """Return the pieces of the hull where both are at least at `floor` (2,), ascending in the first."""
    pieces: list[Piece] = []
    pairs = [(i, i) for i in chain] if len(chain) == 1 else list(itertools.pairwise(chain))
    for i, j in pairs:
        start, end = payoffs[i], payoffs[j]
        low, high = 0.0, 1.0
        if i == j:
            if (start >= floor - tolerance).all():
                pieces.append(Piece(int(i), int(j), 0.0, 0.0, start, end))
            continue
        low = max(low, (floor[0] - start[0]) / (end[0] - start[0]))
        high = min(high, (start[1] - floor[1]) / (start[1] - end[1]))
        # A piece that only touches the floor within the tolerance still counts, as one point.
        slack = 2 * max(tolerance[0] / (end[0] - start[0]), tolerance[1] / (start[1] - end[1]))
        if low <= high:
            pieces.append(Piece(int(i), int(j), low, high, start, end))
        elif low - high <= slack and low <= 1 + slack and high >= -slack:
            t = float(np.clip((low + high) / 2, 0.0, 1.0))
            pieces.append(Piece(int(i), int(j), t, t, start, end))
    return pieces


def best_nash(pieces: list[Piece], floor: Array, beta: float) -> tuple[Piece, float]:
    """Return the piece and t that maximise beta log(u1-d1) + (1-beta) log(u2-d2).

    On a piece with gains (g1, g2) at t = 0 and slopes (b1, b2) the stationary point solves
    beta b1 (g2 + t b2) + (1-beta) b2 (g1 + t b1) = 0.
    """
    best, best_value = (pieces[0], pieces[0].low), -np.inf
    for piece in pieces:
        gain, slope = piece.start - floor, piece.end - piece.start
        candidates = [piece.low, piece.high]
        if slope[0] * slope[1] != 0:
            t = -(beta * slope[0] * gain[1] + (1 - beta) * slope[1] * gain[0]) / (slope[0] * slope[1])
            candidates.append(float(np.clip(t, piece.low, piece.high)))
        for t in candidates:
            gains = np.maximum(piece.at(t) - floor, 0.0)
            value = float(gains[0] ** beta * gains[1] ** (1 - beta))
            if value > best_value:
                best, best_value = (piece, t), value
    return best


def best_leximin(pieces: list[Piece], floor: Array, unit: Array) -> tuple[Piece, float]:
    """Return the piece and t that maximise the smaller of (u-floor)/unit, then the larger."""
    best, best_key = (pieces[0], pieces[0].low), (-np.inf, -np.inf)
    for piece in pieces:
        gain, slope = (piece.start - floor) / unit, (piece.end - piece.start) / unit
        candidates = [piece.low, piece.high]
        if slope[0] != slope[1]:
            t = (gain[1] - gain[0]) / (slope[0] - slope[1])
            candidates.append(float(np.clip(t, piece.low, piece.high)))
        for t in candidates:
            low, high = sorted((piece.at(t) - floor) / unit)
            if low > best_key[0] + 1e-12 or (low >= best_key[0] - 1e-12 and high > best_key[1]):
                best, best_key = (piece, t), (float(low), float(high))
    return best
