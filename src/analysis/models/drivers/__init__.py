"""Which parts of the service go with satisfaction, loyalty and buying again, and how sure their order is.

`analysis.analyse_drivers` answers; the other modules hold the rows, the decomposition of R squared and the map.
"""
