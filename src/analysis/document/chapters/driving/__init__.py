"""The questions of the chapter "What drives loyalty and repeat purchase", one module each.

A module turns one result of `models` into a `Section`: what the board reads, and what belongs into the appendix.
"""
