from types import SimpleNamespace

import pytest
import torch
from mmpretrain.registry import MODELS

from rd_plugins.datasets import DeviceLoader
from rd_plugins.engine.hooks import DeviceInputHook
from rd_plugins.models import Objective
from rd_plugins.utils.checkpoint_file import read_checkpoint
from rd_plugins.utils.errors import UsageError
from tests.helpers.compare import assert_same
from tests.helpers.ranks import on_ranks
from tests.helpers.runs import small_cfg, train

STOCK = {'default_hooks.device_input': None}
# Without augmentation both inputs are the same
PLAIN = {'train_dataloader.dataset.pipeline': [dict(type='PackInputs')]}


def checkpoint(work_dir):
    return read_checkpoint(work_dir / 'epoch_3.pth')


def weights(runner):
    return runner.model.state_dict()


def test_resume(run_dir):
    """Augmentations on the device go on where they were."""
    whole = train(small_cfg(run_dir / 'whole'))
    assert isinstance(whole.train_dataloader, DeviceLoader)
    parts = run_dir / 'parts'
    train(small_cfg(parts), stop_before=1)
    train(small_cfg(parts, resume=True))
    assert_same(checkpoint(run_dir / 'whole')['state_dict'],
                checkpoint(parts)['state_dict'])


@pytest.mark.parametrize('extra', [
    {},
    {
        'data_preprocessor.to_onehot': True,
        'model.head.loss': dict(type='CrossEntropyLoss', use_soft=True)
    },
], ids=['labels', 'scores'])
def test_same_training_as_with_the_stock_loader(run_dir, extra):
    ours = train(small_cfg(run_dir / 'device', **PLAIN, **extra))
    stock = train(small_cfg(run_dir / 'stock', **PLAIN, **STOCK, **extra))
    assert isinstance(ours.train_dataloader, DeviceLoader)
    assert not isinstance(stock.train_dataloader, DeviceLoader)
    assert ours.train_dataloader.one_sample == (not extra)
    for key, value in weights(stock).items():
        torch.testing.assert_close(weights(ours)[key], value)


def test_hooks_that_read_the_loader(run_dir):
    runner = train(small_cfg(run_dir / 'run', custom_hooks=[
        dict(type='PreciseBNHook', num_samples=16)]))
    assert isinstance(runner.train_dataloader, DeviceLoader)
    assert runner.train_dataloader.batch_size == 8


def test_hooks_that_change_the_pipeline_are_heeded(run_dir):
    runner = train(small_cfg(run_dir / 'run', custom_hooks=[
        dict(type='SwitchRecipeHook', schedule=[
            dict(action_epoch=2, train_pipeline=[dict(type='PackInputs')])])]))
    assert not isinstance(runner.train_dataloader, DeviceLoader)
    log = next((run_dir / 'run').rglob('*.log')).read_text()
    assert 'SwitchRecipeHook changes the pipeline. The input stays' in log


class Own(Objective):
    """Reads the samples themselves."""
    reads_teacher = False

    def forward(self, step):
        labels = [int(sample.gt_label) for sample in step.data_samples]
        assert len(labels) == len(step.inputs)
        return dict(loss_own=step.student.logits[:, labels].mean())


@pytest.mark.parametrize('head, objectives, is_one', [
    (dict(), [], True),
    (dict(type='MultiLabelLinearClsHead'), [], False),
    (dict(), [dict(type='Own', name='own')], False)])
def test_who_reads_more_than_labels_has_a_sample_for_each_image(
        run_dir, head, objectives, is_one):
    MODELS.register_module(name='Own', module=Own, force=True)
    cfg = small_cfg(run_dir / 'run', **{'train_cfg.max_epochs': 1})
    teacher = cfg.model.teacher
    cfg.model = dict(
        type='rd_plugins.Distiller', backbone=teacher.backbone,
        neck=teacher.neck, head=dict(teacher.head, **head),
        objectives=objectives)
    cfg.model.head.pop('topk', None)
    assert train(cfg).train_dataloader.one_sample == is_one


def test_epochs_differ(run_dir):
    runner = train(small_cfg(run_dir / 'run', **{'train_cfg.max_epochs': 1}))
    hook = next(h for h in runner.hooks if isinstance(h, DeviceInputHook))
    chosen = torch.arange(8)

    def first_batch(epoch):
        runner.train_loop._epoch = epoch
        hook.before_train_epoch(runner)
        loader = hook.loader
        return loader.augment(loader.images, chosen, loader.generator)

    assert torch.equal(first_batch(0), first_batch(0))
    assert not torch.equal(first_batch(0), first_batch(1))


OTHER = {
    'train_dataloader.dataset.pipeline':
    [dict(type='Resize', scale=28),
     dict(type='PackInputs')]
}


def test_other_pipelines_stay_with_their_loader(run_dir):
    runner = train(small_cfg(run_dir / 'run', **OTHER))
    assert not isinstance(runner.train_dataloader, DeviceLoader)
    log = next((run_dir / 'run').rglob('*.log')).read_text()
    assert "has Resize at a place where it does not work on batches" in log
    assert 'The input stays with the stock loader.' in log


def test_unless_it_is_required(run_dir):
    options = {'default_hooks.device_input.required': True}
    with pytest.raises(UsageError, match='Resize'):
        train(small_cfg(run_dir / 'run', **OTHER, **options))


def seed_of_this_process(seed=0):
    found, hook = [], DeviceInputHook()
    hook.loader = SimpleNamespace(seed=lambda *numbers: found.append(numbers))
    hook.before_train_epoch(SimpleNamespace(seed=seed, epoch=0))
    return found[0]


def test_processes_and_runs_draw_other_numbers():
    first, second = on_ranks(2, seed_of_this_process)
    assert first != second
    assert seed_of_this_process(0) != seed_of_this_process(1)
