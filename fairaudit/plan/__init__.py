"""The plan of an audit: `audit.yaml`, read into a strict, frozen `Plan`.

Everything a verdict depends on stands in the plan before results are seen: whose decisions, which groups, which
measures, which limits. Nothing unknown is passed over, and every problem is gathered and shown at once.
"""

from fairaudit.plan.conditions import JOIN, TooFew
from fairaudit.plan.data import TALLY_SUFFIX, Data, Decision, FromTo, People
from fairaudit.plan.groups import TWO_OR_MORE, Compare, Group, ReferenceGroup, band_names, quantile_names
from fairaudit.plan.measures import MeasureLimit
from fairaudit.plan.model import Evidence, Plan, System, Words
from fairaudit.plan.reading import checked, read_plan
from fairaudit.plan.schema import json_schema
from fairaudit.plan.values import ANY, RESERVED, SPACES, UNKNOWN, Scalar, scalar_text, spellings

__all__ = [
    "ANY",
    "JOIN",
    "RESERVED",
    "SPACES",
    "TALLY_SUFFIX",
    "TWO_OR_MORE",
    "UNKNOWN",
    "Compare",
    "Data",
    "Decision",
    "Evidence",
    "FromTo",
    "Group",
    "MeasureLimit",
    "People",
    "Plan",
    "ReferenceGroup",
    "Scalar",
    "System",
    "TooFew",
    "Words",
    "band_names",
    "checked",
    "json_schema",
    "quantile_names",
    "read_plan",
    "scalar_text",
    "spellings",
]
