"""The faults that are provoked: what is done, how it is mended, and what to make of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from reconcile.model.alert import AlertName
from tests.faults.scene import JSON, LONG, Scene

Act = Callable[[Scene], None]


def _nothing(_scene: Scene) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault on a cluster where all is well.

    `define` writes the definitions that it needs, `prepare` does what is not yet the fault itself.
    It is mended once `awaited`, or any alert where that is None, was told of and `least` seconds
    are over, and after `patience` seconds anyhow; one that Connect itself mends has no `mend`.
    `done`, `mended` and `about` are for the page.
    """

    title: str
    done: str
    mended: str
    about: str
    define: Act = _nothing
    prepare: Act = _nothing
    provoke: Act
    mend: Act | None = None
    awaited: AlertName | None = None
    least: float = 0.0
    patience: float = 60.0


_MOCK = "org.apache.kafka.connect.tools.Mock"
_NO_NEW_TOPICS = {
    "consumer.override.allow.auto.create.topics": "false",
    "consumer.override.metadata.max.age.ms": "1000",
}


def _retried(failures: str) -> dict[str, object]:
    return {"classify": [{"failures": [failures], "action": "retry"}]}


def _define_spread(scene: Scene) -> None:
    for number in range(len(scene.sandbox.urls)):
        scene.define_sink(f"spread-{number + 1}")


def _define_unwritable(scene: Scene) -> None:
    scene.lead("mount", scene.folder / "out")
    file = str(scene.folder / "mount" / "unwritable.txt")
    scene.define_sink("unwritable", {"file": file}, restart=_retried("authorisation"))


def _refuse_writing(scene: Scene) -> None:
    scene.lead("mount", Path("/sys"))  # where not even root makes a file
    scene.restart("unwritable")


def _define_topicless(scene: Scene) -> None:
    scene.make_topic("topicless")
    scene.define_sink("topicless", _NO_NEW_TOPICS)


def _misconvert(scene: Scene) -> None:
    scene.define_sink("converted", {"value.converter": LONG})
    scene.apply("converted", "value.converter")


def _convert(scene: Scene) -> None:
    scene.define_sink("converted")
    scene.apply("converted", "value.converter")


def _define_headless(scene: Scene, mode: str = "") -> None:
    more = {"mock_mode": mode, "delay_ms": "500"} if mode else {}
    kind = {"class": f"{_MOCK}SinkConnector", "restart": {"enabled": False}}
    topics = {"topics": scene.name("headless")}
    scene.define("headless", topics | more, **kind)


def _behead(scene: Scene) -> None:
    _define_headless(scene, "connector-failure")
    scene.apply("headless", "mock_mode")


def _mend_head(scene: Scene) -> None:
    _define_headless(scene)
    scene.apply("headless", "mock_mode")


def _define_poisoned(scene: Scene, more: Mapping[str, str] | None = None) -> None:
    config = {"value.converter": JSON, "value.converter.schemas.enable": "false"}
    scene.define_sink("poisoned", config | (more or {}), restart=_retried("data-format"))


def _tolerate(scene: Scene) -> None:
    _define_poisoned(scene, {"errors.tolerance": "all"})
    scene.apply("poisoned", "errors.tolerance")


def _define_flapping(scene: Scene, mode: str = "") -> None:
    more = {"mock_mode": mode, "delay_ms": "4000"} if mode else {}
    restart = {"maxAttempts": None, "backoff": {"factor": 1}}
    scene.define("flapping", more, **{"class": f"{_MOCK}SourceConnector", "restart": restart})


def _flap(scene: Scene) -> None:
    _define_flapping(scene, "task-failure")
    scene.apply("flapping", "mock_mode")


def _stop_flapping(scene: Scene) -> None:
    _define_flapping(scene)
    scene.apply("flapping", "mock_mode")


