"""The regressions of satisfaction, loyalty and repeat purchase: the only place that imports statsmodels for models.

Results are frozen data with intervals and reasons; nothing here draws.
"""
