"""Loads and checks a configuration for a process that runs (started by it on SIGHUP); the result is a pickle."""

from __future__ import annotations

import argparse
import pickle
import sys
from collections.abc import Iterator

from collectors.errors import CollectorError
from collectors.fetch import Fetcher
from commands.alerting import alert_setting, channel_faults
from commands.collecting import exposition_sources
from commands.errors import CommandError
from commands.options import Configuration, add_configuration, configuration
from commands.probing import prober
from commands.prometheus import prometheus_sources
from commands.reloading import Loaded
from commands.report_sending import delivery_faults
from commands.validating import configuration_problems
from store.memory import MemoryStore


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    add_configuration(parser)


def run(args: argparse.Namespace) -> int:
    """Writes a ``Loaded`` to standard output."""
    sys.stdout.buffer.write(pickle.dumps(loaded(args)))
    return 0


def loaded(args: argparse.Namespace) -> Loaded:
    """The configuration with whatever keeps a process from using it; without one when it does not hold at all."""
    if broken := configuration_problems(args.config):
        return Loaded(None, tuple(map(str, broken)))
    try:
        chosen = configuration(args)
        faults = (*channel_faults(chosen), *delivery_faults(chosen), *_unusable(chosen))
    except CommandError as refusal:
        return Loaded(None, (str(refusal),))
    return Loaded(chosen, faults)


def _unusable(chosen: Configuration) -> Iterator[str]:
    """Pages, probes and servers that can be asked by nobody as they are configured, objectives that nobody watches."""
    try:
        for source in exposition_sources(chosen):
            Fetcher(source.url, source.deadline_s)
        prober(chosen, MemoryStore())
        for server in prometheus_sources(chosen):
            server.client(patience_s=1.0).close()
        alert_setting(chosen)
    except (CommandError, CollectorError) as fault:
        yield str(fault)
