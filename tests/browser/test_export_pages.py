"""The exported pages in a real browser: readable by everybody, and nothing leaves them."""

from __future__ import annotations

import pytest

from tests.exports import references

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed (the extra `browser`)")

PAGES = ["ll144.html", "atrs.html", "nist.html"]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Write every exported page of the sample audit."""
    folder = tmp_path_factory.mktemp("export")
    for name, content in references.made(references.sealed()).items():
        if isinstance(content, str):
            (folder / name).write_text(content, encoding="utf-8")
    return folder


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_nothing_is_asked_for(browser, written, name, width):
    assert sorted(PAGES) == sorted(path.name for path in written.iterdir())
    context = browser.new_context(offline=True, viewport={"width": width, "height": 900})
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((written / name).as_uri())
    found = axe.Axe().run(page).response
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    context.close()
    assert [each["id"] for each in found["violations"]] == []
    assert asked == [(written / name).as_uri()]
    assert not wide
