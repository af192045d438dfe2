"""What this machine's processor can do."""
import os
import platform
from pathlib import Path
from typing import FrozenSet


def _read(cpuinfo: str) -> str:
    try:
        return Path(cpuinfo).read_text()
    except OSError:  # not on Linux
        return ''


def cpu_flags(cpuinfo: str = '/proc/cpuinfo') -> FrozenSet[str]:
    """Names of the processor's instruction sets, on x86 and on ARM.

    Args:
        cpuinfo (str): The file in which Linux lists them.

    Returns:
        frozenset[str]: Empty if there is no such file.
    """
    return frozenset(_read(cpuinfo).split())


def cpu_name(cpuinfo: str = '/proc/cpuinfo') -> str:
    """The processor's name, or its architecture where Linux lists none."""
    names = [line.partition(':')[2].strip()
             for line in _read(cpuinfo).splitlines()
             if line.startswith('model name')]
    return next(filter(None, names), platform.machine())


def is_x86() -> bool:
    """Whether the processor is of the x86 family."""
    return platform.machine().lower() in ('x86_64', 'amd64', 'i386', 'i686')


def busy() -> str:
    """A sentence if others keep this machine busy, else an empty string.

    A process that has to share its core waits for its turn: short passes fit
    between the others', long ones take ten times as long.
    """
    load, cores = os.getloadavg()[0], os.cpu_count()
    if load <= cores + 1:
        return ''
    return (f'The machine was busy (load {load:.1f} on {cores} CPU cores): '
            'do not rely on these times.')
