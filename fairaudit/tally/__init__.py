"""The tally: cells that add. Everything after it is arithmetic on small tables; no record is carried out of the engine.

A tally is one long table, a row a cell, with what it is about beside it. It is saved as `x.tally.json` (what it is
about) and `x.tally.csv` (the cells), which a vendor can send instead of the records.
"""

from fairaudit.tally.about import CODES, SUMS, About, level_names
from fairaudit.tally.table import Tally

__all__ = ["CODES", "SUMS", "About", "Tally", "level_names"]
