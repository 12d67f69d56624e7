import pytest

from reconcile.model.plugin import Setting, SettingType
from reconcile.plugins.sensitive import holds_secret, is_masked, is_sensitive


def setting(kind):
    return Setting(name="any", type=kind)


@pytest.mark.parametrize(
    "key",
    [
        "database.password",
        "password",
        "log.mining.buffer.infinispan.client.hotrod.auth_password",
        "ssl.keystore.key",
        "ssl.key.password",
        "sasl.jaas.config",
        "producer.override.sasl.jaas.config",
        "twitter.oauth.accessToken",
        "twitter.oauth.accessTokenSecret",
        "twitter.oauth.consumerKey",
        "aad.auth.appkey",
        "master.key",
        "kafka.api.key",
        "aws.access.key.id",
        "aws.secret.access.key",
        "iceberg.catalog.credential",
        "iceberg.catalog.s3.secret-access-key",
        "camel.component.aws2-s3.secretKey",
        "gcs.credentials.json",
        "azure.account.key",
        "storageAccountKey",
        "snowflake.private.key",
        "snowflake.private.key.passphrase",
        "private.key.pem",
        "value.converter.basic.auth.user.info",
        "confluent.license",
        "db.pass",
        "keypass",
        "ssl.key",
        "database.ssl.key",
        "consumer.override.ssl.key",
        "tls.key",
    ],
)
def test_keys_that_speak_of_secrets_are_sensitive(key):
    assert is_sensitive(key, "x")
    assert is_sensitive(key, None)


@pytest.mark.parametrize(
    "key",
    [
        "key.converter",
        "transforms.extract.key.field",
        "primary.key.mode",
        "message.key.columns",
        "output.format.key",
        "redis.key.template",
        "tokenizer",
        "password.policy",
        "ssl.keystore.location",
        "gcs.credentials.path",
        "basic.auth.credentials.source",
        "sasl.oauthbearer.token.endpoint.url",
        "s3.credentials.provider.class",
        "token.refresh.interval.ms",
        "database.user",
        "topics",
        "key",
        "ssl.key.location",
        "ssl.cert",
        "ssl.keymanager.algorithm",
        "...",
    ],
)
def test_keys_that_only_sound_like_it_are_not(key):
    assert not is_sensitive(key, "x")


@pytest.mark.parametrize(
    "value",
    [
        "jdbc:mysql://mysql:3306/demo?user=shop&password=test1234",
        "mongodb://root:example@mongo:27017/?authSource=admin",
        "https://:token@host/path",
        "jdbc:oracle:thin:shop/hunter2@db:1521/ORCL",
        "amqps://user:p/a:ss@host",
        'org.apache.kafka.common.security.plain.PlainLoginModule required password="x";',
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
        '{"type": "service_account", "private_key": "MIIE"}',
        "Authorization: Bearer abcdefghijkl",
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=c2VjcmV0;",
        "https://blob.example.com/c?sv=1&sig=abc",
        "#class:com.example.Client?accessKey=RAW(abc)",
        "Authorization: Bearer abc",
        "Accept: */*,Authorization:Bearer abc,X: y",
        '{"headers": {"authorization": "Basic YTpi"}}',
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
        "Cookie: session=eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
        "https://hooks.slack.com/services/T0/B0/abc",
        "https://discord.com/api/webhooks/123/abc-def",
        "https://discordapp.com/api/v10/webhooks/123/abc",
        "https://corp.webhook.office.com/webhookb2/abc/IncomingWebhook/def",
        "-----BEGIN PRIVATE KEY-----\\nMIIE",
        "-----BEGIN ENCRYPTED PRIVATE KEY----- MIIE",
        "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n-----BEGIN EC PRIVATE KEY-----",
        "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1JSUU=",
    ],
)
def test_values_that_hold_a_secret_are_sensitive_under_any_key(value):
    assert is_sensitive("connection", value)


@pytest.mark.parametrize(
    "value",
    [
        "mongodb+srv://${env:DB_USER}:${env:DB_PASSWORD}@${env:DB_HOST}/x",
        "jdbc:mysql://mysql:3306/demo?user=shop&password=${file:/secrets/db:password}",
        "jdbc:mysql://mysql:3306/demo?user=shop&password=",
        "http://a:8083,http://b:8083",
        "kafka://user@host",
        '{"name": "password", "type": "string"}',
        "password,token",
        "pwd:password",
        "SELECT id FROM orders WHERE id = 1",
        "Authorization: Bearer ${file:/secrets/api:token}",
        "Authorization: Bearer",
        "-----BEGIN CERTIFICATE-----\nMII",
        "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t",
        "LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0=",
        "https://hooks.slack.com/services/${env:SLACK_PATH}",
        "https://discord.com/api/v10/channels/123",
        "Key.eyJson.value",
        "",
    ],
)
def test_values_that_hold_none_are_not(value):
    assert not is_sensitive("connection", value)


@pytest.mark.parametrize("kind", [SettingType.PASSWORD])
def test_the_type_settles_it(kind):
    assert is_sensitive("colour", "blue", setting(kind))
    assert is_sensitive("colour", None, setting(kind))


@pytest.mark.parametrize(
    "kind",
    [SettingType.BOOLEAN, SettingType.INT, SettingType.LONG, SettingType.CLASS],
)
def test_a_type_that_holds_no_secret_outweighs_the_name(kind):
    assert not is_sensitive("password.attempts", "3", setting(kind))
    assert is_sensitive("password.attempts", "3", setting(SettingType.STRING))


@pytest.mark.parametrize(
    "value",
    ["${file:/secrets/db.properties:password}", " ${env:DB_PASSWORD} ", "${secrets:a:b}${env:C}"],
)
def test_placeholders_of_connect_alone_are_shown(value):
    assert not is_sensitive("database.password", value)
    assert not is_sensitive("database.password", value, setting(SettingType.PASSWORD))


def test_a_placeholder_beside_other_text_is_not_shown():
    assert is_sensitive("database.password", "${env:HALF}hunter2")
    assert is_sensitive("database.password", "${ENV_STYLE}")


def test_an_empty_value_and_a_switch_are_no_secrets():
    assert not is_sensitive("database.password", "")
    assert not is_sensitive("valid.kafka.api.key", "True")


@pytest.mark.parametrize("value", ["***", "********", "••••••••", "●●●", "[hidden]", "[MASKED]"])
def test_a_mask_is_recognised(value):
    assert is_masked(value)


@pytest.mark.parametrize("value", ["", "*", "**", "a***", "xxxxxxxx", "[secret]", "*.*.*"])
def test_other_values_are_no_mask(value):
    assert not is_masked(value)


@pytest.mark.parametrize(
    ("key", "value", "holds"),
    [
        ("sasl.password", "hunter2", True),
        ("sasl.username", "ada", False),
        ("sasl.jaas.config", 'x required password="hunter2";', True),
        ("sasl.jaas.config", "x required;", False),
        ("aws.access.key.id", "AKIA", False),
        ("proxy", "http://ada:hunter2@proxy:3128", True),
        ("sasl.password", "${file:/secrets:password}", False),
    ],
)
def test_what_is_written_out_is_told_from_what_names_a_place(key, value, holds):
    assert holds_secret(key, value) is holds
