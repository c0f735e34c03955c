"""Who completes an audit: six roles, and the independent reviewer who signs where much is at stake."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fairaudit.languages import marked

ROLES: Mapping[str, str] = MappingProxyType(
    {
        "analyst": marked("analyst"),
        "programme_owner": marked("programme owner"),
        "vendor": marked("vendor"),
        "legal": marked("legal and privacy officer"),
        "community": marked("community representative"),
        "approver": marked("approver"),
    }
)
"""Roles that answer questions, and what they are called."""

CONDITIONS_BY = "programme_owner"
"""Who owes the conditions of adoption, and writes them."""

SIGNING: Mapping[str, str] = MappingProxyType({**ROLES, "reviewer": marked("independent reviewer")})
"""Roles that sign."""
