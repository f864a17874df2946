"""One module per kind of chart: a result in, a figure block out, its title bound to what the result says.

Nothing is computed here that a result does not hold; colours and fonts come from `theme`.
"""
