"""Keep one comment for each cluster on a pull request, whoever else comments, and whenever."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from reconcile.ci.forge import Comment, Forge
from reconcile.ci.marks import Mark, extended, read_mark

Render = Callable[[Mark], str]


class PostedAs(StrEnum):
    """What became of a comment."""

    CREATED = "created"
    EDITED = "edited"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A comment, and what became of it: LEFT where a newer run has written it already."""

    how: PostedAs
    url: str = ""


@dataclass(frozen=True, slots=True)
class _Ours:
    comment: Comment
    mark: Mark


def post_comment(
    forge: Forge, pull_request: int, author: str, mark: Mark, render: Render
) -> Posted:
    """Write the comment that a mark stands for; its text is rendered from the mark with its history.

    Only comments that begin with our mark and that `author` wrote are ours. A run that a newer one
    has overtaken writes nothing. Two runs at once agree on the oldest comment and the newest text.
    """
    ours = _ours(forge, pull_request, author, mark)
    if _is_overtaken(forge, pull_request, mark, ours):
        return Posted(how=PostedAs.LEFT, url=ours[0].comment.url if ours else "")
    newest = max(ours, key=_by_run, default=None)
    body = render(_with_history(mark, newest.mark if newest else None))
    how, written = PostedAs.EDITED, None
    if ours:
        written = forge.edit_comment(pull_request, ours[0].comment.id, body)
    if written is None:
        how, written = PostedAs.CREATED, forge.add_comment(pull_request, body)
    return Posted(how=how, url=_settled(forge, pull_request, author, mark) or written.url)


def own_marks(forge: Forge, pull_request: int, author: str) -> Sequence[Mark]:
    """Return the marks of all our comments on a pull request."""
    found = (_own(comment, author) for comment in forge.comments(pull_request))
    return [each.mark for each in found if each is not None]


def _ours(forge: Forge, pull_request: int, author: str, mark: Mark) -> list[_Ours]:
    found = (_own(comment, author) for comment in forge.comments(pull_request))
    return [each for each in found if each is not None and each.mark.subject == mark.subject]


def _own(comment: Comment, author: str) -> _Ours | None:
    mark = read_mark(comment.body) if comment.author == author else None
    return _Ours(comment, mark) if mark is not None else None


def _is_overtaken(forge: Forge, pull_request: int, mark: Mark, ours: Sequence[_Ours]) -> bool:
    """Tell whether a newer run wrote already, or will: the pull request moved on meanwhile."""
    if any(mark.is_older_than(each.mark) for each in ours):
        return True
    return bool(ours) and forge.newest_commit(pull_request) != mark.commit


def _with_history(mark: Mark, before: Mark | None) -> Mark:
    if before is None:
        return mark
    same = (before.commit, before.digest) == (mark.commit, mark.digest)
    history = before.history if same else extended(before.history, before)
    return replace(mark, history=history)


def _settled(forge: Forge, pull_request: int, author: str, mark: Mark) -> str:
    """Look again after writing: of several comments the oldest stays, with the newest text."""
    ours = _ours(forge, pull_request, author, mark)
    if not ours:
        return ""
    kept, newest = ours[0], max(ours, key=_by_run)
    if newest is not kept:
        forge.edit_comment(pull_request, kept.comment.id, newest.comment.body)
    for each in ours[1:]:
        forge.delete_comment(pull_request, each.comment.id)
    return kept.comment.url


def _by_run(each: _Ours) -> tuple[object, ...]:
    return (each.mark.order, each.comment.id)
