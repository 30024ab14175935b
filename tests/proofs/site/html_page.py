"""What a built page refers to: its ids, links, and the files that a browser loads with it."""

from __future__ import annotations

from functools import cache
from html.parser import HTMLParser

LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "object": "data"}
SHEETS = {"stylesheet", "icon", "preload", "modulepreload", "preconnect", "dns-prefetch"}


class Page(HTMLParser):
    """The facts of one page."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loads, self.headings, self.nameless = set(), [], [], [], []
        self.language = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "html":
            self.language = given.get("lang")
        if tag in {"h1", "h2", "h3", "h4"}:
            self.headings.append(int(tag[1]))
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if tag in LOADED and given.get(LOADED[tag]):
            self.loads.append(given[LOADED[tag]])
        if tag == "link" and SHEETS & set((given.get("rel") or "").split()):
            self.loads.append(given["href"])
        if tag == "img" and "alt" not in given:
            self.nameless.append(given.get("src"))


@cache
def read(path):
    """Read a page once."""
    return Page(path.read_text(encoding="utf-8"))
