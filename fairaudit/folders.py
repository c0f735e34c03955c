"""Where a report goes: written aside, then renamed, so that a failed run leaves the last good report as it was."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from fairaudit.errors import UsageError, listed

# All that a report's folder holds; anything else in it is somebody's work.
OURS = frozenset(
    {
        *("report.html", "report.pdf", "results.json", "report.public.html", "results.public.json"),
        *("seal.json", "failed.html", "tally", "notebooks"),
    }
)
MADE = {"tally": (".tally.json", ".tally.csv", ".sql"), "notebooks": (".ipynb", ".html")}
ATTEMPTS = 5


def refuse_foreign(target: Path) -> None:
    """Never replace a folder that is not a report of ours.

    Raises:
        UsageError: the target is a file, or a folder of other files.
    """
    if target.is_symlink() and not target.exists():
        raise UsageError.one(str(target), "is a link that leads nowhere", "Name another folder with --out.")
    if target.exists() and not target.is_dir():
        raise UsageError.one(str(target), "is a file", "Name a folder for the report.")
    try:
        others = foreign(target) if target.is_dir() else []
    except OSError as error:
        raise cannot_write(target, error) from None
    if others:
        what = f"holds {listed(others, 3)}, and a report replaces its folder"
        raise UsageError.one(str(target), what, "Move what is yours, or name a new or empty folder with --out.")


def foreign(folder: Path) -> list[str]:
    """List what lies in a report's folder and no run wrote."""
    found = []
    for entry in sorted(folder.iterdir()):
        if entry.name not in OURS:
            found.append(entry.name)
        elif entry.name in MADE:
            inside = sorted(entry.iterdir()) if entry.is_dir() else [entry]
            found += [f"{entry.name}/{path.name}" for path in inside if not path.name.endswith(MADE[entry.name])]
    return found


def remove_foreign(folder: Path) -> None:
    """Remove from a report's folder what no run wrote."""
    for name in foreign(folder):
        path = folder / name
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


@contextlib.contextmanager
def written_aside(target: Path) -> Iterator[Path]:
    """Give a new folder beside the target, which takes the target's place when all went well.

    Args:
        target: the report's folder; may exist.

    Raises:
        UsageError: the folder cannot be written, or the last report is held open by another program.
    """
    aside = _beside(target, "new")
    try:
        aside.mkdir(parents=True)
    except OSError as error:
        raise cannot_write(target, error) from None
    try:
        yield aside
        put_in_place(aside, target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def replace_text(path: Path, text: str) -> None:
    """Write a text file aside, then rename it into place, so that whoever reads it finds the old one or the new one.

    Raises:
        OSError: it cannot be written; the old one stays.
    """
    replace_bytes(path, text.encode("utf-8"))


def replace_bytes(path: Path, content: bytes) -> None:
    """Write a file aside, then rename it into place, as `replace_text` does.

    Raises:
        OSError: it cannot be written; the old one stays.
    """
    aside = _beside(path, "new")
    try:
        aside.write_bytes(content)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def put_in_place(aside: Path, target: Path) -> None:
    """Rename a new report into place. Of two runs that end at once, the later one's report stays.

    Raises:
        UsageError: the last report is held open; it stays, and the new one is left beside it.
    """
    for _ in range(ATTEMPTS):
        old = _beside(target, "old")
        try:
            with contextlib.suppress(FileNotFoundError):
                target.rename(old)
            aside.rename(target)
        except OSError:
            if not target.exists() and old.exists():
                old.rename(target)
            elif old.exists():
                # Another run put its report here in between: this one is later, and takes its turn again.
                shutil.rmtree(old, ignore_errors=True)
                continue
            raise _held_open(aside, target) from None
        shutil.rmtree(old, ignore_errors=True)
        return
    raise _held_open(aside, target)


def _held_open(aside: Path, target: Path) -> UsageError:
    """Leave the new report beside the one that cannot be replaced."""
    beside = target.with_name(f"{target.name}.new")
    if beside.exists() and foreign(beside):
        beside = _beside(target, "new", hidden=False)
    shutil.rmtree(beside, ignore_errors=True)
    shutil.move(aside, beside)
    hint = f"Close it and run again; the new report is in {beside}."
    return UsageError.one(str(target), "cannot be replaced: it seems to be open in another program", hint)


def _beside(target: Path, word: str, *, hidden: bool = True) -> Path:
    return target.with_name(f"{'.' if hidden else ''}{target.name}.{word}-{secrets.token_hex(4)}")


def cannot_write(target: Path, error: OSError) -> UsageError:
    """Say that a folder cannot be written, and why."""
    return UsageError.one(
        str(target), f"cannot be written ({error.strerror or error})", "Name another folder with --out."
    )


def sha256(path: Path) -> str:
    """Hash a file's bytes; hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
