"""A load run inside Locust: listens to Locust's events on every process, local, master or worker. Imports locust.

Messages: the master tells each worker at the begin which part of the plan is its own (``load_run_begin``) and at the
end to send no more (``load_run_drain``); workers deliver counts every second (``load_run_part``).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NoReturn

import gevent
from locust import events, log
from locust.dispatch import UsersDispatcher
from locust.env import Environment
from locust.runners import STATE_MISSING, MasterRunner, WorkerRunner

from loadtests.borrowers.crowd import Crowd
from loadtests.borrowers.journey import Outcome
from loadtests.borrowers.plan import ClientPolicy, Plan
from loadtests.borrowers.reporting import Reporter
from loadtests.borrowers.session import hidden_retries_are_off, session_to
from loadtests.borrowers.users import Borrower, planned
from loadtests.running.conducting import Conductor, Hooks
from loadtests.running.gathering import Gathered
from loadtests.running.options import PROFILE_HELP, Asked, BadOption, asked, declare
from loadtests.running.part import Borrowing, Delivery, Part
from loadtests.running.sending import OpenBorrower

LOCAL = "local"
_BEGIN, _DRAIN, _PART = "load_run_begin", "load_run_drain", "load_run_part"
_DELIVER_EVERY_S = 1.0


class OneEach(UsersDispatcher):
    """Gives every worker one open user, however many users were asked for."""

    def new_dispatch(
        self, target_user_count: int, spawn_rate: float, user_classes: list[type[Any]] | None = None
    ) -> None:
        """Locust's own, with the number of workers."""
        wanted = len(self._worker_nodes) if target_user_count else 0
        super().new_dispatch(wanted, max(1.0, float(wanted)), user_classes)


class LocustRun:
    """Binds Locust's events of one process to the runs that it makes, one after the other."""

    def __init__(self, environment: Environment, open_user: type[OpenBorrower]) -> None:
        self._environment = environment
        # Any: what is called on it depends on the kind of runner, and messages exist on two of three kinds only.
        self._runner: Any = environment.runner
        self._open_user = open_user
        self._run_time_s: int | None = None
        self._asked: Asked | None = None
        self._part: Part | None = None
        self._conductor: Conductor | None = None
        self._place = (0, 1)
        self._listen()

    @property
    def _worker(self) -> bool:
        return isinstance(self._runner, WorkerRunner)

    def _listen(self) -> None:
        environment, runner = self._environment, self._runner
        environment.events.request.add_listener(self._requested)
        if self._worker:
            runner.register_message(_BEGIN, self._told_to_begin)
            runner.register_message(_DRAIN, self._told_to_drain)
            environment.events.quitting.add_listener(self._worker_quits)
            return
        if isinstance(runner, MasterRunner):
            runner.register_message(_PART, self._delivered)
        self._prepare()
        environment.events.test_start.add_listener(self._begin)
        environment.events.test_stopping.add_listener(self._stopping)
        environment.events.test_stop.add_listener(self._finish)
        environment.events.quitting.add_listener(self._quitting)

    def _prepare(self) -> None:
        """Reads the options once before anything is started: what is wrong with them is said in one line."""
        options = self._options()
        found = self._read(vars(options))
        if found.plan is None:
            return
        self._run_time_s = options.run_time
        # The plan has an end of its own; Locust's timer would cut off the last arrivals.
        options.run_time = None
        self._become_open()

    def _become_open(self) -> None:
        self._open_user.weight = 1
        self._environment.user_classes[:] = [self._open_user]
        self._environment.dispatcher_class = OneEach

    def _begin(self, **_: Any) -> None:
        """On local and master, before any user is spawned."""
        options = {**vars(self._options()), "run_time": self._options().run_time or self._run_time_s}
        self._asked = self._read(options)
        names = self._names()
        self._conductor = Conductor(self._asked, names, self._host, self._hooks())
        if names == [LOCAL]:
            self._start_part(0, 1)
            return
        for place, name in enumerate(names):
            told = {"options": _sendable(options), "worker": place, "workers": len(names), "host": self._host}
            self._runner.send_message(_BEGIN, told, client_id=name)

    def _names(self) -> list[str]:
        runner = self._runner
        if not isinstance(runner, MasterRunner):
            return [LOCAL]
        return sorted(client.id for client in runner.clients.ready + runner.clients.running + runner.clients.spawning)

    def _hooks(self) -> Hooks:
        return Hooks(
            gather=self._gather,
            gone=self._gone,
            drain=self._drain,
            end=self._end,
            unhandled=lambda: bool(log.unhandled_greenlet_exception),
            hidden_retries_off=hidden_retries_are_off,
        )

    def _start_part(self, worker: int, workers: int) -> None:
        found = self._asked
        if found is None:
            return
        options = self._options()
        plan = _for_run(planned(options), options, found.deadline_ms)
        borrowing = Borrowing(
            lambda seed, place: Crowd(plan, seed, place).arrive,
            lambda host: session_to(host, plan.client),
            _closed,
        )
        reporter = Reporter(self._environment)
        part = self._part = Part(found, borrowing, self._host, reporter.tell)

        def follow(stopped: Callable[[], bool]) -> None:
            part.follow(worker, workers, stopped)

        self._open_user.follow = staticmethod(follow)

    def _told_to_begin(self, msg: Any, **_: Any) -> None:
        """On a worker."""
        told = msg.data
        vars(self._options()).update(told["options"])
        self._environment.host = told["host"]
        self._asked = self._read(told["options"])
        if self._asked.plan is not None:
            self._become_open()
        self._start_part(told["worker"], told["workers"])
        gevent.spawn(self._deliver_until_over, self._part)

    def _told_to_drain(self, **_: Any) -> None:
        if self._part is None:
            return
        self._part.stop()

    def _deliver_until_over(self, part: Part) -> None:
        """Every second, and at the end at once. Closed users' counts end when they are told to drain."""
        waited_s = 0.0
        while not part.over:
            gevent.sleep(0.05)
            waited_s += 0.05
            if waited_s >= _DELIVER_EVERY_S and not part.over:
                waited_s = 0.0
                self._send(part)
        self._send(part)

    def _send(self, part: Part) -> None:
        self._runner.send_message(_PART, part.deliver().as_message())

    def _delivered(self, msg: Any, **_: Any) -> None:
        """On the master."""
        if self._conductor is not None:
            self._conductor.gathered.add(msg.node_id, Delivery.of_message(msg.data))

    def _gather(self, gathered: Gathered) -> None:
        if self._part is not None and not isinstance(self._runner, MasterRunner):
            gathered.add(LOCAL, self._part.deliver())

    def _gone(self) -> set[str]:
        runner = self._runner
        if not isinstance(runner, MasterRunner) or self._conductor is None:
            return set()
        there = {name for name in runner.clients if runner.clients[name].state != STATE_MISSING}
        return set(self._conductor.gathered.workers) - there

    def _drain(self) -> None:
        if isinstance(self._runner, MasterRunner):
            self._runner.send_message(_DRAIN)
        elif self._part is not None:
            self._part.stop()

    def _end(self) -> None:
        """Ends Locust's test; without a screen, Locust too."""
        runner, options = self._runner, self._options()
        if options.headless or (options.autostart and options.autoquit != -1):
            runner.quit()
        else:
            runner.stop()

    def _stopping(self, **_: Any) -> None:
        """Before Locust stops users: whatever is under way ends and is counted."""
        if self._conductor is not None:
            self._conductor.drain()

    def _finish(self, **_: Any) -> None:
        if self._conductor is not None:
            self._conductor.finish()

    def _quitting(self, **_: Any) -> None:
        """The exit code is the verdict's. A run that is still going on ends here."""
        if self._conductor is None:
            return
        self._conductor.finish()
        self._environment.process_exit_code = self._conductor.exit_code

    def _worker_quits(self, **_: Any) -> None:
        self._environment.process_exit_code = 0

    def _requested(self, context: dict[str, Any] | None = None, **_: Any) -> None:
        """Counts what closed users did; open users' requests were counted already."""
        outcome = (context or {}).get("outcome")
        closed = self._asked is not None and self._asked.plan is None
        if closed and self._part is not None and isinstance(outcome, Outcome):
            self._part.count(outcome)

    @property
    def _host(self) -> str:
        return str(self._environment.host or "")

    def _options(self) -> argparse.Namespace:
        return self._environment.parsed_options or argparse.Namespace()

    def _read(self, options: dict[str, Any]) -> Asked:
        try:
            found = asked(argparse.Namespace(**options))
            if found.plan is not None and not self._host and not self._worker:
                raise BadOption("--host URL is missing: where is the service?")
            plan = planned(argparse.Namespace(**options))
        except ValueError as error:
            _refuse(str(error))
        return found if found.deadline_ms else replace(found, deadline_ms=plan.client.deadline_ms)


