"""No code path changes or deletes a row of the audit log. The schema's triggers would refuse it; this law finds it
before anybody meets a trigger, and it finds who would take the triggers away.

One module knows the table; in it, only what stands beside the rows is updated or deleted.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.laws.tree import Module, Tree, called, plant

TABLES = "service.storage.tables"
ITS_MODULE = "service.storage.audit"
CHANGING_ROWS = frozenset({"update", "delete"})
CHANGING_TABLES = frozenset({"drop_table", "rename_table", "batch_alter_table", "drop_column", "alter_column"})
# In the text of a statement; `audit_facts` and `audit_heads` are other tables.
CHANGING_SQL = re.compile(
    r"\b(update|delete\s+from|(insert\s+or\s+)?replace\s+into|truncate(\s+table)?|(drop|alter)\s+table)"
    r"""\s+["'`]?audit["'`]?(?!\w)|\bdrop\s+trigger\s+\w*["'`]?audit""",
    re.IGNORECASE,
)


def who_know_the_table(tree: Tree) -> set[str]:
    """The modules that can name the table, by an import or as ``tables.audit``."""
    return {
        module.name
        for module in tree.modules("service").values()
        if any(found.target == f"{TABLES}.audit" for found in module.imports)
        or any(
            isinstance(node, ast.Attribute) and node.attr == "audit" and _is_the_module(node.value)
            for node in ast.walk(module.syntax)
        )
    }


def _is_the_module(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "tables"


def changes(tree: Tree) -> list[str]:
    """Where a statement would change or delete a row, built or written out; or where the triggers would be dropped."""
    return sorted(
        tree.place(module, node.lineno)
        for module in tree.modules("service").values()
        for node in ast.walk(module.syntax)
        if (isinstance(node, ast.Call) and (_changes_rows(node, module) or _changes_the_table(node)))
        or (isinstance(node, ast.Constant) and isinstance(node.value, str) and CHANGING_SQL.search(node.value))
    )


def _changes_rows(call: ast.Call, module: Module) -> bool:
    """``update(audit)``, and ``audit.update()``; elsewhere that name is another thing's."""
    if module.name != ITS_MODULE or called(call) not in CHANGING_ROWS:
        return False
    of = [call.func.value] if isinstance(call.func, ast.Attribute) else call.args
    return any(isinstance(node, ast.Name) and node.id == "audit" for node in of)


def _changes_the_table(call: ast.Call) -> bool:
    """``op.drop_table("audit")``, and its like."""
    if called(call) not in CHANGING_TABLES or not call.args:
        return False
    return isinstance(call.args[0], ast.Constant) and call.args[0].value == "audit"


def test_one_module_knows_the_table() -> None:
    assert who_know_the_table(Tree()) == {ITS_MODULE}


def test_nothing_changes_or_deletes_a_row() -> None:
    assert not changes(Tree())


def test_who_would_change_it_is_found(tmp_path: Path) -> None:
    tree = plant(
        tmp_path,
        {
            "service/storage/audit.py": (
                "from service.storage.tables import audit, audit_facts, audit_heads\n"
                "A = update(audit_heads)\nB = delete(audit_facts)\nC = update(audit).values(seq=1)\n"
                "D = delete(audit)\nE = audit.delete()\nF = insert(audit)\n"
            ),
            "service/storage/sweep.py": (
                "from service.storage import tables\nOLD = tables.audit\n"
                "A = 'DELETE FROM audit WHERE at < 1'\nB = 'delete  from \"audit\"'\nC = 'DELETE FROM audit_facts'\n"
                "D = 'INSERT OR REPLACE INTO audit VALUES (1)'\nE = 'CREATE TRIGGER x BEFORE UPDATE ON audit'\n"
                "F = 'DROP TRIGGER audit_update'\nG = f'UPDATE audit SET {E}'\nH = 'the update auditors want'\n"
            ),
            "service/storage/migrations/versions/0009_less.py": "op.drop_table('audit')\nop.drop_table('rooms')\n",
            "service/chat/audit.py": "from service.storage.tables import audit as log\n",
        },
    )
    assert who_know_the_table(tree) == {"service.storage.audit", "service.storage.sweep", "service.chat.audit"}
    assert changes(tree) == [
        "service/storage/audit.py:4",
        "service/storage/audit.py:5",
        "service/storage/audit.py:6",
        "service/storage/migrations/versions/0009_less.py:1",
        "service/storage/sweep.py:3",
        "service/storage/sweep.py:4",
        "service/storage/sweep.py:6",
        "service/storage/sweep.py:8",
        "service/storage/sweep.py:9",
    ]
