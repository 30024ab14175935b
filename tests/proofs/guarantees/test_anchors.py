"""An anchor that is missing, stands twice or is used by no mutation is reported; one stands for its own line, or the next."""

from __future__ import annotations

import ast

import pytest

from tests.proofs.guarantees import changes
from tests.proofs.guarantees.anchors import anchored, anchors_of, differences


def found_in(folder, text):
    """Give name and line of the anchors of a package with one module."""
    (folder / "module.py").write_text(text, encoding="utf-8")
    return [(each.name, each.line) for each in anchors_of(folder)]


def test_a_trailing_comment_stands_for_its_line(tmp_path):
    """Words may follow the number, and one comment may hold two."""
    text = "one = 1  # promise 7: words\ntwo = (\n    2  # promise 15a: words; promise 8: more\n)\n"
    assert found_in(tmp_path, text) == [("7", 1), ("15a", 3), ("8", 3)]


def test_a_comment_alone_stands_for_the_next_line_of_code(tmp_path):
    """Other comments and empty lines may stand between."""
    assert found_in(tmp_path, "# promise 7\n# why\n\none = 1\n") == [("7", 4)]


def test_a_string_is_no_anchor(tmp_path):
    """What a docstring says of a promise takes no part."""
    assert found_in(tmp_path, '"""It keeps promise 7."""\none = "# promise 8"\n') == []


@pytest.mark.parametrize(
    ("found", "used", "reported"),
    [
        (["7"], ["7"], []),
        ([], ["7"], ["promise 7: stands 0 times, used 1 times"]),
        (["7", "7"], ["7"], ["promise 7: stands 2 times, used 1 times"]),
        (["7", "8"], ["7"], ["promise 8: stands 1 times, used 0 times"]),
        (["7"], ["7", "7"], ["promise 7: stands 1 times, used 2 times"]),
    ],
)
def test_what_does_not_fit_is_reported(found, used, reported):
    """Each anchor stands once and is used once."""
    assert differences(found, used) == reported


@pytest.mark.parametrize("line", [4, 5])
def test_the_innermost_statement_is_meant(line):
    """A line of a longer expression means the whole statement."""
    tree = ast.parse("def f(a):\n    if a:\n        b = 1\n        c = [\n            a]\n")
    statement, function = anchored(tree, line)
    assert (ast.unparse(statement), function.name) == ("c = [a]", "f")


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        ("a = 1", changes.left_out, "pass"),
        ("while a:\n    b()", changes.never, "while False:\n    b()"),
        ("return a", changes.raised, "raise"),
        ("return a", changes.first_parameter, "return p"),
        ("a += 1", changes.value("2"), "a += 2"),
        ("a = b if c else d", changes.if_so(), "a = b"),
        ("a = b if c else d", changes.otherwise(), "a = d"),
        ("if a and b and c:\n    pass", changes.without_operand(-1), "if a and b:\n    pass"),
        ("return not (a or b)", changes.without_operand(0), "return not b"),
        ("a = () if b else (c, *d)", changes.without_element(-1), "a = () if b else (c,)"),
        ("a(b(c, d=e))", changes.without_keyword(), "a(b(c))"),
        ("a(b, c=d)", changes.keyword("True"), "a(b, c=True)"),
        ("a(b, c)", changes.argument("1"), "a(1, c)"),
        ("a = min(b, c(d)) - e", changes.first_argument(), "a = b - e"),
        ("a = max(b / 2, c)", changes.undivided(), "a = max(b, c)"),
        ("a += [b for b in c if d]", changes.filtered("False"), "a += [b for b in c if False]"),
        ("a = [b | c for b in d]", changes.only_what_is_merged(), "a = [b | c for b in d if c]"),
        ("for a in ('b=ON', 'c'):\n    pass", changes.text("ON", "OFF"), "for a in ('b=OFF', 'c'):\n    pass"),
    ],
)
def test_changes(before, change, after):
    """A change makes of a statement what its name says, and leaves the rest as it is."""

    def module(statement):
        body = "\n".join(f"    {line}" for line in statement.splitlines())
        return f"def f(p):\n    x = 1\n{body}\n    y = 2"

    assert changes.changed(module(before), 3, change) == module(after)


def test_a_change_that_does_not_fit_is_refused():
    """A statement that has nothing of the kind is shown."""
    with pytest.raises(AssertionError, match=r"no BoolOp: a = b"):
        changes.changed("a = b", 1, changes.without_operand(0))
