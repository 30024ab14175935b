"""Writes `llms.txt`: the pages of the site with a line about each, for programs that read it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from linode_orm._generate.coverage import mappers
from linode_orm._generate.site.markdown import slug

if TYPE_CHECKING:
    from pathlib import Path

_LINE: Final = re.compile(r"^- \[([^\]]+)\]\(([\w./-]+)\.md\)(?:: |, )?(.*)$", re.MULTILINE)
_RULES: Final = (
    "Nothing is sent before `session.commit()`, `x.save()` or `x.delete()`. Actions such as `x.boot()` are sent at "
    "once. Plan first, and apply only what a person approved. `linode_orm.simulator.Simulator` needs no account."
)


def text(docs: Path) -> str:
    """Return the file: the sections of the first page, then a line for each resource."""
    first = (docs / "index.md").read_text(encoding="utf-8").replace("../CHANGELOG.md", "reference/changelog.md")
    head, *sections = re.split(r"^## (.+)$", first, flags=re.MULTILINE)
    summary = " ".join(head.split("\n\n")[1].split())
    lines = ["# linode_orm", "", f"> {summary}", "", _RULES]
    for title, body in zip(sections[::2], sections[1::2], strict=True):
        lines += ["", f"## {title}", ""]
        lines += [f"- [{name}]({page}.html): {about}".rstrip(": ") for name, page, about in _LINE.findall(body)]
    lines += ["", "## Resources", ""]
    for mapper in sorted(mappers(), key=lambda each: each.name):
        about = " ".join((mapper.cls.__doc__ or "").split("\n\n")[0].split())
        lines.append(f"- [{mapper.name}](resources/{slug(mapper.name)}.html): `{mapper.path}`. {about}")
    return "\n".join(lines) + "\n"
