"""Imports point one way, each library that is imported is declared, and the command line starts light."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "fairaudit"

# A module may import from those before it and never from those after it.
LAYERS = [
    "languages",
    "notes",
    "errors",
    "resources",
    "folders",
    "displays",
    "kernels",
    "yaml_reader",
    "kinds",
    "stats",
    "measures",
    "limits",
    "plan",
    "schemas",
    "own_code",
    "groupings",
    "geography",
    "tally",
    "syntax",
    "sql",
    "engines",
    "sources",
    "keeping",
    "scaffold",
    "assumptions",
    "cells",
    "allotments",
    "distributions",
    "comparisons",
    "verdicts",
    "sentences",
    "weighing",
    "assessment",
    "checks",
    "planning",
    "findings",
    "showing",
    "approximations",
    "rehearsal",
    "workflow",
    "since",
    "charts",
    "frames",
    "arrays",
    "page_one",
    "results",
    "disclosure",
    "report",
    "impact_ratios",
    "exporting",
    "exports",
    "decomposition",
    "earlier_counts",
    "evidence",
    "alternatives",
    "asking",
    "testing",
    "checking",
    "sending",
    "run",
    "verifying",
    "doctor",
    "completing",
    "publishing",
    "comparing",
    "catalogs",
    "filling",
    "requesting",
    "cli",
]
FACADES = ["__init__", "__main__"]  # what users import and run: above everything

MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


def layer_of(module: Path) -> str:
    return module.parts[0].removesuffix(".py")


def imported(source: Path, package: str = "") -> Iterator[tuple[int, str, list[str]]]:
    """Yield each import of a file: line, absolute name of the module, and the names taken from it."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, []) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            yield node.lineno, ".".join([*above, *filter(None, [node.module])]), [alias.name for alias in node.names]


def layers_imported(module: Path) -> Iterator[tuple[int, str]]:
    """Yield line and layer of each import from within fairaudit; layer "" is the package's own front."""
    package = ".".join(["fairaudit", *module.parts[:-1]])
    for line, name, names in imported(PACKAGE / module, package):
        if name == "fairaudit":
            yield from ((line, taken if is_module(taken) else "") for taken in names or [""] if taken != "__version__")
        elif name.startswith("fairaudit."):
            yield line, name.split(".")[1]


def is_module(name: str) -> bool:
    return (PACKAGE / f"{name}.py").exists() or (PACKAGE / name / "__init__.py").exists()


@pytest.mark.parametrize("module", [m for m in MODULES if layer_of(m) not in FACADES], ids=str)
def test_imports_point_one_way(module):
    own = layer_of(module)
    assert own in LAYERS, f"{module} has no place yet: name it in LAYERS, right after the last module that it imports"
    for line, layer in layers_imported(module):
        place = f"fairaudit/{module}, line {line}"
        assert layer, f"{place}: import from the module that defines it, or `from fairaudit import __version__`"
        assert layer in LAYERS, f"{place}: fairaudit.{layer} has no place in LAYERS"
        assert LAYERS.index(layer) <= LAYERS.index(own), f"{place}: {own} imports {layer}, which comes after it"


# Libraries that another one documents as its own and pins exactly.
PART_OF = {"pydantic-core": "pydantic"}


def libraries(sources: list[Path]) -> dict[str, Path]:
    """Find the libraries that files import, each with one file that does."""
    found = {
        name.split(".")[0]: source for source in sources for _, name, _ in imported(source) if name and name[0] != "."
    }
    # A script's neighbours are its own: benchmarks import one another by name, and tests what makes records up.
    own = {
        "fairaudit",
        "tests",
        "make",
        "made_up",
        "sign",
        "__future__",
        *(source.stem for source in sources if source.parts[-2] == "benchmarks"),
    }
    return {name: source for name, source in found.items() if name not in own and name not in sys.stdlib_module_names}


@pytest.mark.parametrize(
    ("folder", "extras"),
    [
        ("fairaudit", ["", "maps", "docx", "warehouse", "spark"]),
        ("tests", ["", "test", "browser", "spark"]),
        ("benchmarks", ["", "test", "spark"]),
    ],
)
def test_every_imported_library_is_declared(declared, folder, extras):
    requirements = declared.requirements(*extras)
    distributions = packages_distributions()
    undeclared = {
        name: str(source.relative_to(ROOT))
        for name, source in libraries(sorted((ROOT / folder).rglob("*.py"))).items()
        if not any(
            PART_OF.get(each, each) in requirements for each in map(canonicalize_name, distributions.get(name, [name]))
        )
    }
    assert undeclared == {}, "add it to pyproject.toml and environment.yml, then `make lock`"


def test_statistics_know_nothing_of_audits():
    sources = sorted((PACKAGE / "stats").rglob("*.py"))
    assert set(libraries(sources)) <= {"numpy", "scipy", "statsmodels"}
    layers = {layer for source in sources for _, layer in layers_imported(source.relative_to(PACKAGE))}
    assert layers <= {"stats", "errors"}


# Each of these takes a tenth of a second or more to import; all help texts together may take three.
HEAVY = {
    *(
        "numpy",
        "scipy",
        "pandas",
        "pyarrow",
        "duckdb",
        "polars",
        "narwhals",
        "sqlglot",
        "openpyxl",
        "pydantic",
        "jinja2",
    ),
    *("sklearn", "fairlearn", "statsmodels", "matplotlib", "papermill", "nbformat", "nbclient", "nbconvert"),
    *("jupyter_client", "IPython", "weasyprint", "fontTools"),
}


def modules_after(statement: str) -> set[str]:
    """Run a statement in a new interpreter and tell which top-level modules it has loaded."""
    code = f"import sys, json\ntry:\n    {statement}\nexcept SystemExit as stop:\n    assert not stop.code, stop.code\n"
    code += "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    "statement",
    ["import fairaudit", "from fairaudit.cli import main; sys.argv = ['fairaudit', '--help']; sys.exit(main())"],
    ids=["import fairaudit", "fairaudit --help"],
)
def test_starting_loads_nothing_heavy(statement):
    assert modules_after(statement) & HEAVY == set()


def test_a_heavy_import_would_be_seen():
    assert "numpy" in modules_after("import numpy")


BEGUN = """
import threading
    from concurrent.futures import ThreadPoolExecutor
    from pathlib import Path
    from fairaudit.kernels import Kernels
    from fairaudit.run import Settings, _Run
    taken = threading.Event()
    with ThreadPoolExecutor(1) as pool, Kernels(60) as kernels:
        pool.submit(taken.wait)  # so that no kernel starts before all that came first is looked at
        each = _Run(Path("audits/county-recidivism"), Path(sys.argv[1]), Settings())
        each.begin(pool, kernels)
        each.abandon()
        taken.set()
    assert not each.failed, each.failed
"""


def test_a_run_loads_nothing_that_counts_or_draws_before_its_kernels_start(tmp_path):
    statement = f"sys.argv = ['', {str(tmp_path / 'report')!r}]\n    {BEGUN.strip()}"
    assert modules_after(statement) & {"duckdb", "pandas", "sqlglot", "matplotlib", "weasyprint"} == set()
