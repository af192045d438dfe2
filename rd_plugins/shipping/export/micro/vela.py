"""Arm's compiler Vela for the Ethos-U: SRAM, flash and estimated time."""
import csv
import re
import subprocess
import sys
import tempfile
from configparser import ConfigParser
from dataclasses import asdict, dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Tuple

from rd_plugins.utils.errors import UsageError
from .graph import operators

KIB = 2**10
CONFIG = 'Arm/vela.ini'
# The systems of Arm's own vela.ini with SRAM and flash.
SYSTEMS = {
    'ethos-u55': 'Ethos_U55_High_End_Embedded',
    'ethos-u65': 'Ethos_U65_Embedded',
    'ethos-u85': 'Ethos_U85_SYS_Flash_High',
}
ACCELERATORS = tuple(
    f'{kind}-{macs}' for kind, sizes in (
        ('ethos-u55', (32, 64, 128, 256)), ('ethos-u65', (256, 512)),
        ('ethos-u85', (128, 256, 512, 1024, 2048))) for macs in sizes)


class Target(NamedTuple):
    """What to compile for.

    Args:
        accelerator (str): One of :data:`ACCELERATORS`.
        sram (int, optional): Bytes of SRAM that the compiler plans for.
            Defaults to None: as many as are fastest.
        optimise (str): ``'Performance'`` or ``'Size'``.
        system_config (str, optional): A section of Arm's ``vela.ini``.
            Defaults to None: SRAM and flash, see :data:`SYSTEMS`.
        memory_mode (str): Another. Defaults to weights in flash, feature maps
            in SRAM.
    """
    accelerator: str
    sram: Optional[int] = None
    optimise: str = 'Performance'
    system_config: Optional[str] = None
    memory_mode: str = 'Shared_Sram'

    @property
    def system(self) -> str:
        """The section of ``vela.ini`` that is used."""
        return self.system_config or SYSTEMS[
            self.accelerator.rpartition('-')[0]]


@dataclass
class Compiled:
    """What the compiler says of a network.

    Args:
        sram (int): Bytes of SRAM in its static allocation, which is exact.
        flash (int): Bytes of weights and commands in flash.
        dram (int): Bytes in DRAM, where the system has some.
        macs (int): Multiply-accumulates of an image.
        estimated_cycles (int): By the compiler's model of the accelerator.
        estimated_ms (float): The same at its clock.
        on_cpu (list[str]): Operators that fall back to the CPU.
        compiler (str): Name and version.
        accelerator (str): As asked for.
        system_config (str): Section of ``vela.ini``.
        memory_mode (str): Another.
        optimise (str): The compiler's strategy.
        content (bytes): The compiled .tflite file.
    """
    sram: int
    flash: int
    dram: int
    macs: int
    estimated_cycles: int
    estimated_ms: float
    on_cpu: List[str]
    compiler: str
    accelerator: str
    system_config: str
    memory_mode: str
    optimise: str
    content: bytes

    def facts(self) -> dict:
        """Everything but the file."""
        return {key: value for key, value in asdict(self).items()
                if key != 'content'}


def sections(kind: str) -> List[str]:
    """Names in Arm's ``vela.ini``; none where Vela is not installed.

    Args:
        kind (str): ``'System_Config'`` or ``'Memory_Mode'``.
    """
    found = find_spec('ethosu')
    if found is None:
        return []
    file = ConfigParser()
    file.read(Path(found.submodule_search_locations[0]) / 'config_files' /
              CONFIG)
    return [name.partition('.')[2] for name in file.sections()
            if name.startswith(f'{kind}.')]


def check_target(target: Target) -> None:
    """Check that the compiler knows the accelerator and its memory.

    Raises:
        UsageError: If it does not.
    """
    if not target.accelerator:
        raise UsageError('Name an accelerator: --accelerator with one of '
                         f'{", ".join(ACCELERATORS)}.')
    if target.accelerator not in ACCELERATORS:
        raise UsageError(f'{target.accelerator!r} is no accelerator that Vela '
                         f'knows; take one of {", ".join(ACCELERATORS)}.')
    for option, name, known in (
            ('--system-config', target.system, sections('System_Config')),
            ('--memory-mode', target.memory_mode, sections('Memory_Mode'))):
        if known and name not in known:
            raise UsageError(f"{option} {name} is no section of Arm's "
                             f'vela.ini; take one of {", ".join(known)}.')


def compile_for(content: bytes, target: Target) -> Compiled:
    """Compile a .tflite file in int8 for an Ethos-U.

    Raises:
        UsageError: If the accelerator is unknown or the compiler fails.
    """
    check_target(target)
    row, compiled = _run(content, target)
    return Compiled(
        sram=round(float(row['sram_memory_used']) * KIB),
        flash=round(sum(float(row[f'{place}_memory_used']) for place in (
            'on_chip_flash', 'off_chip_flash')) * KIB),
        dram=round(float(row['dram_memory_used']) * KIB),
        macs=int(row['nn_macs']),
        estimated_cycles=int(float(row['cycles_total'])),
        estimated_ms=float(row['inference_time']) * 1e3,
        on_cpu=sorted(operator.kind for operator in operators(compiled)
                      if operator.kind != 'ethos-u'),
        compiler=f'ethos-u-vela {metadata.version("ethos-u-vela")}',
        accelerator=target.accelerator,
        system_config=target.system,
        memory_mode=target.memory_mode,
        optimise=target.optimise,
        content=compiled)


def _run(content: bytes, target: Target) -> Tuple[Dict[str, str], bytes]:
    """The compiler's summary and the compiled file."""
    with tempfile.TemporaryDirectory(prefix='rd') as folder:
        source = Path(folder) / 'network.tflite'
        source.write_bytes(content)
        command = [
            sys.executable, '-m', 'ethosu.vela', str(source),
            '--accelerator-config', target.accelerator, '--config', CONFIG,
            '--system-config', target.system, '--memory-mode',
            target.memory_mode, '--optimise', target.optimise, '--output-dir',
            folder
        ]
        if target.sram is not None:
            command += ['--arena-cache-size', str(target.sram)]
        done = subprocess.run(command, capture_output=True, text=True)
        tables = list(Path(folder).glob('*_summary_*.csv'))
        if done.returncode or not tables:
            *_, said = ['no message', *(
                done.stdout + done.stderr).strip().splitlines()]
            said = re.sub(r"^[\w.]+: '?(?:Error: )?", '', said).strip("'")
            raise UsageError(f'Vela did not compile the network: {said}. '
                             'Nothing was written.')
        with open(tables[0]) as file:
            row, = csv.DictReader(file)
        return row, (Path(folder) / 'network_vela.tflite').read_bytes()
