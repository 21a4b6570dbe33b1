"""Pure numbers in JAX: the equilibrium, its solver, its measures and their gradients. No labels, no files."""
