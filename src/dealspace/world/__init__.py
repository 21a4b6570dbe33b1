"""Economies: published sources made into a benchmark, with its provenance, and anybody's own arrays."""
