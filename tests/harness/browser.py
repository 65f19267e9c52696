"""Chromium, for tests of pages as people see them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

CHROMIUM = Path("/usr/bin/chromium")
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]

#: The contrast of every element that has a text of its own, over whatever lies behind it, by WCAG 2.2.
CONTRAST = """
() => {
  const parse = (css) => {
    const n = css.match(/[\\d.]+/g).map(Number);
    const [r, g, b] = css.startsWith("color(") ? n.slice(0, 3).map((v) => v * 255) : n;
    return { r, g, b, a: n.length > 3 ? n[3] : 1 };
  };
  const light = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((v) => {
      v /= 255;
      return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour.a === 1) return colour;
      if (colour.a !== 0) throw new Error("a translucent background");
    }
    return parse("rgb(255, 255, 255)");
  };
  const own = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  return [...document.querySelectorAll("body *")]
    .filter((e) => own(e) && e.checkVisibility() && !["SCRIPT", "STYLE"].includes(e.tagName))
    .map((e) => {
      const style = getComputedStyle(e);
      const [a, b] = [light(parse(style.color)), light(behind(e))];
      const large = parseFloat(style.fontSize) >= 24;
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      return { text: e.textContent.trim().slice(0, 40), size: parseFloat(style.fontSize), ratio, large };
    });
}
"""


async def visit(chromium: Any, served: Any, path: str, **options: object) -> Any:
    """Return a page, with what it requested and complained about."""
    context = await chromium.new_context(**options)
    page = await context.new_page()
    page.requested, page.complaints = [], []
    page.on("request", lambda request: page.requested.append(request.url))
    page.on("console", lambda message: page.complaints.append(message.text))
    await page.goto(served.listening.public + path)
    return page
