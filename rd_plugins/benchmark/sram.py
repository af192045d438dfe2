"""SRAM over estimated time of networks under limits: table and picture."""
from pathlib import Path
from typing import Dict, List, Optional

import matplotlib

from rd_plugins.shipping.export.micro.budget import parse_bytes
from rd_plugins.shipping.export.micro.vela import KIB
from rd_plugins.utils.markdown import table
from .report import ALL, HOST, MIB, Result, colors_of

FITS, EXCEEDS = 'o', 'x'
LEFT_OUT = 'not compiled'


def limit_of(result: Result) -> Optional[float]:
    """The limit of SRAM in KiB that a result was compiled for; None: any."""
    text = result.engine.rpartition(' ')[2]
    return None if text == ALL else parse_bytes(text) / KIB


def sram_of(result: Result) -> float:
    """The static allocation in KiB."""
    assert result.peak_mib is not None
    return result.peak_mib * MIB / KIB


def fits(result: Result) -> bool:
    """Whether the static allocation keeps the limit."""
    limit = limit_of(result)
    return limit is None or sram_of(result) <= limit


def sram_table(results: List[Result]) -> str:
    """In Markdown: a row for each network, a column for arena and each limit.

    Args:
        results (list[Result]): Of TFLite-Micro, of which the arena is shown,
            and estimates: SRAM and milliseconds, in bold where the limit is
            kept.
    """
    engines = list(dict.fromkeys(result.engine for result in results))
    cells: Dict[str, Dict[str, str]] = {}
    for result in results:
        cells.setdefault(result.name, {})[result.engine] = _cell(result)
    return table(['network', *engines], [
        [name, *(row.get(engine, LEFT_OUT) for engine in engines)]
        for name, row in cells.items()])


def _cell(result: Result) -> str:
    size = sram_of(result)
    text = f'{size:.1f} KiB' if size < 100 else f'{size:.0f} KiB'
    if not result.is_estimate:
        return text
    text += f', {result.median_ms:.3g} ms'
    return f'**{text}**' if fits(result) else text


def draw_sram(results: List[Result], path: Path) -> None:
    """Plot SRAM over estimated time, with a line for each limit.

    Args:
        results (list[Result]): Estimates of networks under limits.
        path (Path): The file of the plot.
    """
    matplotlib.use('Agg')
    from matplotlib import pyplot
    figure, axes = pyplot.subplots(figsize=(8, 5))
    colors = colors_of(result.name for result in results)
    for name, color in colors.items():
        rows = [result for result in results if result.name == name]
        axes.plot([row.median_ms for row in rows], list(map(sram_of, rows)),
                  color=color, linewidth=0.6, label=name)
        for row in rows:
            axes.scatter(row.median_ms, sram_of(row), color=color,
                         marker=FITS if fits(row) else EXCEEDS)
    for limit in sorted(set(filter(None, map(limit_of, results)))):
        axes.axhline(limit, color='grey', linewidth=0.8, linestyle=':')
        axes.annotate(f'{limit:.0f} KiB', (0, limit), fontsize=7, ha='left',
                      va='bottom', xycoords=('axes fraction', 'data'))
    axes.set_xscale('log')
    axes.set_yscale('log', base=2)
    axes.set_xlabel('estimated time of an image (ms)')
    axes.set_ylabel('SRAM, static allocation (KiB)')
    axes.set_title(f'{results[0].engine.partition(",")[0]}: {FITS} keeps the '
                   f'limit, {EXCEEDS} does not', fontsize=9)
    axes.legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    pyplot.close(figure)


def write_sram(results: List[Result], folder: Path) -> None:
    """Write ``sram.md`` and ``sram.png`` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'sram.md').write_text(sram_table(
        [r for r in results if r.is_estimate or r.device == HOST]))
    draw_sram([r for r in results if r.is_estimate], folder / 'sram.png')
