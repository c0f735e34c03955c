"""From records to a tally: a file, a DataFrame or a tally, checked against the plan and counted where it lies.

Only counts leave the engine. Whatever is wrong with the data is said with the nearest right answer.
"""

from fairaudit.sources.counting import query_text, read_tally
from fairaudit.sources.looking import at_hand, columns_of, describe, sha256_of, values_of

__all__ = ["at_hand", "columns_of", "describe", "query_text", "read_tally", "sha256_of", "values_of"]
