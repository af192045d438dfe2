import torch
from mmpretrain.registry import MODELS

from tests.helpers import DEMO
from tests.helpers.tools import assert_refused, tool
from tests.shipping.tools import accuracy, assert_refuses, names, run

REMOVE = 'model_converters/remove_shortcuts.py'


def test_remove_shortcuts(trained, run_dir):
    config = f'{DEMO}/resnet20_mnist5k.py'
    source = trained / 'resnet20_mnist5k.pth'
    out = run_dir / 'merged'
    done = tool(REMOVE, config, source, '--out', out)
    assert done.returncode == 0, done.stderr
    assert names(run_dir) == ['merged']
    macs = 9 * (
        16 * 784 + 3 * 784 * 2 * 16 * 32 +  # stem, first stage
        196 * (16 * 48 + 48 * 32) + 2 * 196 * 2 * 32 * 64 +
        49 * (32 * 96 + 96 * 64) + 2 * 49 * 2 * 64 * 128) + 64 * 10
    assert f'{macs / 1e6:.2f} M MACs' in done.stdout
    name = 'resnet20_mnist5k_merged'
    assert names(out) == [f'{name}.pth', f'{name}.py']
    assert accuracy(config, source, run_dir) == accuracy(
        out / f'{name}.py', out / f'{name}.pth', run_dir)

    done = tool(REMOVE, config, source, '--out', out)
    assert_refused(done, 'exists', '--force')
    run(REMOVE, config, source, '--out', out, '--force')
    assert_refuses(
        REMOVE, out / f'{name}.py', out / f'{name}.pth', '--out',
        run_dir / 'again', words=['no shortcuts to remove'])


def test_remove_shortcuts_refuses(trained, run_dir):
    out = run_dir / 'out'
    source = trained / 'plain20_ce_mnist5k.pth'
    for config, words in (
        (f'{DEMO}/plain20_ce_mnist5k.py', 'no shortcuts to remove'),
        (f'{DEMO}/plain20_mnist5k.py', 'no shortcuts to remove'),
        ('configs/rd/resnet20_cifar10.py', 'does not belong to this config'),
    ):
        assert_refuses(REMOVE, config, source, '--out', out, words=[words])
    # On a map of odd size, pooling at the edge is no convolution.
    backbone = dict(type='ResNetV1d', depth=50, base_channels=4)
    model = dict(type='ImageClassifier', backbone=backbone)
    (run_dir / 'pooled.py').write_text(f'model = {model}\n')
    torch.save(MODELS.build(model).state_dict(), run_dir / 'pooled.pth')
    pooled = run_dir / 'pooled.py', run_dir / 'pooled.pth', '--out', out
    assert_refuses(REMOVE, *pooled, words=['--shape'])
    assert_refuses(
        REMOVE, *pooled, '--shape', 72, words=['computes something else'])
    assert names(run_dir) == ['pooled.pth', 'pooled.py']
    done = tool(REMOVE, *pooled, '--shape', 64, 96)
    assert done.returncode == 0, done.stderr
