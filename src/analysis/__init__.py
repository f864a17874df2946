"""The audit of the relationship between a company and its customers.

Everything the reports say is computed here; notebooks only call and show. Importing the package does no work.
"""

__version__ = "0.1.0"
