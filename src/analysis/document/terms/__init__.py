"""What technical terms mean: once for the report, the workbook and docs/definitions.md.

Only words, formulas and sources live here; nothing is computed, and indicators carry definitions of their own.
"""
