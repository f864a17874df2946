"""The customer base in motion: stages and transitions, who stays and returns, where growth comes from, what is won.

Descriptions of the client's own records with intervals, and models of who leaves and what is won from what was known
before. Nothing here draws, and no number of the indicators is computed a second way.
"""
