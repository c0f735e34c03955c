"""Areas on a map: read from a file and checked, which area a record lies in, and what is drawn of them.

areas: the map; opening: the file; shapes: what can be wrong with outlines; points: records with coordinates; keys:
records that name their area; outlines: rings that are small enough to keep.
"""

from fairaudit.geography.areas import Areas, read_areas
from fairaudit.geography.keys import key_problems
from fairaudit.geography.outlines import simplified
from fairaudit.geography.points import Points, check_points, locate

__all__ = ["Areas", "Points", "check_points", "key_problems", "locate", "read_areas", "simplified"]
