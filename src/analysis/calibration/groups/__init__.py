"""What is read off one drawn client, one module a group: each analysis as an audit prints it.

A group runs by itself, so that a change to one analysis asks for its own draws again and for no others.
"""
