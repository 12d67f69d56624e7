"""Which workers are gone, by what came from their addresses."""

import pytest

from reconcile.connect.workers import Reply, address_of
from reconcile.run.presence import BELIEVED, Presence, followed, to_ask

A = "a:8083"
OURS, OTHER, UNCLEAR, SILENT = Reply.OURS, Reply.OTHER, Reply.UNCLEAR, Reply.SILENT


@pytest.mark.parametrize(
    ("replies", "declared", "gone"),
    [
        ([OURS, OURS], False, False),
        ([OURS, SILENT], False, True),
        ([OURS, SILENT, SILENT], False, True),
        ([OURS, SILENT, OURS], False, False),
        ([SILENT, SILENT], False, False),
        ([SILENT], True, True),
        ([OTHER, SILENT], False, False),
        ([OURS, OTHER, SILENT], False, False),
        ([OURS, OTHER], False, False),
        ([OURS, None], False, False),
        ([OURS, UNCLEAR, SILENT], False, True),
        ([OURS, SILENT, UNCLEAR], False, True),
        ([UNCLEAR, SILENT], False, False),
        ([OTHER, SILENT], True, True),
        ([None], True, False),
    ],
)
def test_a_worker_is_gone_once_it_is_silent_where_it_is_known_to_be(replies, declared, gone):
    known = {}
    for moment, reply in enumerate(replies):
        answers = {} if reply is None else {A: reply}
        known = followed({A}, known, answers, {A} if declared else (), float(moment))
    assert known[A].is_gone(float(len(replies))) is gone


def test_a_silence_counts_from_its_begin_and_for_a_while_only():
    known = {A: Presence(reached=True)}
    for moment in (10.0, 20.0, 30.0):
        known = followed({A}, known, {A: SILENT}, (), moment)
    assert known[A].is_gone(10 + BELIEVED - 1)
    assert not known[A].is_gone(10 + BELIEVED)


def test_what_no_status_names_is_forgotten():
    assert followed({"b:1"}, {A: Presence(reached=True)}, {}, (), 0.0) == {
        "b:1": Presence(reached=False)
    }


def test_what_never_answered_is_asked_when_it_is_new_and_now_and_then():
    before = {A: Presence(reached=True), "b:1": Presence(reached=False)}
    assert to_ask({A, "b:1", "c:1"}, before, (), anew=False) == {A, "c:1"}
    assert to_ask({A, "b:1", "c:1"}, before, (), anew=True) == {A, "b:1", "c:1"}
    assert to_ask({A, "b:1", "c:1"}, before, {"b:1"}, anew=False) == {A, "b:1", "c:1"}


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://connect-1:8083", "connect-1:8083"),
        ("https://user:word@Connect.example.com/path/", "connect.example.com:443"),
        ("http://10.0.0.1", "10.0.0.1:80"),
        ("http://[2001:DB8::1]:8083/", "[2001:db8::1]:8083"),
    ],
)
def test_a_url_leads_to_the_address_by_which_statuses_name_a_worker(url, address):
    assert address_of(url) == address
