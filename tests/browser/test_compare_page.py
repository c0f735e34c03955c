"""The page that puts systems side by side, in a real browser: readable by everybody, and nothing leaves it."""

from __future__ import annotations

import pytest

from fairaudit.comparing import compared, write
from tests.comparing.bids import two_bids

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed (the extra `browser`)")


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bids")
    return write(compared(two_bids(folder)), folder / "out")[0]


@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_and_nothing_is_asked_for(browser, page_file, width):
    context = browser.new_context(offline=True, viewport={"width": width, "height": 900})
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    found = axe.Axe().run(page).response
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    context.close()
    assert [each["id"] for each in found["violations"]] == []
    assert asked == [page_file.as_uri()]
    assert not wide
