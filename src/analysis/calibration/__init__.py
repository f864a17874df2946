"""Clients of known truth, drawn again and again, to see whether every printed interval and test keeps its promise.

The proof behind `docs/calibration.csv`; nothing of the product imports from here.
"""
