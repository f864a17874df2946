"""What better performance would be worth: from a driver over satisfaction to repeat purchase and money.

Everything here holds only if the relations are causal, and its results say so; nothing here draws.
"""