FAULTS = {
    "killed": Fault(
        title="A worker is killed",
        done="`kill -9` of one of the workers, which ran some of the tasks.",
        mended="The worker was started again.",
        about="Connect notices a dead worker when its session ends, after 10 s, and says nothing of it"
        " in its REST API until it gives the tasks away: after five minutes, unless"
        " `scheduled.rebalance.max.delay.ms` says otherwise. All that while the others report its"
        " tasks as running, with nobody there to run them. `watch` asks each worker that statuses name"
        " whether it answers, and believes nothing of one that does not. Start the worker again, or"
        " let Connect move the tasks; nothing is to be restarted.",
        least=30.0,
        define=_define_spread,
        prepare=Scene.await_spread,
        provoke=Scene.kill_busy_worker,
        mend=Scene.start_killed_worker,
    ),
    "unwritable": Fault(
        title="A file cannot be written",
        done="A sink was restarted when the folder of its file let nobody write. Its definition says"
        " that such a failure is worth a retry: mounts come and go.",
        mended="The folder was put back; nobody restarted anything.",
        about="The line names the cause and when the next restart is due; no restart helps as long as"
        " the cause is there, and each one that was made counts. Left to itself such a failure of"
        " rights is not restarted at all, and `RestartCannotHelp` says so: retry it where the cause"
        " passes by itself. Mend the rights; the next restart does the rest, and `connectform restart"
        " NAME --only-failed` does it at once.",
        least=12.0,
        define=_define_unwritable,
        provoke=_refuse_writing,
        mend=lambda scene: scene.lead("mount", scene.folder / "out"),
    ),
    "topicless": Fault(
        title="A topic is missing",
        done="The topic of a sink was deleted, where consumers may not create topics.",
        mended="The topic was created again.",
        about="Connect does not fail: the consumer asks for the topic again and again, writes warnings to"
        " the worker's log, and the task goes on RUNNING with nothing to read. By its REST API alone"
        " nobody can tell this from a topic in which nothing happens; `watch` and `status` ask the"
        " brokers, where `kafka` of the cluster says where they are. A topic may be on its way, so it"
        " has five minutes until the connector is degraded. Where brokers create topics on demand, as"
        " they do by default, an empty topic appears instead, and all looks well. Look at the name in"
        " the definition, then at who deleted the topic; once it is there again the sink finds it"
        " within `metadata.max.age.ms`, five minutes by default, and needs no restart.",
        define=_define_topicless,
        provoke=lambda scene: scene.drop_topic("topicless"),
        mend=lambda scene: scene.make_topic("topicless"),
    ),
    "converted": Fault(
        title="The converter is the wrong one",
        done="A definition with `LongConverter` was merged and applied, for a topic of text; then a"
        " record came.",
        mended="The definition was set right and applied.",
        about="The apply went well, since nothing fails before the first record: only `watch` sees this."
        " The cause is what the converter says of the record, the class says that the data are not as"
        " expected, and no restart is made, since the same record comes again. `connectform diagnose"
        " NAME` has the trace and the last change beside it: who merged what, and when. Set the"
        " definition right, or `connectform rollback`; that restarts the connector by itself.",
        define=lambda scene: scene.define_sink("converted"),
        prepare=_misconvert,
        provoke=lambda scene: scene.write("converted", "hello"),
        mend=_convert,
    ),
    "headless": Fault(
        title="A connector fails while its tasks run",
        done="A definition was applied whose connector, not its task, fails after half a second.",
        mended="The definition was set right and applied.",
        about="The tasks run on and so records move, but nobody gives them new work, such as new tables or"
        " topics, any more. It counts as failed as a whole. Restarts were turned off for it here;"
        " where they are on it is restarted as any other.",
        define=_define_headless,
        provoke=_behead,
        mend=_mend_head,
    ),
    "paused": Fault(
        title="Somebody pauses a connector",
        done="`PUT /connectors/NAME/pause`, past git.",
        mended="`PUT /connectors/NAME/resume`.",
        about="Nothing has failed, and so nothing is restarted or resumed against the will of whoever"
        " paused it. The connector is suspended, not healthy, as git says that it runs. `connectform"
        " drift` tells of it as well; `connectform apply` or `resume` sets it right, and"
        " `connectform hold NAME --reason TEXT --until TIME` is the way to pause something for a while"
        " and have that known.",
        define=lambda scene: scene.define_sink("paused", state="running"),
        provoke=lambda scene: scene.ask("PUT", "paused", "/pause"),
        mend=lambda scene: scene.ask("PUT", "paused", "/resume"),
        patience=20.0,
    ),
    "poisoned": Fault(
        title="A record fails again and again",
        done="A record that is no JSON came to a sink that takes JSON alone. Its definition says"
        " that failures of the data are to be retried, three times.",
        mended="`errors.tolerance: all` was merged and applied.",
        about="Each restart meets the same record again. After the last that is allowed nothing more is"
        " done, and a page says so: it is given up. Without `classify` no restart would have been made"
        " at all. `errors.tolerance: all` with a dead letter queue (`errors.deadLetterQueue`) keeps the"
        " record for later; merging that restarts the connector, and its restarts are forgotten once it"
        " has been well for `resetAfter`.",
        define=_define_poisoned,
        provoke=lambda scene: scene.write("poisoned", "no JSON"),
        mend=_tolerate,
        awaited=AlertName.GIVEN_UP,
        patience=120.0,
    ),
    "flapping": Fault(
        title="A connector flaps",
        done="A definition was applied whose task fails four seconds after each start.",
        mended="The definition was set right and applied.",
        about="Each restart helps, for some seconds. Nobody is told of each failure anew; after three"
        " restarts that did not last an alert says that it goes round, and it ends once the connector"
        " has been well for `resetAfter`, here 20 s. Look for what comes back: a connection that is"
        " cut, memory that runs out, a record that is met again.",
        define=_define_flapping,
        provoke=_flap,
        mend=_stop_flapping,
        awaited=AlertName.RESTART_LOOP,
        patience=120.0,
    ),
    "brokers": Fault(
        title="The brokers are gone",
        done="The only broker was stopped; the workers went on.",
        mended="The broker was started again.",
        about="The workers go on answering, quickly and from memory: all is RUNNING, for as long as"
        " nobody asks `GET /health` (Connect 3.9 and later), which takes 10 s to say otherwise. Then"
        " nothing is believed: every connector is unknown, no failure and no recovery is told of,"
        " and nothing is restarted. One alert says so. Look at the brokers; once they are back the"
        " workers go on by themselves.",
        provoke=Scene.stop_broker,
        mend=Scene.start_broker,
        patience=120.0,
    ),
    "abandoned": Fault(
        title="A worker is killed and stays away",
        done="`kill -9` of one of the workers, for good.",
        mended="Nobody did anything: Connect gave its tasks to the other workers.",
        about="As with the worker that came back, until Connect stops waiting for it. Nothing is"
        " restarted meanwhile, and nothing has to be done but to find out why it died: the others"
        " carry its load from then on.",
        define=_define_spread,
        prepare=Scene.await_spread,
        provoke=Scene.kill_busy_worker,
        patience=180.0,
    ),
}
