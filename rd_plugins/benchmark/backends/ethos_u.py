"""Arm's Ethos-U by its compiler's static allocation and estimated time."""
import argparse
from typing import Callable, Dict, List, NamedTuple

from rd_plugins.shipping.export.micro.budget import parse_bytes
from rd_plugins.shipping.export.micro.vela import (Compiled, Target,
                                                   check_target, compile_for)
from ..network import Network
from ..report import ALL, ESTIMATE
from .backend import Backend


class Estimate(NamedTuple):
    """A compiled network; calling it does nothing."""
    compiled: Compiled

    def __call__(self) -> None:
        """There is no device to run it."""


class EthosU(Backend):
    """An Ethos-U with a limit of SRAM; times are estimates.

    Args:
        target (Target): What to compile for.
        limit (str): The limit as the user wrote it.
    """

    name = 'ethos-u'
    packages = ('ethosu', 'litert_torch')
    runs_on = ESTIMATE
    precisions = ('int8', )
    batch_sizes = (1, )
    reads_onnx = False

    def __init__(self, target: Target, limit: str = ALL) -> None:
        super().__init__(1, 'int8', False)
        self.target = target
        self.name = f'{target.accelerator}, SRAM {limit}'

    @classmethod
    def from_arguments(cls, args: argparse.Namespace) -> List[Backend]:
        """One for each limit."""
        target = Target(args.accelerator, memory_mode=args.memory_mode,
                        system_config=args.system_config,
                        optimise=args.optimise)
        check_target(target)
        return [
            cls(target._replace(
                sram=None if limit == ALL else parse_bytes(limit)), limit)
            for limit in args.sram
        ]

    def load(self, network: Network,
             batch_size: int) -> Callable[[], None]:
        """Compile the network."""
        return Estimate(compile_for(network.tflite(), self.target))

    def times(self, runs: Dict[str, Callable[[], None]], repeats: int,
              warm_up: int, advance: Callable[[], None]
              ) -> Dict[str, List[float]]:
        """The estimate, in seconds."""
        return {name: [run.compiled.estimated_ms / 1e3] * 2
                for name, run in runs.items()}

    def peak_bytes(self, network: Network, batch_size: int,
                   run: Callable[[], None]) -> int:
        """SRAM of the static allocation, which is exact."""
        assert isinstance(run, Estimate)
        return run.compiled.sram
