"""The replication bundle of a study: de-identified data, codebook and scripts with which anybody recomputes its tables.

Two editions: all data where respondents agreed or access is controlled, and a public one in which nobody can be found.
"""
