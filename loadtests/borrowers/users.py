"""Borrowers as Locust users (closed workload): each makes its next request, thinks, and starts anew when it is done."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, NoReturn

import gevent
from locust import FastHttpUser, User, events, tag
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from locust.exception import StopUser
from locust.runners import MasterRunner, WorkerRunner

from loadtests.borrowers.crowd import Crowd
from loadtests.borrowers.plan import DEFAULT_PLAN, Plan, load_plan, parsed_weights
from loadtests.borrowers.reporting import Reporter
from loadtests.borrowers.session import SystemClock, session_to
from loadtests.borrowers.walking import Walk

MOST_USERS_PER_PROCESS = 900
"""Above this, sockets get numbers at which the client opens a new connection for every request."""

MOST_THINK = 1_000
"""Nobody thinks longer than this, as a factor."""

_REST_S = 0.1

_log = logging.getLogger("loadtests")
_CLOCK = SystemClock()


class Gate:
    """Lets requests of closed users begin, and knows how many are under way. Closed before a run's counts are made up:
    what is cut off in the middle is counted by the service alone."""

    def __init__(self) -> None:
        self.closed = False
        self.under_way = 0

    def __enter__(self) -> None:
        self.under_way += 1

    def __exit__(self, *_: object) -> None:
        self.under_way -= 1


class Borrower(FastHttpUser):
    """Base of all borrowers; ``borrower`` is the name in the plan, and the tag."""

    abstract = True
    borrower: ClassVar[str] = ""
    plan: ClassVar[Plan]
    crowd: ClassVar[Crowd | None] = None
    reporter: ClassVar[Reporter]
    gate: ClassVar[Gate] = Gate()
    _walk: Walk | None = None

    def __init_subclass__(cls, **_: Any) -> None:
        """Gives each kind a task of its own: a tag belongs to the function, not to the class."""

        def next_request(user: Borrower) -> None:
            user.ask_next()

        cls.tasks = [tag(cls.borrower)(next_request)]

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        if self.host is None:
            raise StopUser
        self._session = session_to(self.host, self.plan.client)

    def wait_time(self) -> float:
        """Thinks as its kind does."""
        return self._walk.think_s() if self._walk is not None else 0.0

    def ask_next(self) -> None:
        """One logical request of the journey; a new borrower comes when the last one is done."""
        if self.crowd is None:
            raise StopUser
        if self.gate.closed:
            gevent.sleep(_REST_S)
            return
        if self._walk is None or self._walk.done:
            self._walk = self.crowd.journey(self.borrower)
        with self.gate:
            self.reporter.tell(self._walk.run(self._session, _CLOCK))


@events.init_command_line_parser.add_listener
def add_options(parser: LocustArgumentParser) -> None:
    """Declares what borrowers need beyond Locust's own options; texts, so that a master can send them to workers."""
    parser.add_argument(
        "--plan",
        default=str(DEFAULT_PLAN),
        env_var="LOCUST_PLAN",
        include_in_web_ui=False,
        help="who borrows (default: config/loadtests.yaml)",
    )
    parser.add_argument(
        "--weights",
        default="",
        env_var="LOCUST_WEIGHTS",
        include_in_web_ui=False,
        help="instead of the plan's, for example micro=80,sme=20; who is not named stays away",
    )
    parser.add_argument(
        "--think",
        type=float,
        default=1.0,
        env_var="LOCUST_THINK",
        include_in_web_ui=False,
        help="multiplies all think times; 0: nobody thinks (default: 1)",
    )


@events.init.add_listener
def prepare(environment: Environment, **_: Any) -> None:
    """Reads the plan, sets the weights, and sends home whom ``--tags`` or a weight of 0 leaves out.

    On a worker weights send nobody home: its master says how many of each it wants.
    """
    options = environment.parsed_options or argparse.Namespace()
    Borrower.plan = _read(options)
    Borrower.reporter = Reporter(environment)
    environment.events.spawning_complete.add_listener(partial(_guard, environment))
    # Timers count from the loop's last look at the clock: without this, --run-time loses the seconds of the imports.
    gevent.get_hub().loop.update_now()
    leads = not isinstance(environment.runner, WorkerRunner)
    environment.user_classes[:] = _kept(environment.user_classes, options, leads)


@events.test_start.add_listener
def gather(environment: Environment, **_: Any) -> None:
    """A new crowd for every run; each worker's differs, and a worker follows its master's options."""
    options = environment.parsed_options or argparse.Namespace()
    Borrower.gate = Gate()
    if isinstance(environment.runner, WorkerRunner):
        Borrower.plan = _read(options)
    seed = getattr(options, "seed", 0) or 0
    Borrower.crowd = Crowd(Borrower.plan, seed, max(0, getattr(environment.runner, "worker_index", 0)))


def planned(options: argparse.Namespace) -> Plan:
    """The plan that the options name, with their weights. Raises BadPlan or ValueError with one clear line."""
    think = getattr(options, "think", 1.0)
    if not 0 <= think <= MOST_THINK:
        raise ValueError(f"--think {think}: must be a number from 0 to {MOST_THINK}")
    plan = load_plan(Path(getattr(options, "plan", DEFAULT_PLAN))).hurried(think)
    weights = getattr(options, "weights", "")
    if not weights:
        return plan
    try:
        return plan.weighted(parsed_weights(weights, plan.names))
    except ValueError as error:
        raise ValueError(f"--weights: {error}") from None


def _read(options: argparse.Namespace) -> Plan:
    try:
        return planned(options)
    except ValueError as error:
        _refuse(str(error))


def _kept(user_classes: Iterable[type[User]], options: argparse.Namespace, leads: bool) -> list[type[User]]:
    """Who borrows in this run, with the plan's weights; classes of other locustfiles stay as they are."""
    weights = {one.name: one.weight for one in Borrower.plan.borrowers}
    kept = []
    for user_class in user_classes:
        if issubclass(user_class, Borrower):
            user_class.weight = weights.get(user_class.borrower, 0)
            if not _wanted(user_class.borrower, options) or (leads and not user_class.weight):
                continue
        kept.append(user_class)
    if not kept:
        _refuse(f"nobody borrows: --tags, --exclude-tags and --weights leave none of {', '.join(weights)}")
    return kept


def _guard(environment: Environment, user_count: int, **_: Any) -> None:
    """Warns of more users than one process can carry honestly; a master warns for its workers."""
    processes = environment.runner.worker_count if isinstance(environment.runner, MasterRunner) else 1
    if isinstance(environment.runner, WorkerRunner) or user_count <= MOST_USERS_PER_PROCESS * processes:
        return
    _log.warning(
        "%d users in %d processes: above %d in one, every request opens a new connection; use more --processes",
        user_count,
        processes,
        MOST_USERS_PER_PROCESS,
    )


def _wanted(tag: str, options: argparse.Namespace) -> bool:
    tags, excluded = getattr(options, "tags", None), getattr(options, "exclude_tags", None)
    return (not tags or tag in tags) and not (excluded and tag in excluded)


def _refuse(line: str) -> NoReturn:
    print(f"locustfile: {line}", file=sys.stderr)  # noqa: T201 - the command line's answer
    sys.exit(2)
