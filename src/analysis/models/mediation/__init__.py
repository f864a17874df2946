"""Mediation: how much of what satisfaction goes with runs through loyalty, and how firm that is.

Equations are fitted for all bootstrap draws at once; effects come from g-computation with exact integrals.
"""
