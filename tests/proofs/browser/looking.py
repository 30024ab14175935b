"""What a browser is asked about a page: scripts that run in it, and a server of the site."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
"""How many pixels a page is wider than its window."""

OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll("article > section > *, article section > section > *")]
    .filter(each => each.getClientRects().length && getComputedStyle(each).position === "static")
    .map(each => ({name: each.tagName + " " + each.textContent.trim().slice(0, 30), parent: each.parentElement,
                   box: each.getBoundingClientRect()}));
  const found = [];
  for (let at = 1; at < boxes.length; at++) {
    const above = boxes[at - 1], below = boxes[at];
    if (above.parent === below.parent && below.box.top < above.box.bottom - 1) found.push(below.name);
  }
  return found;
}"""
"""Which blocks of the text begin above the end of the block before them."""

CONTRAST = """() => {
  const channel = value => { value /= 255; return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4; };
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const parse = text => { const n = text.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
  const over = (top, under) => [0, 1, 2].map(at => top[at] * top[3] + under[at] * (1 - top[3]));
  const behind = element => {
    const layers = [];
    for (let each = element; each; each = each.parentElement) {
      const colour = parse(getComputedStyle(each).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255]);
  };
  const found = new Map();
  const walker = document.createTreeWalker(document.querySelector("article"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.getClientRects().length || element.closest("svg, button")) continue;
    const style = getComputedStyle(element);
    if (style.visibility === "hidden" || Number(style.opacity) === 0) continue;
    const under = behind(element), ink = over(parse(style.color), under);
    const [a, b] = [light(ink), light(under)].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize), isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (isLarge ? 3 : 4.5) - 0.01)
      found.set(style.color + " on " + under.map(Math.round), element.textContent.trim().slice(0, 30) + " " + ratio.toFixed(2));
  }
  return [...found].map(each => each.join(": "));
}"""
"""Which texts of a page have less contrast than WCAG's level AA asks for."""


@contextmanager
def served(folder):
    """Serve a folder on this machine, and give its address."""
    handler = partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        """Log nothing."""
