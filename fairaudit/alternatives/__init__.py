"""Less discriminatory alternatives: would another cut-off, capacity or model serve as well and part groups less?

And, before that, whether what goes into a model stands in for a protected trait. Everything here explores: many
alternatives are looked at on the same records, so that choosing one is no verdict on it. No fitted model is ever loaded
from a file: models are fitted here, from records, or not at all.
"""

from fairaudit.alternatives.opened import Alternatives
from fairaudit.alternatives.predicting import predictability
from fairaudit.alternatives.refitting import refits
from fairaudit.alternatives.scores_alone import capacities, cut_offs, group_cut_offs

__all__ = ["Alternatives", "capacities", "cut_offs", "group_cut_offs", "predictability", "refits"]
