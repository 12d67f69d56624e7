import shlex

import pytest

from reconcile.model.command import command


@pytest.mark.parametrize(
    ("verb", "names", "cluster", "text"),
    [
        ("status", (), "", "connectform status"),
        ("hold --release", ("a",), "prod", "connectform hold --release a --cluster prod"),
        ("forget", ("a b", "$(x)"), "", "connectform forget 'a b' '$(x)'"),
        ("forget", ("-x",), "eu 1", "connectform forget --cluster 'eu 1' -- -x"),
    ],
)
def test_a_command_can_be_pasted_whatever_the_names_are(verb, names, cluster, text):
    written = command(verb, *names, cluster=cluster)

    assert written == text
    words = shlex.split(written)
    assert all(name in words for name in names)
