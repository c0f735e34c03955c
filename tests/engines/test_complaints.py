"""What drivers say, in words of our own: by the SQLSTATE where there is one, else by the words that libraries use."""

from __future__ import annotations

import pytest

from fairaudit.engines.complaints import complaint


class Stated(Exception):
    """An error that tells its SQLSTATE."""

    def __init__(self, state: str):
        super().__init__("secret: pw-secret-1")
        self.sqlstate = state


STATES = {
    "28P01": "refuses this user or password",
    "3D000": "has no such database",
    "42P01": "has no such table",
    "42703": "has no such column",
    "42501": "does not let this user read it",
    "42601": "cannot read the query",
    "22P02": "met a value that the query cannot read",
    "25006": "was asked to change something, and refused",
    "53100": "has no room left on its disk",
    "53200": "has no memory or connection left",
    "53300": "has no memory or connection left",
    "57014": "stopped the query, which took too long",
    "57P01": "broke off the connection",
    "08006": "broke off the connection",
    "XX000": "failed, for a reason of its own",
    "99999": "cannot answer (Stated)",
}
WORDS = {
    'FATAL: password authentication failed for user "pw-secret-1"': "refuses this user or password",
    "could not translate host name": "is at an address that cannot be found",
    "connection refused": "does not answer",
    "connection timeout expired": "did not answer in time",
    "server closed the connection unexpectedly": "broke off the connection",
    "SSL SYSCALL error: EOF detected": "broke off the connection",
    "sorry, too many connections already": "has no memory or connection left",
    "relation does not exist": "has no such table",
    "something else": "cannot answer (OSError)",
}


@pytest.mark.parametrize("state", STATES)
def test_a_state_is_told(state):
    what, hint = complaint(Stated(state))
    assert what == STATES[state]
    assert "pw-secret-1" not in what + hint


@pytest.mark.parametrize("said", WORDS)
def test_words_are_told_where_there_is_no_state(said):
    what, hint = complaint(OSError(said))
    assert what == WORDS[said]
    assert "pw-secret-1" not in what + hint
