"""Runs networks on a backend, in turns."""
from typing import Callable, Dict, List, Optional, Sequence

import torch

from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.measure import count_macs_and_params
from .backends import Backend
from .memory import traffic_bytes
from .network import Network
from .report import MIB, Result, summarize


def sizes_of(network: Network) -> Dict[str, Optional[float]]:
    """Parameters, MACs and memory traffic of a network."""
    if network.model is None:
        return dict(params=None, macs=None, traffic_mib=None)
    macs, params = count_macs_and_params(network.model, network.shape)
    traffic = traffic_bytes(network.model, torch.zeros(1, *network.shape))
    return dict(params=params, macs=macs, traffic_mib=traffic / MIB)


def load_all(backend: Backend, networks: Sequence[Network], batch_size: int,
             say: Callable[[str], None]) -> Dict[str, Callable[[], None]]:
    """Load what a backend takes; the others are said and left out."""
    runs = {}
    for network in networks:
        try:
            runs[network.name] = backend.load(network, batch_size)
        except UsageError as error:
            say(f'{backend.name} leaves out {network.name}: {error}')
    return runs


def run_backend(backend: Backend, networks: Sequence[Network],
                sizes: Sequence[dict], batch_size: int, repeats: int,
                warm_up: int, advance: Callable[[], None],
                say: Callable[[str], None]) -> List[Result]:
    """Time networks on one backend, and read their peak memory.

    Args:
        backend (Backend): The backend.
        networks (Sequence[Network]): The networks.
        sizes (Sequence[dict]): Of each, what :func:`sizes_of` returns.
        batch_size (int): Images per batch.
        repeats (int): Timed passes of each network.
        warm_up (int): Passes before these.
        advance (Callable): Called after every pass.
        say (Callable): Called with a sentence for each network that the
            backend does not take.

    Returns:
        list[Result]: Of the networks that it takes; ratios are to the first
        of them.
    """
    torch.set_num_threads(backend.threads)
    runs = load_all(backend, networks, batch_size, say)
    if not runs:
        return []
    times = backend.times(runs, repeats, warm_up, advance)
    taken = [(network, size) for network, size in zip(networks, sizes)
             if network.name in runs]
    peaks = [backend.peak_bytes(network, batch_size, runs[network.name])
             for network, _ in taken]
    first = times[taken[0][0].name]
    return [
        Result(
            name=network.name,
            engine=backend.name,
            device=backend.device(),
            precision=network.precision or backend.precision,
            batch_size=batch_size,
            threads=backend.threads,
            peak_mib=peak and peak / MIB,
            memory_ratio=peak and peaks[0] and peaks[0] / peak,
            accuracy=network.accuracy,
            **summarize(times[network.name], batch_size, first),
            **size)
        for (network, size), peak in zip(taken, peaks)
    ]
