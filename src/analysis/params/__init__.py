"""What one client's audit depends on: read, checked and frozen here, and nowhere else.

No data are read here; a parameter file that breaks a rule is refused with every fault at once.
"""
