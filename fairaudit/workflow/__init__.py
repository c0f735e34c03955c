"""What becomes of findings: the evidence state, and who must still do what. Pure functions of plain dicts."""
