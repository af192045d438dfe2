"""Make a checkpoint ready to publish: the student's weights and metadata.

    python tools/publish_model.py CHECKPOINT OUT [--config CONFIG] \
        [--ema | --no-ema] [--force]

Writes OUT_DATE-HASH.pth, where HASH is the first eight digits of the file's
SHA-256, as MMPretrain's tool of that name does. Unlike it, drops what was
trained beside a student, and what is not known to be needed: only the weights
and the metadata are kept. Where a training averaged its weights, the
checkpoint holds the averaged ones in first place, and they are published;
--ema insists on that, --no-ema takes the others. With --config, the result
must hold exactly the weights of that config's model.
"""
import argparse
import datetime
import hashlib
import io
from pathlib import Path
from typing import Dict, Optional

import mmpretrain
import torch

import rd_plugins
from rd_plugins.engine.launch import (build_model, exit_on_usage_error,
                                      read_config)
from rd_plugins.utils.checkpoint import (AUXILIARY_PREFIX,
                                         check_state_dict_fits,
                                         read_checkpoint, unwrapped,
                                         write_bytes)
from rd_plugins.utils.errors import UsageError


def choose_weights(checkpoint: dict, path: str,
                   ema: Optional[bool]) -> Dict[str, torch.Tensor]:
    """The averaged weights, or those that were averaged.

    While it saves, MMEngine's EMAHook swaps the two: ``state_dict`` holds the
    averages and ``ema_state_dict`` the weights that train.

    Raises:
        UsageError: If a choice was asked for and there is none.
    """
    weights = unwrapped(checkpoint['state_dict'])
    trained = checkpoint.get('ema_state_dict')
    if ema is not None and trained is None:
        raise UsageError(f'{path} was not trained with an EMAHook and has no '
                         'averaged weights; leave --ema and --no-ema out.')
    if ema is False:
        trained = {key: value for key, value in unwrapped(trained).items()
                   if key != 'steps'}
        weights.update(trained)
    return weights


def check_publishable(weights: Dict[str, torch.Tensor], path: str) -> None:
    """Refuse weights that nobody can use.

    Raises:
        UsageError: If there are none, not a student's alone, or not finite.
    """
    if not weights:
        raise UsageError(f'{path} holds no weights of a student; give a '
                         'checkpoint that a training has saved.')
    for key, value in weights.items():
        if key.startswith(('teacher.', 'student.', 'architecture.')):
            raise UsageError(
                f'{path} holds a distiller that keeps its teacher ({key}); '
                'take the student out first.')
        if not torch.is_tensor(value):
            raise UsageError(f'{path} is no checkpoint of weights: {key} is '
                             f'a {type(value).__name__}.')
        if value.is_floating_point() and not value.isfinite().all():
            raise UsageError(f'{path} has numbers that are not finite in '
                             f'{key}; the training diverged. Take an earlier '
                             'checkpoint.')


def publish(source: str, target: str, ema: Optional[bool],
            config: Optional[str], force: bool) -> Path:
    """Write the published file and return its path.

    Raises:
        UsageError: If something is not as it should be; see above.
    """
    checkpoint = read_checkpoint(source)
    weights = {
        key: value
        for key, value in choose_weights(checkpoint, source, ema).items()
        if not key.startswith(AUXILIARY_PREFIX)
    }
    check_publishable(weights, source)
    if config:
        check_state_dict_fits(weights, build_model(read_config(config)),
                              source)
    meta = dict(checkpoint.get('meta') or {})
    meta.setdefault('mmpretrain_version', mmpretrain.__version__)
    meta.setdefault('rd_plugins_version', rd_plugins.__version__)
    # In memory the archive has a name of its own, so that equal weights have
    # equal hashes wherever they are written to.
    buffer = io.BytesIO()
    torch.save(dict(meta=meta, state_dict=weights), buffer)
    content = buffer.getvalue()
    digest = hashlib.sha256(content).hexdigest()[:8]
    date = datetime.date.today().strftime('%Y%m%d')
    path = Path(f'{target.removesuffix(".pth")}_{date}-{digest}.pth')
    if path.exists() and not force:
        raise UsageError(f'{path} exists; name another file, or replace it '
                         'with --force.')
    write_bytes(content, str(path))
    return path


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('checkpoint', help='checkpoint of a training')
    parser.add_argument('out', help='file to write, without date and hash')
    parser.add_argument('--config', help='config of the student alone')
    parser.add_argument('--ema', action=argparse.BooleanOptionalAction,
                        help='averaged weights, or those that were averaged')
    parser.add_argument('--force', action='store_true', help='replace a file')
    return parser.parse_args()


def main() -> None:
    """Publish as the command line says."""
    args = parse_args()
    path = publish(args.checkpoint, args.out, args.ema, args.config,
                   args.force)
    print(f'Published {path} ({path.stat().st_size / 2**20:.1f} MiB)')


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
