"""Whoever is refused by a rule is told which: every such refusal carries ``why``."""

from __future__ import annotations

import ast
from pathlib import Path

from service.chat.errors import CODES, RULES, Code, Refusal
from tests.laws.tree import Tree, called, plant

# What HTTP calls forbidden, or too many: that is a rule's doing. A conflict is often none, but a limit always is.
RULED = {code for code, meaning in CODES.items() if meaning.status in (403, 429)} | {Code.LIMIT}
# Behind these stand many rules, so whoever raises one has to say which.
MANY = RULED - set(RULES)


def unexplained(tree: Tree) -> list[str]:
    """Refusals by one of many rules that do not say by which."""
    return [
        tree.place(module, node.lineno)
        for module in tree.modules("service").values()
        for node in ast.walk(module.syntax)
        if isinstance(node, ast.Call) and called(node) == "Refusal" and _needs_why(node) and not _has_why(node)
    ]


def _needs_why(call: ast.Call) -> bool:
    return bool(call.args) and ast.unparse(call.args[0]) in {f"Code.{code.name}" for code in MANY}


def _has_why(call: ast.Call) -> bool:
    return any(keyword.arg == "why" for keyword in call.keywords)


def test_a_refusal_whose_code_belongs_to_one_rule_names_it_by_itself() -> None:
    assert set(RULES) <= RULED
    assert {Code.FORBIDDEN, Code.ROLE_TOO_LOW} == MANY
    for code, rule in RULES.items():
        why = Refusal(code).why
        assert why is not None
        assert (why.rule, why.by) == (rule, None)


def test_a_refusal_by_one_of_many_rules_says_which() -> None:
    assert not unexplained(Tree())


def test_one_that_does_not_is_found(tmp_path: Path) -> None:
    source = (
        "raise Refusal(Code.FORBIDDEN, 'No.')\n"
        "raise Refusal(Code.FORBIDDEN, 'No.', why=Why('rank'))\n"
        "raise Refusal(Code.MUTED)\nraise Refusal(verdict.code, 'No.')\nraise errors.Refusal(Code.ROLE_TOO_LOW)\n"
    )
    assert unexplained(plant(tmp_path, {"service/chat/rooms.py": source})) == [
        "service/chat/rooms.py:1",
        "service/chat/rooms.py:5",
    ]
