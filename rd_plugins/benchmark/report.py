"""Tables and plots of a benchmark."""
import csv
import json
from dataclasses import asdict, dataclass, fields
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles
from typing import Dict, Iterable, List, Optional, Sequence

import matplotlib
import torch

from rd_plugins.utils.cpu import busy
from rd_plugins.utils.markdown import table
from .memory import LayerMemory

MIB = 2**20
ESTIMATE = 'estimate'  # the device of a compiler's times
HOST = 'host'  # the device of TFLite-Micro: no kernels of its own
ALL = 'all'  # no limit of SRAM


@dataclass
class Result:
    """One network on one backend; None for unknown values.

    ``engine`` is the name of the backend; stored results use this key.
    ``speed_ratio`` and ``memory_ratio`` are the first network's time and
    memory on the same backend, in the same turns, divided by this network's:
    more than 1 is better. ``macs`` and ``traffic_mib`` (what the operators
    read and write, one by one) are per image.
    """
    name: str
    engine: str
    device: str
    precision: str
    batch_size: int
    threads: int
    median_ms: float
    p95_ms: float
    images_per_second: float
    speed_ratio: float
    peak_mib: Optional[float]
    memory_ratio: Optional[float]
    params: Optional[int]
    macs: Optional[int]
    traffic_mib: Optional[float]
    accuracy: Optional[float]

    @property
    def is_estimate(self) -> bool:
        """Whether its time is a compiler's, not measured."""
        return self.device == ESTIMATE


def summarize(seconds: List[float], batch_size: int,
              reference: List[float]) -> Dict[str, float]:
    """Median, 95th percentile, throughput and speed ratio of some times.

    Args:
        seconds (list[float]): At least two times of a batch.
        batch_size (int): Images per batch.
        reference (list[float]): The times of the first network, in seconds.
    """
    middle = median(seconds)
    return dict(
        median_ms=middle * 1e3,
        p95_ms=quantiles(seconds, n=20, method='inclusive')[-1] * 1e3,
        images_per_second=batch_size / middle,
        speed_ratio=median(reference) / middle)


def _text(value) -> str:
    if value is None:
        return '-'
    if isinstance(value, float):
        return f'{value:.2f}' if abs(value) < 100 else f'{value:.0f}'
    return f'{value:,}' if isinstance(value, int) else str(value)


SIZES = ('name', 'params', 'macs', 'traffic_mib', 'accuracy')
RUNS = ('name', 'engine', 'device', 'precision', 'threads', 'batch_size',
        'median_ms', 'p95_ms', 'images_per_second', 'speed_ratio', 'peak_mib',
        'memory_ratio')


def rows_of(results: List[Result], columns: Sequence[str]) -> List[List[str]]:
    """Heading and distinct rows as text, without unknown columns."""
    known = [
        name for name in columns
        if any(getattr(result, name) is not None for result in results)
    ]
    rows = [[_text(getattr(result, name)) for name in known]
            for result in results]
    heading = [name.replace('_', ' ') for name in known]
    return [heading, *map(list, dict.fromkeys(map(tuple, rows)))]


def markdown(results: List[Result]) -> str:
    """Two tables in Markdown: sizes and runs."""
    tables = (rows_of(results, columns) for columns in (SIZES, RUNS))
    return '\n'.join(table(heading, rows) for heading, *rows in tables)


def write(results: List[Result], folder: Path, command: str) -> None:
    """Write ``benchmark.{csv,json,md}`` into a folder.

    Args:
        results (list[Result]): The rows.
        folder (Path): The folder; created if it is missing.
        command (str): The command that gave the results.
    """
    folder.mkdir(parents=True, exist_ok=True)
    remark = '' if all(r.is_estimate for r in results) else busy()
    with open(folder / 'benchmark.csv', 'w', newline='') as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Result)])
        writer.writeheader()
        writer.writerows(map(asdict, results))
    (folder / 'benchmark.json').write_text(
        json.dumps(
            dict(
                command=command,
                torch=torch.__version__,
                remark=remark,
                results=[asdict(result) for result in results]),
            indent=1) + '\n')
    (folder / 'benchmark.md').write_text(
        f'{markdown(results)}\n{remark}\n\n```bash\n{command}\n```\n')


def colors_of(names: Iterable[str]) -> Dict[str, tuple]:
    """A colour for each distinct name; the first comes again after ten."""
    return dict(zip(dict.fromkeys(names),
                    cycle(matplotlib.colormaps['tab10'].colors)))


def draw(results: List[Result], timelines: Dict[str, List[LayerMemory]],
         path: Path) -> None:
    """Plot accuracy (or memory) over latency, and memory over layers.

    Args:
        results (list[Result]): The rows.
        timelines (dict[str, list[LayerMemory]]): Memory of the layers, by
            network.
        path (Path): The file of the plot.
    """
    matplotlib.use('Agg')
    from matplotlib import pyplot
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(12, 4.5))
    with_accuracy = any(r.accuracy is not None for r in results)
    markers = dict(zip(dict.fromkeys(r.engine for r in results),
                       cycle('osD^v')))
    colors = colors_of(r.name for r in results)
    for result in results:
        height = result.accuracy if with_accuracy else result.peak_mib
        if height is not None:
            left.scatter(
                result.median_ms,
                height,
                color=colors[result.name],
                marker=markers[result.engine],
                label=f'{result.name}, {result.engine}, '
                f'batch {result.batch_size}')
    left.set_xlabel('median latency of a batch (ms)')
    left.set_ylabel('accuracy (%)' if with_accuracy else
                    'peak memory of feature maps (MiB)')
    left.set_xscale('log')
    if left.get_legend_handles_labels()[0]:
        left.legend(fontsize=7)
    for name, timeline in timelines.items():
        right.step(
            range(len(timeline)), [layer.peak_bytes / MIB
                                   for layer in timeline],
            where='mid',
            color=colors.get(name),
            label=name)
    right.set_xlabel('layer')
    right.set_ylabel('feature maps alive (MiB)')
    if timelines:
        right.legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
