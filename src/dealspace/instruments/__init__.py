"""Instruments: tariffs, barriers and deals, from the lines of a term sheet to the wedges of the core."""
