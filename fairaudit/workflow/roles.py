"""Who completes an audit: six roles, and the independent reviewer who signs where much is at stake."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ROLES: Mapping[str, str] = MappingProxyType(
    {
        "analyst": "analyst",
        "programme_owner": "programme owner",
        "vendor": "vendor",
        "legal": "legal and privacy officer",
        "community": "community representative",
        "approver": "approver",
    }
)
"""Roles that answer questions, and what they are called."""

CONDITIONS_BY = "programme_owner"
"""Who owes the conditions of adoption, and writes them."""

SIGNING: Mapping[str, str] = MappingProxyType({**ROLES, "reviewer": "independent reviewer"})
"""Roles that sign."""
