"""What else could change a verdict: one function a check, each arithmetic on the tally. A check never un-flags."""
