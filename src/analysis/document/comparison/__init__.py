"""The document of two audits side by side: cover, chapters, tables and figures, made of the audit's own blocks.

Nothing is tested or judged here: what moved and what cannot be compared is what `analysis.monitoring.comparison` says.
"""
