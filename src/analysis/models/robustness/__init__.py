"""How far the two relations, satisfaction to loyalty and satisfaction to buying again, can be trusted.

Each module asks one doubt (other choices, single customers, an unseen third factor, weights, a placebo); none refutes.
"""
