"""The document of a portfolio: what the audits of many clients say side by side, as blocks.

Everything is written from a `Portfolio`; nothing is computed here, and no audit is read.
"""
