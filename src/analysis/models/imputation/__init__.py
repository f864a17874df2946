"""Missing answers filled in many times over, each time with their uncertainty, and the estimates put together again.

`compare_imputation` sets the estimates with filled-in answers beside those of the answers as they are.
"""
