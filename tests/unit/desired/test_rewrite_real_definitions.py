"""Real definitions from public repositories take over live values, and no more than that."""

import difflib
from collections import Counter

import pytest

from reconcile.desired.declared import read_content
from reconcile.desired.files import read_text
from reconcile.desired.rewrite import Wish, rewrite
from reconcile.model.problem import Problem
from tests.unit.desired.repository import PROJECT, repository

ONE = PROJECT.partition("  prod:")[0]
TYPED = {"tasks.max": "7", "errors.retry.timeout": "90000", "errors.retry.delay.max.ms": "90000"}


@pytest.fixture
def files(shared_folder):
    folder = shared_folder("definitions")
    return [path for path in sorted(folder.rglob("*")) if path.suffix in {".yaml", ".json"}]


def changed_lines(before: str, after: str) -> Counter[str]:
    rows = difflib.ndiff(before.splitlines(), after.splitlines())
    return Counter(row[0] for row in rows if row[0] in "+-")


def test_each_value_can_be_changed_taken_away_and_added(files, tmp_path):
    tried = Counter()
    for file in files:
        name = f"connectors/a{file.suffix}"
        text = read_text(str(file), file.name)
        if isinstance(text, Problem):
            continue
        loaded = repository(tmp_path, {name: text}, project=ONE)
        content = read_content(loaded, text, name)
        for _, connector in content.definitions if not content.problems else ():
            keys = content.definitions["local", connector].config.keys()
            for key in (keys[0], keys[len(keys) // 2], keys[-1], "a.new.key"):
                values = {key: TYPED.get(key, 'what "is" live: # now')}
                found = rewrite(loaded, text, name, "local", [Wish(name=connector, values=values)])
                assert not found.stuck, (file.name, key)
                assert changed_lines(text, found.text)["+"] <= 2, (file.name, key)
                tried["changed"] += 1
            gone = {keys[-1]: None}
            found = rewrite(loaded, text, name, "local", [Wish(name=connector, values=gone)])
            tried["stuck" if found.stuck else "gone"] += 1
    assert tried["changed"] >= 4 * 90
    # Strimzi files that give tasks.max twice: which of the two is meant, only people know.
    assert tried["stuck"] <= 4
