"""What customers write, as language: which language, words, themes, tone, and names that must not be shown.

Texts go in and plain arrays come out; no client's tables, no statistics and no sentence for the report may live here.
"""
