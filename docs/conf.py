"""Builds the documentation site: `nox -s docs`, or `sphinx-build -n -W docs site`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

DOCS: Final = Path(__file__).parent
ROOT: Final = DOCS.parent
sys.path.insert(0, str(ROOT))

from pygments.lexers.special import TextLexer  # noqa: E402  the path comes first
from sphinx import addnodes  # noqa: E402  the same

from linode_orm._generate.site import build, llms, recording  # noqa: E402  the package of this checkout is described
from linode_orm._generate.site.index import with_contents  # noqa: E402  the same
from linode_orm.version import VERSION  # noqa: E402  the same

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

project = "linode_orm"
author = "linode_orm authors"
project_copyright = "the linode_orm authors"
release = version = VERSION

extensions = ["myst_parser", "sphinx_copybutton"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["changelog.d", "notebooks"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
nitpicky = True
add_module_names = False
python_maximum_signature_line_length = 80
toc_object_entries = False
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

html_theme = "furo"
html_title = f"linode_orm {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
copybutton_selector = (
    "div.highlight-python pre, div.highlight-console pre, div.highlight-sh pre, div.highlight-toml pre"
)

OUTSIDE: Final = re.compile(r"\[([^\]]+)\]\(\.\./([\w./-]+)(?:#[\w-]+)?\)")
"""A link to a file of the repository that is no page."""
CHANGELOG: Final = "reference/changelog.md"


def _generate(app: Sphinx) -> None:
    """Write the pages that are made from the declarations, the recorded demo, and the changelog's page."""
    build.write(Path(app.srcdir))
    recording.write(Path(app.srcdir))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    (DOCS / CHANGELOG).write_text(changelog.replace("](docs/", "](../"), encoding="utf-8")


def _read(app: Sphinx, name: str, source: list[str]) -> None:
    """Let the links of a page lead to pages of the site, and give the first page its tree of contents."""
    if "/" in name:
        return
    text = source[0].replace("](../CHANGELOG.md", f"]({CHANGELOG}")
    text = OUTSIDE.sub(r"\1 (`\2`)", text)
    source[0] = with_contents(text, Path(app.srcdir)) if name == "index" else text


def _link_types(_app: Sphinx, tree: nodes.document) -> None:
    """Let the types in signatures lead to public names; Python's own and those of other packages are only shown."""
    for node in list(tree.findall(addnodes.pending_xref)):
        if node.get("refdomain") == "py":
            if node["reftarget"] in build.PUBLIC:
                node["reftarget"], node["refspecific"] = f"linode_orm.{node['reftarget']}", False
            else:
                node.replace_self(node.children)


def _finish(app: Sphinx, error: Exception | None) -> None:
    """Write `llms.txt` beside the pages."""
    if error is None:
        Path(app.outdir, "llms.txt").write_text(llms.text(DOCS), encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Connect the steps of the build."""
    app.add_lexer("output", TextLexer)
    app.connect("builder-inited", _generate)
    app.connect("source-read", _read)
    app.connect("doctree-read", _link_types)
    app.connect("build-finished", _finish)
