"""The researcher's study as blocks: cards, results paragraphs, tables and figures in the reader's language.

Written from `analysis.study` results alone; nothing is computed here.
"""
