"""The questions of the relationship scale, one module a question: finding, figure and tables from finished results.

Nothing here computes an indicator, a model or a score.
"""
