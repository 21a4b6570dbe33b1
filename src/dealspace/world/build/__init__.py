"""The script behind ``dealspace world build``: published sources made into the embedded benchmark."""

from dealspace.world.build.procedure import build_world

__all__ = ["build_world"]
