"""The worked examples of the rule's own text (DCWP, Notice of Adoption of Final Rule, 6 RCNY 5-301, 2023).

Each category: people, selected (or above the median), and the ratio as the text prints it. In the second example the
text gives people and rates; the counts above the median are rebuilt from them.
"""

from __future__ import annotations

SELECTION = {
    "sex": {"Male": (1390, 667, "1.00"), "Female": (1181, 555, "0.979")},
    "race": {
        "Hispanic": (408, 204, ".97"),
        "White": (797, 412, "1.00"),
        "Black": (390, 170, ".84"),
        "NHPI": (119, 52, ".85"),
        "Asian": (616, 302, ".95"),
        "Native American": (41, 18, ".85"),
        "Two or more": (213, 96, ".87"),
    },
    "race and sex": {
        "Hispanic, Male": (205, 90, ".841"),
        "White, Male": (412, 215, "1.000"),
        "Black, Male": (226, 95, ".806"),
        "NHPI, Male": (87, 37, ".815"),
        "Asian, Male": (321, 167, ".997"),
        "Native American, Male": (24, 11, ".878"),
        "Two or more, Male": (115, 52, ".866"),
        "Hispanic, Female": (190, 82, ".827"),
        "White, Female": (385, 197, ".981"),
        "Black, Female": (164, 75, ".876"),
        "NHPI, Female": (32, 15, ".898"),
        "Asian, Female": (295, 135, ".877"),
        "Native American, Female": (17, 7, ".789"),
        "Two or more, Female": (98, 44, ".860"),
    },
}
SCORING = {
    "sex": {"Male": (92, 50, "1.00"), "Female": (76, 34, ".82")},
    "race": {
        "Hispanic": (28, 18, "1.00"),
        "White": (40, 15, ".58"),
        "Black": (32, 16, ".78"),
        "NHPI": (8, 5, ".97"),
        "Asian": (24, 10, ".65"),
        "Native American": (16, 10, ".97"),
        "Two or more": (20, 10, ".78"),
    },
    "race and sex": {
        "Hispanic, Male": (16, 12, "1.00"),
        "White, Male": (20, 7, ".47"),
        "Black, Male": (20, 10, ".67"),
        "NHPI, Male": (4, 3, "1.00"),
        "Asian, Male": (12, 7, ".78"),
        "Native American, Male": (8, 5, ".83"),
        "Two or more, Male": (12, 6, ".67"),
        "Hispanic, Female": (12, 6, ".67"),
        "White, Female": (20, 8, ".53"),
        "Black, Female": (12, 6, ".67"),
        "NHPI, Female": (4, 2, ".67"),
        "Asian, Female": (12, 3, ".33"),
        "Native American, Female": (8, 5, ".83"),
        "Two or more, Female": (8, 4, ".67"),
    },
}
# Plum, published by Bloomberg in 2023 (perma.cc/2EMX-WNYU): two categories below 2% are left out, and both are above
# the reference. None: the text prints no ratio.
LEFT_OUT = {
    "Asian": (3543, 3162, "1.00"),
    "Black": (678, 542, ".90"),
    "Hispanic": (937, 759, ".91"),
    "Two or more": (264, 235, "1.00"),
    "White": (2274, 1934, None),
    "AIAN": (11, 10, None),
    "NHPI": (11, 10, None),
}
# HiredScore, 12 February 2024 (perma.cc/8TGZ-7NND): the most digits that anybody printed.
PRECISE = {
    "Asian": (221_700, 106_573, "1"),
    "Black": (162_932, 76_282, ".973944444"),
    "Hispanic": (106_181, 47_305, ".926784448"),
    "Two or more": (37_668, 16_639, ".918910390"),
    "White": (385_206, 182_047, ".983125555"),
}
