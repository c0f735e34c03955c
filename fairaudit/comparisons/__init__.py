"""Pairs of groups: who is compared with whom, and on what counts or estimates, under every scenario of the unknown."""

from fairaudit.comparisons.areas import AreaArms as AreaArms
from fairaudit.comparisons.areas import AreaEstimates as AreaEstimates
from fairaudit.comparisons.areas import CertainPairs as CertainPairs
from fairaudit.comparisons.areas import squared_margins as squared_margins
from fairaudit.comparisons.corrected import CorrectedArms as CorrectedArms
from fairaudit.comparisons.counts import PairCounts as PairCounts
from fairaudit.comparisons.estimates import EstimateArms as EstimateArms
from fairaudit.comparisons.matched import MatchedArms as MatchedArms
from fairaudit.comparisons.reach import ReachArms as ReachArms
from fairaudit.comparisons.reach import Residents as Residents
from fairaudit.comparisons.scheme import EVERYONE as EVERYONE
from fairaudit.comparisons.scheme import EVERYONE_ELSE as EVERYONE_ELSE
from fairaudit.comparisons.scheme import OTHERWISE as OTHERWISE
from fairaudit.comparisons.scheme import Kind as Kind
from fairaudit.comparisons.scheme import Scenario as Scenario
from fairaudit.comparisons.scheme import Scheme as Scheme
from fairaudit.comparisons.shares import Arms as Arms
from fairaudit.comparisons.weighed import WeighedPairs as WeighedPairs
