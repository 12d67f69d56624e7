import pytest

from reconcile.plugins.families import family_of

KEYS = frozenset({"key.converter", "format.class", "transforms", "database.hostname"})


@pytest.mark.parametrize(
    ("key", "family"),
    [
        ("transforms.unwrap.type", "transforms.unwrap."),
        ("transforms.unwrap", "transforms.unwrap."),
        ("predicates.isOrder.pattern", "predicates.isOrder."),
        ("key.converter.schemas.enable", "key.converter."),
        ("key.converter.apicurio.registry.url", "key.converter."),
        ("producer.override.batch.size", "producer.override."),
        ("topic.creation.default.partitions", "topic.creation."),
        ("topic.orders.shop.users.mapping", "topic."),
        ("driver.useSSL", "driver."),
        ("database.useSSL", "database."),
        ("schema.history.internal.producer.acks", "schema.history.internal."),
        ("value.converter.schemas.enable", ""),
        ("topics", ""),
        ("transforms", ""),
        ("batch.size", ""),
    ],
)
def test_a_key_belongs_to_the_family_of_its_prefix(key, family):
    assert family_of(key, KEYS) == family
