"""What words in a cause suggest where no rule knows its exception."""

from typing import Final

from reconcile.health.rule import Rule, answered, rule
from reconcile.model.health import Chance, FailureClass

GUESSES: Final[tuple[Rule, ...]] = (
    rule(
        FailureClass.CONFIGURATION,
        Chance.NO,
        "it speaks of something that is not set: complete the definition",
        r"must be (set|specified|provided|configured|given|positive)|must not be (empty|blank)",
        r"(is|are) (required|not (set|configured|specified|provided))|not specified|no .{1,60} configured",
    ),
    rule(
        FailureClass.AUTHENTICATION,
        Chance.NO,
        "it speaks of credentials: check them, and whether they have expired",
        r"authenticat|credential|\blog ?in\b|password|\btoken\b|sasl|kerberos|certificate",
    ),
    rule(
        FailureClass.AUTHORISATION,
        Chance.NO,
        "it speaks of rights: check what the connector's user may do",
        r"permission|privilege|not authori[sz]ed|authori[sz]ation|access (is )?denied",
    ),
    rule(
        FailureClass.NETWORK,
        Chance.YES,
        "it speaks of a connection: see whether the other side is up and can be reached",
        r"time[sd]?[ -]?out|\bTimeoutException\b|unreachable|connection (failed|error|problem)",
        r"(failed|unable|could not|cannot|can't|can not) (to )?(connect|reach|contact|get connection)",
        r"disconnect|\bEOFException\b|\bIOException\b: (Stream|Socket|Connection)",
        r"\bRetriableException\b",
    ),
    rule(
        FailureClass.RESOURCES,
        Chance.MAYBE,
        "it speaks of a limit: see what is full or used up",
        r"quota|limit (was |is |has been )?(exceeded|reached)|exceed(s|ed) .{0,40}(limit|maximum)",
        r"too many|\bis full\b|exhausted|out of (memory|space|disk)|capacity",
    ),
    rule(
        FailureClass.DATA_FORMAT,
        Chance.NO,
        "it speaks of a record's form: look at the record, the converters and the transforms",
        r"deseriali[sz]|seriali[sz]|malformed|corrupt|(cannot|could not|can't|failed to|unable to) "
        r"(parse|convert|decode|read (record|value|field))",
        r"\bschemas?\b|invalid (json|avro|record|value|field|data|type|format|date|timestamp)",
        r"(unexpected|mismatch\w*|unsupported|incompatible|unknown) (\w+ )?(type|value|field|format|column)",
        r"\bunknown field|tombstone|null (key|value)|" + answered(400),
    ),
    rule(
        FailureClass.CONFIGURATION,
        Chance.NO,
        "it speaks of how something is set up: compare the definition with the plugin's guide",
        r"configur|setting|propert(y|ies)|\bproperty\b|must (be|have|specify|contain)|\brequired\b",
        r"not (found|set|specified|provided|defined|supported|enabled|exist)|does(n't| not) exist",
        r"is (disabled|missing|invalid)|missing|(invalid|illegal|unknown|unrecognized)\b",
        r"\bIllegalArgumentException\b",
    ),
)
