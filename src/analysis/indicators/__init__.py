"""One module per indicator of the relationship: client data in, result out.

Nothing here draws, writes or reads files; models with covariates live in `models`.
"""
