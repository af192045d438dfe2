"""Arm's Ethos-U, by Arm's compiler Vela, with a budget of SRAM."""
from pathlib import Path
from typing import List, Tuple

from rd_plugins.shipping.read import TrainedModel
from ..backend import Exported, Option, Request
from ..micro.budget import check_budget, parse_bytes
from ..micro.vela import ACCELERATORS, Target, check_target, compile_for
from .tflite import QUANTIZED, ROTATE, Tflite

ACCELERATOR = Option('--accelerator', dict(
    metavar='NAME', help=f'{ACCELERATORS[0]} to {ACCELERATORS[-1]}'))
SRAM = Option('--sram', dict(
    metavar='SIZE', help='bytes of SRAM, such as 512K; more is an error'))
OPTIMISE = Option('--optimise', dict(
    choices=('Performance', 'Size'), help='what the compiler prefers'))
SYSTEM = Option('--system-config', dict(
    metavar='SECTION', help="of Arm's vela.ini; default: SRAM and flash"))
MEMORY = Option('--memory-mode', dict(
    metavar='SECTION', help="of Arm's vela.ini; default: Shared_Sram"))
COMPILED = 'end2end_int8_vela.tflite'


class EthosU(Tflite):
    """The int8 .tflite file, compiled for an Ethos-U."""
    name = 'ethos-u'
    packages = (*Tflite.packages, 'ethosu')
    options = (*Tflite.options, ACCELERATOR, SRAM, OPTIMISE, SYSTEM, MEMORY)

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        sram = self.given(SRAM)
        self.target = Target(
            self.given(ACCELERATOR) or '',
            sram=None if sram is None else parse_bytes(sram),
            optimise=self.given(OPTIMISE) or 'Performance',
            system_config=self.given(SYSTEM),
            memory_mode=self.given(MEMORY) or 'Shared_Sram')

    def check(self) -> None:
        """Check that the compiler is installed and knows the accelerator."""
        check_target(self.target)
        super().check()

    def export(self, source: TrainedModel, shape: Tuple[int, int, int],
               folder: Path) -> List[Exported]:
        """Write the .tflite files and ``end2end_int8_vela.tflite``.

        Raises:
            UsageError: If the budget is exceeded.
        """
        exported = super().export(source, shape, folder)
        compiled = compile_for((folder / QUANTIZED).read_bytes(), self.target)
        check_budget(compiled, self.target, source, shape,
                     rotate=bool(self.given(ROTATE)))
        (folder / COMPILED).write_bytes(compiled.content)
        exported.append(
            Exported(self.target.accelerator, [folder / COMPILED],
                     facts=compiled.facts()))
        return exported
