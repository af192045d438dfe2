import json

import numpy as np
import pytest
import torch

from rd_plugins.engine.hooks import DeferredLogHook
from tests.helpers.runs import small_cfg, train


def run(folder, hook, interval, **options):
    cfg = small_cfg(
        folder, **{
            'default_hooks.runtime_info.type': hook,
            'default_hooks.logger.interval': interval,
            **options
        })
    runner = train(cfg)
    lines = next(folder.rglob('vis_data/scalars.json')).read_text()
    return runner, [json.loads(line) for line in lines.splitlines()]


@pytest.mark.parametrize('interval', [2, 100])
def test_same_logs(run_dir, interval):
    """Five steps an epoch: a log within it, at its end, or only there."""
    ours, our_log = run(run_dir / 'a', 'rd_plugins.DeferredLogHook', interval)
    stock, log = run(run_dir / 'b', 'RuntimeInfoHook', interval)
    assert len(our_log) == len(log)
    for mine, theirs in zip(our_log, log):
        for key in ('time', 'data_time', 'memory'):
            mine.pop(key, None), theirs.pop(key, None)
        assert mine == theirs
    for key in ('train/loss', 'train/loss_hybrid1', 'train/hybrid_weight'):
        histories = [
            runner.message_hub.get_scalar(key).data[0]
            for runner in (ours, stock)
        ]
        assert len(histories[0]) == 15
        np.testing.assert_array_equal(*histories)


def test_losses_wait_without_their_graph(run_dir):
    hook = DeferredLogHook()

    class Runner:
        hooks, train_dataloader, cfg = (), range(10), {}

    hook._kept, hook._intervals = [], []
    loss = torch.ones((), requires_grad=True) * 2
    hook.after_train_iter(Runner, 0, outputs=dict(loss=loss, share=0.5))
    assert not hook._kept[0]['loss'].requires_grad
    Runner.cfg = dict(compile=True)
    hook.after_train_iter(Runner, 1, outputs=dict(loss=loss, share=0.5))
    with torch.no_grad():
        loss.fill_(7)  # a CUDA graph that runs again
    assert [float(kept['loss']) for kept in hook._kept] == [7, 2]


def test_a_checkpoint_within_an_epoch_has_all_losses(run_dir):
    runner, _ = run(
        run_dir / 'a', 'rd_plugins.DeferredLogHook', 100,
        custom_hooks=[
            dict(type='CheckpointHook', by_epoch=False, interval=3)])
    checkpoint = runner.load_checkpoint(
        str(run_dir / 'a' / 'iter_12.pth'), strict=False)
    history, counts = checkpoint['message_hub']['log_scalars'][
        'train/loss'].data
    assert len(history) == len(counts) == 12


@pytest.mark.parametrize('stop', [None, 2])
def test_what_is_no_longer_computed_leaves_the_log(run_dir, stop):
    """Hybrids that stop after the first of three epochs, also on resume."""
    options = {'model.hybrid_weight': dict(start=1, end=0, horizon=0.3),
               'default_hooks.logger.interval': 5}
    cfg = small_cfg(run_dir / 'a', **options)
    runner = train(cfg, stop)
    if stop:
        cfg = small_cfg(run_dir / 'a', resume=True, **options)
        runner = train(cfg)
    logs = sorted((run_dir / 'a').rglob('vis_data/scalars.json'))
    lines = [json.loads(line) for log in logs
             for line in log.read_text().splitlines()]
    by_epoch = {line['epoch']: line for line in lines if 'loss' in line}
    assert 'loss_hybrid1' in by_epoch[1]
    for epoch in (2, 3):
        assert 'loss_hybrid1' not in by_epoch[epoch]
        assert {'loss', 'loss_cls', 'hybrid_weight', 'lr'} <= set(
            by_epoch[epoch])
    assert 'train/loss_hybrid1' not in runner.message_hub.log_scalars
