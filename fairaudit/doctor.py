"""What this machine lacks to run audits, each with the one line that mends it. Nothing is changed or fetched."""

from __future__ import annotations

import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

DISTRIBUTION = "fairaudit-toolkit"
PYTHON = (3, 11)
KERNEL_SECONDS = 60
TOOLS = {
    "git": "without it a seal names no commit, and verify looks none up",
    "ssh-keygen": "without it signatures in an audit's signatures/ are not verified",
}
WAREHOUSES = ("sqlalchemy", "psycopg")
PACKAGES = {"git": "git", "ssh-keygen": "openssh-client"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked for.

    Attributes:
        what: its name.
        there: whether it is there.
        said: which one, or what is the matter, in a few words.
        mend: what to do where it is not there.
    """

    what: str
    there: bool
    said: str
    mend: str = ""

    def __str__(self) -> str:
        """Give it in a line."""
        return f"{self.what}: {self.said}" + ("" if self.there else f" To mend it: {self.mend}")


def examine(folder: Path) -> list[Finding]:
    """Look for everything that an audit needs on this machine.

    Args:
        folder: where reports are to be written.

    Returns:
        What was looked for, in turn, there or not.
    """
    looks: list[Callable[[], Finding]] = [
        _python,
        _libraries,
        _kernel,
        _letters,
        _printing,
        _warehouses,
        _spark,
        *((lambda name=name: _tool(name)) for name in TOOLS),
        lambda: _writable(folder),
        _kept_counts,
    ]
    return [look() for look in looks]


def _python() -> Finding:
    wanted = ".".join(map(str, PYTHON))
    mend = f"install Python {wanted} or newer (Debian, Ubuntu: apt-get install python3 python3-venv)."
    return Finding("Python", sys.version_info >= PYTHON, f"{platform.python_version()}.", mend)


def _libraries() -> Finding:
    try:
        lines = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        mend = "make setup; without make: pip install -e . in its folder."
        return Finding("Libraries", False, "fairaudit is run from a folder, and was not installed.", mend)
    names = [re.match(r"[\w.-]+", line)[0] for line in lines if "extra ==" not in line]
    if missing := [name for name in names if not _installed(name)]:
        return Finding("Libraries", False, f"{', '.join(missing)} not installed.", f"pip install {' '.join(missing)}")
    return Finding("Libraries", True, f"all {len(names)} are installed.")


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _kernel() -> Finding:
    """Run a notebook of one cell, as an audit does."""
    import nbformat

    from fairaudit.errors import FairauditError
    from fairaudit.kernels import Kernels, quiet, read_notebook

    cell = nbformat.v4.new_code_cell("1 + 1", id="one")
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "one.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
        try:
            with quiet(), Kernels(KERNEL_SECONDS) as kernels:
                kernels.execute(read_notebook(path, {}), {}, Path(scratch))
        except (FairauditError, OSError, RuntimeError) as error:
            mend = "pip install --upgrade ipykernel jupyter-client; and look whether a firewall closes 127.0.0.1."
            return Finding("Notebooks", False, f"no kernel could be started ({type(error).__name__}).", mend)
    return Finding("Notebooks", True, "a kernel starts.")


def _letters() -> Finding:
    from fairaudit.report import fonts

    missing = [file.name for weight in fonts.WEIGHTS for file in fonts.files(weight) if not file.is_file()]
    said = f"{', '.join(missing)} missing." if missing else "those of the report are here."
    return Finding("Fonts", not missing, said, f"pip install --force-reinstall --no-deps {DISTRIBUTION}")


def _printing() -> Finding:
    from fairaudit.report.printing import available

    found = available()
    if found.why:
        return Finding("PDF", False, f"{found.why} Everything else is written.", found.mend)
    return Finding("PDF", True, f"WeasyPrint {found.versions['weasyprint']}, Pango {found.versions['pango']}.")


def _warehouses() -> Finding:
    """Look for what counts records in a warehouse; nothing is lacking without it, since few need it."""
    missing = [name for name in WAREHOUSES if not _installed(name)]
    if missing:
        mend = f"pip install '{DISTRIBUTION}[warehouse]'"
        return Finding("Warehouses", True, f"not installed; only records that lie in one need it: {mend}.")
    said = ", ".join(f"{name} {metadata.version(name)}" for name in WAREHOUSES)
    return Finding("Warehouses", True, f"{said}.")


def _spark() -> Finding:
    """Look for what counts records in Spark; without its library nothing is lacking, since few need it."""
    from fairaudit.engines import spark_session as spark

    if not spark.has_pyspark():
        need = f"{spark.INSTALL}, and Java {spark.JAVA}"
        return Finding("Spark", True, f"not installed; only records that lie in Spark need it: {need}.")
    found = spark.java_version()
    if found is None or found < spark.JAVA:
        what = "there is no Java here" if found is None else f"the Java here is {found}"
        said = f"its library is installed, and {what}: it needs Java {spark.JAVA} or newer."
        return Finding("Spark", False, said, f"{spark.INSTALL_JAVA}.")
    return Finding("Spark", True, f"pyspark {metadata.version('pyspark')}, Java {found}.")


def _tool(name: str) -> Finding:
    if path := shutil.which(name):
        return Finding(name, True, f"{path}.")
    mend = f"Debian, Ubuntu: apt-get install {PACKAGES[name]}; conda: conda install {PACKAGES[name].split('-')[0]}."
    return Finding(name, False, f"not here; {TOOLS[name]}.", mend)


def _writable(folder: Path) -> Finding:
    """Write a file into a folder, or into the nearest one above that exists."""
    place = next((each for each in [folder, *folder.resolve().parents] if each.is_dir()), folder)
    try:
        with tempfile.TemporaryFile(dir=place):
            return Finding("Folder", True, f"{place.resolve()} can be written.")
    except OSError as error:
        said = f"{place.resolve()} cannot be written ({error.strerror or error})."
        return Finding("Folder", False, said, "name another one with --out, or ask whoever owns it.")


def _kept_counts() -> Finding:
    """Say where counts are kept between runs, how many, and how to be rid of them."""
    from fairaudit.keeping.place import OFF, VARIABLE, place
    from fairaudit.keeping.shelf import shelf

    folder, held = place(), shelf()
    if folder is None:
        return Finding("Kept counts", True, f"none are kept ({VARIABLE} is {OFF}).")
    if held is None:
        mend = f"chmod 700 {folder}, if it is yours; or name another folder in {VARIABLE}."
        said = f"{folder} cannot be used, or others can read it: all is counted anew."
        return Finding("Kept counts", False, said, mend)
    entries = held.entries()
    size = sum(each for _, each, _ in entries) / 1e6
    said = f"{len(entries)} entries, {size:.1f} MB, in {folder}; to empty it, delete that folder."
    return Finding("Kept counts", True, said)
