"""fairaudit: disparity audits that an agency completes and signs before it adopts a technology."""

from importlib import import_module

__version__ = "0.1.0"

# Where each public name lives: imported when first asked for, so that `fairaudit --help` stays quick.
_HOMES = {
    "disparities": "fairaudit.arrays",
    "read": "fairaudit.frames",
    "Findings": "fairaudit.frames",
    "Evidence": "fairaudit.evidence",
    "Alternatives": "fairaudit.alternatives",
    "HowMany": "fairaudit.asking",
    "Comparison": "fairaudit.comparing.showing",
    "read_plan": "fairaudit.plan",
    "read_tally": "fairaudit.sources",
    "Tally": "fairaudit.tally",
    "measure": "fairaudit.measures",
    "Rate": "fairaudit.measures",
    "MEASURES": "fairaudit.measures",
}
__all__ = ["__version__", *_HOMES]


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"module 'fairaudit' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__():
    return sorted(__all__)
