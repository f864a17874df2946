"""What customers are worth from here on: purchase and spend models by maximum likelihood, forecasts, contracts.

Everything here looks at purchases and contracts alone; what goes with buying again is asked in the other rooms.
"""
