import pytest

from reconcile.plugins.suggest import suggest, words_of


@pytest.mark.parametrize(
    ("word", "candidates", "meant"),
    [
        ("task.max", ["tasks.max", "topics"], "tasks.max"),
        ("table.format.name", ["table.name.format", "table.name"], "table.name.format"),
        ("snapshotMode", ["snapshot.mode", "snapshot.node"], "snapshot.mode"),
        ("tpoics", ["topics", "topics.regex"], "topics"),
        ("members\u200b.discover", ["members.discover"], "members.discover"),
        ("metdata", ["metadata", "spec"], "metadata"),
        ("FileStreamSinc", ["FileStreamSink", "FileStreamSource"], "FileStreamSink"),
        ("tasks.max", ["tasks.max", "task.max"], "task.max"),
    ],
)
def test_a_misspelt_name_finds_what_was_meant(word, candidates, meant):
    assert suggest(word, candidates) == meant


@pytest.mark.parametrize(
    ("word", "candidates"),
    [
        ("table.include.list", ["table.exclude.list"]),
        ("key.converter", ["value.converter"]),
        ("batch.size.min", ["batch.size.max"]),
        ("colour", ["topics", "tasks.max"]),
        ("on", ["no"]),
        ("size", ["linger"]),
        ("topics", []),
        ("topics", ["topics"]),
        ("", ["topics"]),
        ("...", ["topics", ""]),
    ],
)
def test_nothing_is_suggested_where_it_would_be_nonsense_or_the_opposite(word, candidates):
    assert suggest(word, candidates) is None


def test_equally_good_candidates_are_told_apart_by_the_alphabet():
    assert suggest("topic", ["topicz", "topica"]) == "topica"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("accessTokenSecret", ("access", "token", "secret")),
        ("s3.secret-access-key", ("s", "3", "secret", "access", "key")),
        ("HTTPProxy", ("http", "proxy")),
        ("auth_password", ("auth", "password")),
        ("größe", ("größe",)),
        ("", ()),
    ],
)
def test_a_name_falls_into_words(name, words):
    assert words_of(name) == words
