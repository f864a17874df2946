"""Builds the reports of many clients: which, in which order, where, within which memory, and what came of each.

It knows processes, outcomes and the folder of the reports; how one report is made is `report`'s business, and no
statistics live here.
"""
