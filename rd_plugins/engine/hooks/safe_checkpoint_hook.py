"""Saves checkpoints whole, and only if their weights are finite."""
from contextlib import contextmanager
from os import path as osp
from pathlib import Path
from typing import Iterator, List, Optional

from mmengine.dist import is_main_process
from mmengine.fileio import LocalBackend, register_backend
from mmengine.hooks import CheckpointHook

from rd_plugins.engine.ranks import first_finding
from rd_plugins.engine.wrapping import unwrap_model
from rd_plugins.registry import HOOKS
from rd_plugins.utils.checkpoint_file import first_not_finite
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.whole_file import write_bytes
from .divergence_hook import last_good_checkpoint


@register_backend('whole_file')
class WholeFileBackend(LocalBackend):
    """A local disk whose files are written completely or not at all."""

    def __init__(self) -> None:
        self.postponed: Optional[List[str]] = None

    def put(self, obj: bytes, filepath: str) -> None:
        """Write a file; see :func:`write_bytes`."""
        write_bytes(obj, str(filepath))

    def remove(self, filepath: str) -> None:
        """Remove a file, now or at the end of :meth:`removing_last`."""
        if self.postponed is None:
            super().remove(filepath)
        else:
            self.postponed.append(filepath)

    @contextmanager
    def removing_last(self) -> Iterator[None]:
        """Context at whose end files are removed, unless there is an error."""
        self.postponed = []
        try:
            yield
            for filepath in self.postponed:
                super().remove(filepath)
        finally:
            self.postponed = None


@HOOKS.register_module()
class SafeCheckpointHook(CheckpointHook):
    """MMEngine's ``CheckpointHook`` that cannot lose a run.

    - A file has its name only once it is complete and on the disk, and the
      same holds for ``last_checkpoint``.
    - An old checkpoint is removed after the new one is there, also with
      ``max_keep_ckpts=1`` and ``save_best``. The original removes it before.
    - Weights that are not finite in any process stop the run instead.

    The arguments are the original's. Checkpoints that go elsewhere than to a
    local disk are written by the original's means.
    ``configs/_base_/default_runtime.py`` puts the hook in the place of the
    original.

    Raises:
        UsageError: If weights are not finite or the disk is full. All older
            checkpoints are as they were.
    """
    # The last that is on the disk; the hub names one that is being written.
    _written: Optional[str] = None

    def before_train(self, runner) -> None:
        """Clear what a killed process has left unfinished."""
        folder = str(self.out_dir or runner.work_dir)
        if '://' not in folder and not self.backend_args:
            self.backend_args = dict(backend='whole_file')
        super().before_train(runner)
        self._keep_to_own_folder(runner)
        self._written = runner.message_hub.runtime_info.get('last_ckpt')
        if is_main_process():
            for path in (*Path(self.out_dir).glob('*.pth.*.tmp'),
                         *Path(runner.work_dir).glob('last_checkpoint.*.tmp')):
                path.unlink(missing_ok=True)

    def _keep_to_own_folder(self, runner) -> None:
        """Name files of this run where another one, or a moved one, began.

        The best checkpoint is removed when a better one comes: it has to be
        this run's. Where that has none, it begins anew to look for the best.
        """
        hub = runner.message_hub
        for key, path in list(hub.runtime_info.items()):
            if not path or not key.startswith(('best_ckpt', 'last_ckpt')):
                continue
            own = self.file_backend.join_path(self.out_dir, osp.basename(path))
            if self.file_backend.exists(own):
                hub.update_info(key, own)
            elif key.startswith('best_ckpt'):
                hub.pop_info(key)
                hub.pop_info(key.replace('best_ckpt', 'best_score'))
        if not self.save_best:
            return
        self.best_ckpt_path = hub.runtime_info.get('best_ckpt')
        if len(self.key_indicators) > 1:
            self.best_ckpt_path_dict = {
                key: hub.runtime_info.get(f'best_ckpt_{key}')
                for key in self.key_indicators}

    def before_save_checkpoint(self, runner, checkpoint: dict) -> None:
        """Check what will be written, averaged weights too."""
        for name in ('state_dict', 'ema_state_dict'):
            self._refuse(runner, first_not_finite(checkpoint.get(name, {})))

    def _check_model(self, runner) -> None:
        """Check the weights of all processes."""
        key = first_not_finite(unwrap_model(runner).state_dict())
        found = first_finding(key and (key, ))
        self._refuse(runner, found and found[0])

    def _refuse(self, runner, key: Optional[str]) -> None:
        if key:
            runner.message_hub.update_info('last_ckpt', self._written)
            raise UsageError(
                f'The training diverged in epoch {runner.epoch + 1}: {key} '
                'has numbers that are not finite, so it is not saved. '
                f'{last_good_checkpoint(runner)} Lower the learning rate or '
                'clip the gradients, and go on with --resume.')

    def _save_checkpoint_with_step(self, runner, step: int,
                                   meta: dict) -> None:
        self._check_model(runner)
        outdated = self._make_place(runner, step)
        name = self.filename_tmpl.format(step)
        self.last_ckpt = self.file_backend.join_path(self.out_dir, name)
        runner.message_hub.update_info('last_ckpt', self.last_ckpt)
        try:
            runner.save_checkpoint(
                self.out_dir,
                name,
                save_optimizer=self.save_optimizer,
                save_param_scheduler=self.save_param_scheduler,
                meta=meta,
                by_epoch=self.by_epoch,
                backend_args=self.backend_args,
                **self.args)
        except UsageError:
            runner.message_hub.update_info('last_ckpt', self._written)
            raise
        self._written = self.last_ckpt
        if is_main_process():
            write_bytes(self.last_ckpt.encode(),
                        osp.join(runner.work_dir, 'last_checkpoint'))
            for path in outdated:
                if self.file_backend.isfile(path):
                    self.file_backend.remove(path)

    def _make_place(self, runner, step: int) -> List[str]:
        """Note the step among those that are kept; the files to remove.

        The new checkpoint still names those, so that a run that is killed
        before they are removed removes them when it is resumed.
        """
        if self.max_keep_ckpts <= 0 or step in self.keep_ckpt_ids:
            return []
        kept = [*self.keep_ckpt_ids, step]
        self.keep_ckpt_ids.append(step)  # a deque of that length
        runner.message_hub.update_info('keep_ckpt_ids', kept)
        return [
            self.file_backend.join_path(self.out_dir,
                                        self.filename_tmpl.format(old))
            for old in kept[:-self.max_keep_ckpts]
        ]

    def _save_best_checkpoint(self, runner, metrics: dict) -> None:
        if not self.save_best:
            return
        self._check_model(runner)
        if not isinstance(self.file_backend, WholeFileBackend):
            super()._save_best_checkpoint(runner, metrics)
            return
        with self.file_backend.removing_last():
            super()._save_best_checkpoint(runner, metrics)
