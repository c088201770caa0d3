"""The table of rules: which shape the rows of each kind of file have, and which of their texts are ids.

Datum, CRS and numbers have one rule for all of them: :mod:`geo.sources.georeference`.
"""
