"""Dealers and other channel partners compared on what the customers they serve say and do.

Here live leagues beyond those of `indicators.league`, the standing over all of them, and a card of each partner; a
partner is never ranked on a measure on which it is too small, nor judged for more than its customers' results.
"""
