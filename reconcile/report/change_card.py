"""A change of a plan as a card."""

from collections.abc import Iterable, Mapping

from reconcile.model.plan import Action, Change
from reconcile.model.problem import Problem, errors_in
from reconcile.report.change_text import comment_texts, place_text, sentence, symbol
from reconcile.report.effect_text import effect_texts
from reconcile.report.key_rows import key_rows
from reconcile.report.links import links_of
from reconcile.report.page import Card


def change_card(
    change: Change, problems: Iterable[Problem], *, cluster: str, links: Mapping[str, str]
) -> Card:
    """Return a change with the problems that speak of it; deletes and errors are urgent."""
    found = tuple(problems)
    return Card(
        name=change.name,
        sign=symbol(change.action),
        sentence=sentence(change),
        facts=change_facts(change),
        rows=tuple(key_rows(change)),
        effects=tuple(effect_texts(change)),
        notes=tuple(comment_texts(change)),
        problems=found,
        links=links_of(links, cluster=cluster, connector=change.name),
        urgent=change.action is Action.DELETE or bool(errors_in(found)),
    )


def change_facts(change: Change) -> tuple[str, ...]:
    """Return the class of a connector and where it is declared, as far as they are known."""
    place = place_text(change.location) if change.location else ""
    return tuple(fact for fact in (change.class_name, place) if fact)