def _for_run(plan: Plan, options: argparse.Namespace, deadline_ms: int) -> Plan:
    """The borrowers that tags leave, and a client that keeps this run's deadline."""
    tags, excluded = getattr(options, "tags", None), getattr(options, "exclude_tags", None)
    weights = {
        one.name: one.weight
        for one in plan.borrowers
        if (not tags or one.name in tags) and not (excluded and one.name in excluded)
    }
    policy = ClientPolicy(
        deadline_ms=deadline_ms,
        attempts=plan.client.attempts,
        attempt_timeout_ms=min(deadline_ms, plan.client.attempt_timeout_ms),
        backoff_ms=plan.client.backoff_ms,
    )
    return plan.weighted(weights).model_copy(update={"client": policy})


def _closed() -> int:
    Borrower.gate.closed = True
    return Borrower.gate.under_way


def _sendable(options: dict[str, Any]) -> dict[str, Any]:
    """Options that survive the way to a worker."""
    return {
        name: value for name, value in options.items() if isinstance(value, str | int | list | bool) or value is None
    }


def _refuse(line: str) -> NoReturn:
    sys.stderr.write(f"error: {line}\n")
    sys.exit(2)


def listen(open_user: type[OpenBorrower]) -> None:
    """Registers everything with Locust. Call it once, from the locustfile."""

    def declared(parser: Any, **_: Any) -> None:
        group = parser.add_argument_group(
            "Load run", "arrivals by schedule and an honest verdict: docs/load-testing.md"
        )

        def add(*names: str, **details: Any) -> None:
            # Locust looks for this mark on the action: only a few options make sense on its start form.
            group.add_argument(*names, **details).include_in_web_ui = names[0] == "--rate"

        declare(add)
        # Locust has an option of this name, a free label of the run: ours are the labels that it knows.
        named = next(action for action in parser._actions if "--profile" in action.option_strings)
        named.help = PROFILE_HELP

    def started(environment: Environment, **_: Any) -> None:
        LocustRun(environment, open_user)

    events.init_command_line_parser.add_listener(declared)
    events.init.add_listener(started)
