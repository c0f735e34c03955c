"""Run notebooks by papermill, each in a kernel of its own; of their outputs only counts ever reach the disk.

Kernel traffic is encrypted. Outputs stay in memory until they have passed a gate, and errors are kept without their
values, since a cell that fails may quote a record.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import nbformat
import papermill
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from papermill.exceptions import PapermillExecutionError

from fairaudit import resources
from fairaudit.displays import AGGREGATE
from fairaudit.errors import NotebookError, PlanError, nearest

HELD_BACK = "Held back: may contain records. Open the notebook in Jupyter to see it.\n"
LANGUAGE = {"display_name": "Python 3", "language": "python", "name": "python3"}
LOGGERS = ("papermill", "traitlets", "nbclient")
IOPUB_SECONDS = 60


# --- reading ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Notebook:
    """A notebook as it was read, so that what is hashed is what runs.

    Attributes:
        name: its file's name.
        sha256: of its bytes.
        node: its cells.
    """

    name: str
    sha256: str
    node: Any


def read_notebook(path: Path, parameters: Mapping[str, Any]) -> Notebook:
    """Read a notebook and check that it takes the parameters; papermill itself only warns where it does not.

    Raises:
        PlanError: it is no Python notebook, or its cell tagged `parameters` lacks one of them.
    """
    content = path.read_bytes()
    with quiet():
        node = _python(path, content)
        known = list(papermill.inspect_notebook(node))
    if missing := [name for name in parameters if name not in known]:
        hint = nearest(missing[0], known)
        if not hint.startswith("Did you mean"):
            hint = f"Its cell tagged `parameters` must set {', '.join(parameters)}."
        raise PlanError.one(path.name, f"has no parameter {', '.join(missing)}", hint)
    return Notebook(path.name, hashlib.sha256(content).hexdigest(), node)


def _python(path: Path, content: bytes) -> Any:
    """Read the cells of a Python notebook."""
    try:
        node = nbformat.reads(content.decode("utf-8"), as_version=4)
        nbformat.validate(node)
    except Exception:  # nbformat raises whatever its JSON and schema readers raise
        raise PlanError.one(path.name, "is no notebook that can be read", "Save it anew in Jupyter.") from None
    language = node.metadata.get("kernelspec", {}).get("language", "python")
    if language.casefold() != "python":
        raise PlanError.one(path.name, f"is written in {language}", "Notebooks are run in Python.")
    node.metadata.update(kernelspec=LANGUAGE, language_info={"name": "python"})
    return node


# --- executing -------------------------------------------------------------------------------------------------------


class Kernels:
    """The kernels of one run, which end with it.

    Args:
        seconds: how long a cell may take.
    """

    def __init__(self, seconds: float):
        self.seconds = seconds
        self._started: list[AsyncKernelManager] = []
        self._stopped = threading.Event()

    def __enter__(self) -> Kernels:
        """Start none yet."""
        return self

    def __exit__(self, *_raised: object) -> None:
        """Stop what still runs."""
        self.stop()

    def stop(self) -> None:
        """Kill every kernel, also those that are about to start."""
        self._stopped.set()
        for kernel in self._started:
            _kill(kernel)

    def started(self, kernel: AsyncKernelManager) -> None:
        """Take note of a kernel, or kill it where the run has been stopped meanwhile."""
        self._started.append(kernel)
        if self._stopped.is_set():
            _kill(kernel)

    def execute(
        self,
        notebook: Notebook,
        parameters: Mapping[str, Any],
        folder: Path,
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> Any:
        """Run a notebook; to be called from a thread that does nothing else.

        Args:
            notebook: what to run.
            parameters: name -> value: text, number, or true and false.
            folder: where it runs; code that lies there is not importable, so that nothing unseen runs.
            environment: variables that the kernel is given beside those of this process.

        Returns:
            The executed notebook, its outputs not yet gated.

        Raises:
            NotebookError: it did not run to its end; without a value of the records.
        """
        with tempfile.TemporaryDirectory(prefix="fairaudit-kernel-", ignore_cleanup_errors=True) as scratch:
            try:
                return papermill.execute_notebook(
                    notebook.node,
                    None,  # papermill would save outputs ungated
                    parameters=dict(parameters),
                    progress_bar=False,
                    execution_timeout=self.seconds,
                    iopub_timeout=IOPUB_SECONDS,
                    kernel_name=LANGUAGE["name"],
                    kernel_manager_class=_kernel_class(self, folder, Path(scratch), environment),
                    shutdown_kernel="immediate",
                )
            except Exception as error:  # a kernel that dies is raised as whatever nbclient has
                raise self._failed(error, notebook) from None
            finally:
                # Jupyter makes an event loop for each thread, and leaves it open.
                with contextlib.suppress(RuntimeError):
                    asyncio.get_event_loop().close()

    def _failed(self, error: Exception, notebook: Notebook) -> NotebookError:
        if isinstance(error, PapermillExecutionError):
            first = next(iter(error.source.strip().splitlines()), "")
            what = f"the cell `{first[:60]}` stopped with {error.ename}"
            hint = "Open it in Jupyter to see why; what a cell says may hold records, and is not kept here."
            return NotebookError.one(notebook.name, what, hint)
        what, hint = FAILURES.get(type(error).__name__, (f"it stopped with {type(error).__name__}", ""))
        return NotebookError.one(notebook.name, what.format(seconds=f"{self.seconds:,g}"), hint)


FAILURES = {
    "CellTimeoutError": ("a cell took more than {seconds} seconds", "Allow it more with --timeout."),
    "DeadKernelError": ("its kernel died", "That is what a lack of memory looks like: close other programs."),
}
"""What nbclient raises, in words: what happened, and what to do."""


def _kernel_class(
    kernels: Kernels, folder: Path, scratch: Path, environment: Mapping[str, str]
) -> type[AsyncKernelManager]:
    """Make the class of one kernel: papermill takes no more than a class."""

    class Kernel(AsyncKernelManager):
        """This very Python, whatever kernels the machine has."""

        def __init__(self, **options: Any):
            connection = str(scratch / "connection.json")
            super().__init__(transport_encryption="required", connection_file=connection, **options)

        @property
        def kernel_spec(self) -> KernelSpec:
            return _this_python(scratch, environment)

        async def start_kernel(self, **options: Any) -> None:
            silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            await super().start_kernel(cwd=str(folder), **silent, **options)
            kernels.started(self)

    return Kernel


def _this_python(scratch: Path, environment: Mapping[str, str]) -> KernelSpec:
    """Say how a kernel starts: without start-up files, history, or imports from the folder it runs in."""
    paths = [os.path.abspath(path) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    if resources.in_checkout():
        paths.append(str(resources.root()))
    temporary = scratch / "tmp"
    temporary.mkdir(exist_ok=True)
    own = {"IPYTHONDIR": str(scratch / "ipython"), "PYTHONSTARTUP": "", "PYTHONPATH": os.pathsep.join(paths)}
    # What a killed kernel leaves half done goes with its folder.
    own |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary)) | dict(environment)
    return KernelSpec(
        argv=[
            *(sys.executable, "-P", "-m", "ipykernel_launcher", "-f", "{connection_file}"),
            *("--IPKernelApp.ignore_cwd=True", "--HistoryManager.enabled=False"),
        ],
        env=own,
        metadata={"supported_encryption": "curve"},
        **{name: LANGUAGE[name] for name in ("display_name", "language")},
    )


def _kill(kernel: AsyncKernelManager) -> None:
    process = getattr(kernel.provisioner, "process", None)
    if process is not None:
        with contextlib.suppress(OSError):
            process.kill()


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Silence what papermill logs: the text of errors, which may hold data."""
    loggers = [logging.getLogger(name) for name in LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


# --- the gate --------------------------------------------------------------------------------------------------------


def gated(notebook: Any, parameters: Mapping[str, Any]) -> Any:
    """Keep of an executed notebook what holds no record and says nothing of this machine.

    Args:
        notebook: as papermill gave it; changed in place.
        parameters: what its cell of parameters is to show.

    Returns:
        The notebook: outputs marked as counts, errors by name only, the same cells and ids in each run.
    """
    for place, cell in enumerate(notebook.cells):
        tags = cell.metadata.get("tags", [])
        cell.pop("attachments", None)
        cell.metadata = nbformat.NotebookNode({"tags": tags} if tags else {})
        if "injected-parameters" in tags:
            cell.source = "\n".join(["# Parameters", *(f"{name} = {value!r}" for name, value in parameters.items())])
            cell.id = f"parameters-{place}"
        if cell.cell_type == "code":
            cell.execution_count = None
            cell.outputs = _kept(cell.outputs)
    notebook.metadata = nbformat.NotebookNode(kernelspec=LANGUAGE, language_info={"name": "python"})
    return notebook


def _kept(outputs: list[Any]) -> list[Any]:
    """Keep what is marked as counts; say once where anything else stood."""
    kept = []
    for output in outputs:
        if output.output_type == "error":
            kept.append(nbformat.v4.new_output("error", ename=output.ename, evalue="withheld", traceback=[]))
        elif AGGREGATE in output.get("data", {}):
            kept.append(output)
        elif not any(other.output_type == "stream" for other in kept):
            kept.append(nbformat.v4.new_output("stream", name="stdout", text=HELD_BACK))
    return kept
