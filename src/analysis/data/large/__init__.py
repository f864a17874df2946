"""Tables too large for memory: scanned lazily, checked and reduced to one row a customer by DuckDB or Spark.

The rules are those of the pandas road next door, written once more as Narwhals expressions; nothing here may hold a
whole table, and only `duck` and `spark` may know which engine runs.
"""
