"""Files for the desk beside the documents: a workbook in every report, slides and charts where they are asked for.

Each is made from the document's blocks and from audit.json alone; nothing is computed here, and nothing is written to
a disk.
"""
