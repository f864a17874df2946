"""Results in, blocks out: the audit's sentences, tables and figures in the reader's language.

Nothing is computed here that a result does not hold, and nothing is written to disk.
"""
