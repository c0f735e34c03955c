"""What a plan says beforehand of groups that are too few to show anything of."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fairaudit.plan.data import Moment
from fairaudit.plan.values import AsDict, Frozen, Levels, Strict, Text

JOIN = ", "
"""What joins the levels of a crossing to the name of a group."""


class TooFew(Strict):
    """Groups of which it is known before any result that they are too few, and what is done about it."""

    groups: Annotated[dict[Text, Levels], Field(min_length=1), Frozen, AsDict] = Field(
        description="a group column: its groups that are too few"
    )
    because: Text = Field(description="why there are no more records, such as: about 40 pupils a year")
    monitoring: Text = Field(description="what is watched after adoption, and how often")
    until: Moment = Field(description="the day by which it is decided anew, such as 2028-06-30")
    stop_rule: Text = Field(description="what ends the use")
    owner: Text = Field(description="who answers for it: a role or a name")

    def names(self, attributes: tuple[str, ...], group: str) -> bool:
        """Say whether a group of a grouping is one of them, or, of a crossing, belongs to one.

        Args:
            attributes: of the grouping.
            group: the group's name: a level, or the levels joined. Where a level holds what joins them, it is not
                told apart, and so not named: the finding then stays open.
        """
        parts = group.split(JOIN) if len(attributes) > 1 else [group]
        if len(parts) != len(attributes):
            return False
        return any(part in self.groups.get(name, ()) for name, part in zip(attributes, parts, strict=True))
