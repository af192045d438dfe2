"""What is recorded of a run that is trained and tested."""
import json
from typing import List, Tuple

from rd_plugins.utils.errors import UsageError
from .data import data_checksums
from .origin import provenance
from .run import Run

METRIC = 'accuracy/top1'


def result_of(run: Run) -> dict:
    """The result of a run, after training and test.

    Raises:
        UsageError: If the test has measured something else.
    """
    metrics = json.loads((run.folder / 'test.json').read_text())
    if METRIC not in metrics:
        raise UsageError(
            f'The test of {run.name} gives {", ".join(metrics) or "nothing"}; '
            f'a table collects {METRIC}: let the test_evaluator of its config '
            'have Accuracy.')
    return dict(
        row=run.row.name,
        title=run.row.title,
        seed=None if run.row.checkpoint else run.seed,
        accuracy=round(metrics[METRIC], 4),
        **run.settings(),
        flags=run.flags(),
        data=data_checksums(run.training_config(), run.test_config()),
        curve=curve(run),
        **provenance(run.folder))


def curve(run: Run) -> List[Tuple[int, float]]:
    """Test accuracy in percent after epochs of the training."""
    values = {}
    for path in sorted(run.folder.glob('*/vis_data/scalars.json')):
        for line in path.read_text().splitlines():
            if not line.endswith('}'):
                continue  # the disk was full, or it was killed meanwhile
            scalars = json.loads(line)
            if METRIC in scalars:
                values[scalars['step']] = round(scalars[METRIC], 2)
    return sorted(values.items())
