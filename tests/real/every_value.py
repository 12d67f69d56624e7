"""Definitions with every kind of value, state and format, and what Connect must store of each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from tests.real.stand import Stand

PASSWORD = 'pä"ss/w&ord <1>'
TOKEN = "first line\nsecond é line"
LONG = "0123456789" * 20_000
SECRETS = {"DB_PASSWORD": PASSWORD}
# A worker trims these to use them, and stores them as they were sent.
TRIMMED = {
    "transforms": " route ",
    "transforms.route.type": "org.apache.kafka.connect.transforms.TimestampRouter",
    "errors.tolerance": " all ",
    "errors.retry.timeout": " 0 ",
}
SINK = "org.apache.kafka.connect.file.FileStreamSinkConnector"

# The value as it stands in a YAML file, and the text that Connect must store.
_YAML = {
    "int": ("42", "42"),
    "int.zero": ("0", "0"),
    "int.negative": ("-7", "-7"),
    "int.plus": ("+5", "+5"),
    "int.above.32.bits": ("2592000000", "2592000000"),
    "int.above.64.bits": ("123456789012345678901234567890", "123456789012345678901234567890"),
    "int.grouped": ("1_000", "1_000"),
    "int.octal": ("0777", "0777"),
    "int.octal.new": ("0o17", "0o17"),
    "int.hex": ("0x1F", "0x1F"),
    "int.sexagesimal": ("12:30:45", "12:30:45"),
    "float": ("1.50", "1.50"),
    "float.exponent": ("1e3", "1e3"),
    "float.tiny": ("1.0E-9", "1.0E-9"),
    "float.point": (".5", ".5"),
    "float.infinite": (".inf", ".inf"),
    "float.nan": (".NaN", ".NaN"),
    "bool": ("true", "true"),
    "bool.upper": ("FALSE", "false"),
    "switch.on": ("on", "on"),
    "switch.off": ("Off", "Off"),
    "switch.yes": ("yes", "yes"),
    "switch.n": ("n", "n"),
    "quoted.int": ("'42'", "42"),
    "quoted.octal": ('"0777"', "0777"),
    "quoted.bool": ("'True'", "True"),
    "quoted.null": ('"null"', "null"),
    "date": ("2026-11-22", "2026-11-22"),
    "date.time": ("2026-11-22T01:02:03Z", "2026-11-22T01:02:03Z"),
    "empty": ('""', ""),
    "blank": ('"   "', "   "),
    "space.before": ('"  x"', "  x"),
    "space.after": ("'x \t '", "x \t "),
    "json": ("""'{"a": [1, {"b": "c:d"}], "e": "é\\"q", "f": 1.0}'""", None),
    "json.flow": ("[1, 1.50, on, 'x y', true]", "1,1.50,on,x y,true"),
    "commas": ("a, b ,c,", "a, b ,c,"),
    "list": ("\n      - one\n      - two three\n      - 0777", "one,two three,0777"),
    "list.empty": ("[]", ""),
    "lines": ("|\n      SELECT *\n        FROM t -- é\n\n      WHERE x = 'y'", None),
    "lines.folded": (">-\n      one\n      two\n\n      three", "one two\nthree"),
    "lines.windows": ('"a\\r\\nb\\r\\n"', "a\r\nb\r\n"),
    "unicode": ("Grüße, 漢字, ελληνικά, עברית", "Grüße, 漢字, ελληνικά, עברית"),
    "unicode.composed": ('"\\u00e9 e\\u0301"', "\u00e9 e\u0301"),
    "unicode.invisible": ('"a\\u200bb\\u00a0c\\ufeffd\\u2028e\\u0085f"', None),
    "emoji": ("🚀 👩\u200d💻", "🚀 👩\u200d💻"),
    "emoji.escaped": ('"\\U0001F680"', "🚀"),
    "control": ('"\\u0001\\e[31m\\b\\f\\u007f"', "\x01\x1b[31m\b\f\x7f"),
    "null.character": ('"a\\0b"', "a\0b"),
    "hash": ("'a #b'", "a #b"),
    "colon": ("http://host:8083/a?b=c&d=%20", "http://host:8083/a?b=c&d=%20"),
    "backslash": (r"C:\new\table", r"C:\new\table"),
    "pattern": (r"'^[a-z]+\.(?<x>\w)$'", r"^[a-z]+\.(?<x>\w)$"),
    "quotes": ("""'it''s "so"'""", """it's "so\""""),
    "template": ("${topic}-${routedByValue}", "${topic}-${routedByValue}"),
    "template.looks.like.a.provider": (
        "${date:now:yyyyMMdd-HHmmssSSS}",
        "${date:now:yyyyMMdd-HHmmssSSS}",
    ),
    "template.braces": ("'{{topic}}'", "{{topic}}"),
    "dollar": ("$1 $$ $${x}", "$1 $$ $${x}"),
    "escaped": ("$${{ env.HOME }}", "${{ env.HOME }}"),
    "escaped.twice": ("'$$${{ x }}'", "$${{ x }}"),
    "long": (LONG, LONG),
    "key.of.YAML": ("&anchor kept", "kept"),
    "alias": ("*anchor", "kept"),
    "secret": ("${{ env.DB_PASSWORD }}", PASSWORD),
    "secret.inside": (
        "jdbc:postgresql://u:${{ env.DB_PASSWORD }}@${{ var.HOST }}/x",
        f"jdbc:postgresql://u:{PASSWORD}@db.example.com/x",
    ),
    "secret.of.a.file": ("${{ file.secrets/token.txt }}", TOKEN),
    "public": (
        "${{ cluster.name }}/${{ label.team }}/${{ var.HOST }}",
        "here/payments/db.example.com",
    ),
}
_UNSAID = {
    "json": '{"a": [1, {"b": "c:d"}], "e": "é\\"q", "f": 1.0}',
    "lines": "SELECT *\n  FROM t -- é\n\nWHERE x = 'y'\n",
    "unicode.invisible": "a\u200bb\u00a0c\ufeffd\u2028e\u0085f",
}
# The same for a JSON file.
_JSON = {
    "int": ("42", "42"),
    "int.negative.zero": ("-0", "-0"),
    "int.above.64.bits": ("123456789012345678901234567890", "123456789012345678901234567890"),
    "float": ("1.50", "1.50"),
    "float.exponent": ("1E+3", "1E+3"),
    "bool": ("true", "true"),
    "text": ('"true"', "true"),
    "empty": ('""', ""),
    "spaces": ('"  x "', "  x "),
    "escapes": (r'"\u00e9\ud83d\ude80\n\t\"\\\/"', 'é🚀\n\t"\\/'),
    "unicode": ('"é🚀"', "é🚀"),
    "template": ('"${topic}"', "${topic}"),
    "secret": ('"${{ env.DB_PASSWORD }}"', PASSWORD),
    "removed": ("null", None),
}


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a cluster must say of a connector; `state` is None where it may be any."""

    config: Mapping[str, str]
    state: str | None = None


def write_everything(stand: Stand) -> dict[str, Expected]:
    """Write definitions of every kind into a project, and return what they must come to."""
    stand.write_project(
        cluster="    vars: {HOST: db.example.com}\n",
        more="defaults:\n  - spec: {config: {by.default: 1e3, removed.by.overlay: x, won: no}}\n",
    )
    stand.place.write("secrets/token.txt", f"{TOKEN}\n")
    expected = {}
    for write in (_yaml_values, _keys, _classes, _states, _layers, _strimzi, _connect_json):
        expected |= write(stand)
    return expected


def _own(stand: Stand, name: str, spec: str, config: str) -> str:
    return (
        "apiVersion: connectform/v1\nkind: Connector\n"
        f"metadata: {{name: {stand.prefix}-{name}, labels: {{team: payments}}}}\n"
        f"spec:\n{spec}  config:\n{_essential(stand)}{config}"
    )


def _essential(stand: Stand) -> str:
    return f"    file: {stand.place.folder}/out.txt\n    topics: {stand.prefix}-lines\n"


def _stored(stand: Stand, **more: str) -> dict[str, str]:
    """Return what Connect stores of a definition that says nothing of its own."""
    return {
        "connector.class": "FileStreamSink",
        "file": f"{stand.place.folder}/out.txt",
        "topics": f"{stand.prefix}-lines",
        "by.default": "1e3",
        "removed.by.overlay": "x",
        "won": "no",
        **more,
    }


def _yaml_values(stand: Stand) -> dict[str, Expected]:
    lines = "".join(f"    v.{key}: {source}\n" for key, (source, _) in _YAML.items())
    provided = f"${{file:{stand.properties}:user}}:${{file:{stand.properties}:password}}"
    lines += f"    v.placeholder: {provided}\n    v.own: '${{{{ connector.name }}}}.dlq'\n"
    lines += "".join(f"    {key}: '{text}'\n" for key, text in TRIMMED.items())
    text = _own(stand, "values", "  class: FileStreamSink\n  tasksMax: 1\n", lines)
    stand.place.write("connectors/values.yaml", text)
    texts = {f"v.{key}": _UNSAID.get(key, value) for key, (_, value) in _YAML.items()}
    texts |= {"v.placeholder": provided, "v.own": f"{stand.prefix}-values.dlq"}
    texts |= TRIMMED
    return {
        f"{stand.prefix}-values": Expected(
            config=_stored(stand) | {"tasks.max": "1"} | texts, state="RUNNING"
        )
    }


def _keys(stand: Stand) -> dict[str, Expected]:
    """Keys as people write them; a name with a space and letters that no URL holds."""
    keys = {
        "on": "on",
        "42": "42",
        "true": "true",
        "UPPER_case-and.dots": "UPPER_case-and.dots",
        '"k\\u200bey with ünïcode"': "k\u200bey with ünïcode",
        "topic.a-b.t_1.mapping": "topic.a-b.t_1.mapping",
    }
    lines = "".join(f"    {written}: x\n" for written in keys)
    text = _own(stand, "x", "  class: FileStreamSink\n", lines)
    name = f"{stand.prefix} ünï-漢 & +?#"
    stand.place.write("connectors/keys.yml", text.replace(f"{stand.prefix}-x", f'"{name}"'))
    return {name: Expected(config=_stored(stand) | dict.fromkeys(keys.values(), "x"))}


def _classes(stand: Stand) -> dict[str, Expected]:
    """Every way to write a class; the space around it is ours to remove, since no worker does."""
    forms = ["FileStreamSink", "FileStreamSinkConnector", SINK, f" {SINK}", "FileStreamSink "]
    expected = {}
    texts = []
    for number, form in enumerate(forms):
        texts.append(_own(stand, f"class-{number}", f'  class: "{form}"\n', ""))
        expected[f"{stand.prefix}-class-{number}"] = Expected(
            config=_stored(stand) | {"connector.class": form.strip()}, state="RUNNING"
        )
    stand.place.write("connectors/classes/all.yaml", "---\n".join(texts))
    return expected


def _states(stand: Stand) -> dict[str, Expected]:
    expected = {}
    for state in ("running", "paused", "stopped"):
        spec = f"  class: FileStreamSink\n  state: {state}\n  tasksMax: 2\n"
        stand.place.write(f"connectors/states/{state}.yaml", _own(stand, state, spec, ""))
        expected[f"{stand.prefix}-{state}"] = Expected(
            config=_stored(stand) | {"tasks.max": "2"}, state=state.upper()
        )
    return expected


def _layers(stand: Stand) -> dict[str, Expected]:
    """Defaults, overlays, a range of tasks, ignored keys and the fields for errors."""
    spec = (
        "  class: FileStreamSink\n  tasksMax: {min: 2, max: 4}\n"
        "  ignore: [{keys: ['ignored.*'], reason: 'set by hand'}]\n"
        "  errors:\n    tolerance: all\n    retry: {timeout: 10m, maxDelay: 60s}\n"
        "    log: {enabled: true, includeMessages: false}\n"
        "    deadLetterQueue: {topic: '${{ connector.name }}.dlq', replicationFactor: 1, headers: true}\n"
    )
    overlay = (
        "overlays:\n  here:\n    spec:\n"
        "      config: {removed.by.overlay: null, won: by the overlay, added: 0777}\n"
    )
    config = "    won: by the definition\n    ignored.one: ours\n"
    text = _own(stand, "layers", spec, config) + overlay
    stand.place.write("connectors/layers.yaml", text)
    stored = _stored(stand)
    del stored["removed.by.overlay"]
    return {
        f"{stand.prefix}-layers": Expected(
            config=stored
            | {
                "won": "by the overlay",
                "added": "0777",
                "ignored.one": "ours",
                "tasks.max": "2",
                "errors.tolerance": "all",
                "errors.retry.timeout": "600000",
                "errors.retry.delay.max.ms": "60000",
                "errors.log.enable": "true",
                "errors.log.include.messages": "false",
                "errors.deadletterqueue.topic.name": f"{stand.prefix}-layers.dlq",
                "errors.deadletterqueue.topic.replication.factor": "1",
                "errors.deadletterqueue.context.headers.enable": "true",
            }
        )
    }


def _strimzi(stand: Stand) -> dict[str, Expected]:
    text = (
        "apiVersion: kafka.strimzi.io/v1beta2\nkind: KafkaConnector\n"
        f"metadata:\n  name: {stand.prefix}-strimzi\n  labels: {{strimzi.io/cluster: c}}\n"
        f"spec:\n  class: {SINK}\n  tasksMax: 1\n  pause: true\n  config:\n"
        f"{_essential(stand)}    v.port: 5432\n    v.switch: off\n    v.float: 1.50\n"
        "    v.placeholder: ${secrets:db:password}\n    connector.class: FileStreamSource\n"
        "status: {observedGeneration: 3}\n"
    )
    stand.place.write("connectors/strimzi.yaml", text)
    stored = _stored(stand) | {
        "connector.class": SINK,
        "tasks.max": "1",
        "v.port": "5432",
        "v.switch": "off",
        "v.float": "1.50",
        "v.placeholder": "${secrets:db:password}",
    }
    return {f"{stand.prefix}-strimzi": Expected(config=stored, state="PAUSED")}


def _connect_json(stand: Stand) -> dict[str, Expected]:
    """Connect's own JSON: wrapped, flat with the name last, and without a name."""
    given = {key: json.dumps(text) for key, text in _stored(stand).items() if key != "by.default"}
    given |= {f"v.{key}": source for key, (source, _) in _JSON.items()}
    given["won"], given["tasks.max"] = '"by JSON"', "1"
    stored = _stored(stand, won="by JSON") | {"tasks.max": "1"}
    stored |= {f"v.{key}": text for key, (_, text) in _JSON.items() if text is not None}
    flat = ",\n  ".join(f'"{key}" : {source}' for key, source in given.items())
    wrapped, last, after_its_file = (f"{stand.prefix}-{n}" for n in ("wrapped", "last", "nameless"))
    stand.place.write(
        "connectors/json/wrapped.json",
        f'{{"name": "{wrapped}", "initial_state": "STOPPED",\n "config": {{"name": "{wrapped}", {flat}}}}}',
    )
    stand.place.write("connectors/json/last.json", f'\ufeff{{\n  {flat},\n  "name": "{last}"\n}}\n')
    stand.place.write(f"connectors/json/{after_its_file}.json", f"{{{flat}}}")
    return {
        wrapped: Expected(config=stored, state="STOPPED"),
        last: Expected(config=stored),
        after_its_file: Expected(config=stored),
    }
