"""Statistics of proportions in numpy and scipy, knowing nothing of audits.

score: tests and bounds of two rates against a margin; exact: the same exactly, where a group is small; intervals: one
rate; design: what weighted and clustered records are worth; reference: a group against a whole that it is part of;
sample_size: how many records are needed; strata, mantel_haenszel: groups compared within strata; labels, fragility:
how many wrong labels or other outcomes would change a verdict; proxies: groups known only by probability.

Import the modules, not this package: each costs only what it uses.
"""
