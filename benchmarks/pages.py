"""The making of a report's files from results that are there: what a run takes at least, beside its notebooks.

Run as `python pages.py REPORT OUT`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from fairaudit.disclosure import public_copy
from fairaudit.report.html import render, words
from fairaudit.report.notebook import FOLDER, notebook_page
from fairaudit.report.printing import Printing


def main() -> None:
    """Write the pages and the PDF of a report anew."""
    report, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(exist_ok=True)
    printing = Printing()
    results = json.loads((report / "results.json").read_text(encoding="utf-8"))
    (out / "report.html").write_text(render(results), encoding="utf-8")
    printing.begin(out / "report.html", out / "report.pdf", words(results["audit"]["language"])["pdf"])
    (out / "report.public.html").write_text(render(public_copy(results)), encoding="utf-8")
    for block in results["evidence"]:
        executed = json.loads((report / FOLDER / f"{block['id']}.ipynb").read_text(encoding="utf-8"))
        (out / f"{block['id']}.html").write_text(notebook_page(executed, results, block["id"]), encoding="utf-8")
    printing.done()


if __name__ == "__main__":
    main()
