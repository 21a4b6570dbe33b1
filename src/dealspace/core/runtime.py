"""Set JAX up once: double precision, and a cache of compiled code that outlives the process."""

from __future__ import annotations

import os
from pathlib import Path

import jax


def cache_folder() -> Path:
    """Return where compiled code is kept: ``DEALSPACE_CACHE``, else the user's cache folder."""
    chosen = os.environ.get("DEALSPACE_CACHE")
    if chosen:
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dealspace"


def configure() -> None:
    """Switch on float64 and the persistent compilation cache (``DEALSPACE_CACHE=off`` switches it off)."""
    jax.config.update("jax_enable_x64", True)
    if os.environ.get("DEALSPACE_CACHE") == "off" or os.environ.get("JAX_COMPILATION_CACHE_DIR"):
        return
    folder = cache_folder() / "xla"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return  # a read-only home costs compile time, nothing else
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)


configure()
