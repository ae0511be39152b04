"""The em square: where it lies, and how far ink may reach past it."""

UNITS_PER_EM = 1000
ASCENDER = 880
"""Top of the em square, above the baseline."""
DESCENDER = ASCENDER - UNITS_PER_EM
"""Bottom of the em square."""
CENTRE = (ASCENDER + DESCENDER) / 2
HIGHEST = 1000
LOWEST = -260
"""Ink is kept between these, so that lines neither clip nor gape beside other Korean fonts."""
