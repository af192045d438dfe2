import pytest
import torch
from mmengine.config import Config
from mmpretrain.registry import MODELS

from tests.helpers import DEMO
from tests.helpers.tools import assert_done, tool
from tests.shipping.tools import accuracy, assert_refuses, run

FOLD = 'model_converters/fold_norms.py'


def test_fold_norms(trained, run_dir):
    config = f'{DEMO}/plain20_ce_mnist5k.py'
    source = trained / 'plain20_ce_mnist5k.pth'
    done = tool(FOLD, config, source, '--out', run_dir / 'folded')
    assert done.returncode == 0, done.stderr
    files = [run_dir / f'folded/plain20_ce_mnist5k_folded.{end}'
             for end in ('py', 'pth')]
    assert accuracy(config, source, run_dir) == accuracy(*files, run_dir)
    assert not any('bn' in key for key in torch.load(files[1])['state_dict'])


@pytest.mark.parametrize('backbone', [
    dict(type='ResNet', depth=18, base_channels=4, stem_channels=4),
    dict(type='ResNetV1d', depth=50, base_channels=4, stem_channels=4),
    dict(type='MobileNetV2', widen_factor=0.1),
    dict(type='RepVGG', arch='A0'),
], ids=lambda backbone: backbone['type'])
def test_networks_of_mmpretrain(run_dir, backbone):
    """They are written, and read back strictly."""
    model = dict(type='ImageClassifier', backbone=backbone)
    (run_dir / 'net.py').write_text(f'model = {model}\n')
    torch.save(MODELS.build(model).state_dict(), run_dir / 'net.pth')
    assert_done(tool(FOLD, run_dir / 'net.py', run_dir / 'net.pth', '--out',
                     run_dir / 'folded', '--shape', 32))
    cfg = Config.fromfile(run_dir / 'folded/net_folded.py')
    folded = MODELS.build(cfg.model)
    assert type(folded.backbone).__name__ == backbone['type']
    assert not any(isinstance(module, torch.nn.BatchNorm2d)
                   for module in folded.modules())


def test_what_is_folded_is_folded_again_and_made_plain(run_dir):
    model = dict(type='ImageClassifier', backbone=dict(
        type='ResNet', depth=18, base_channels=4, stem_channels=4))
    (run_dir / 'net.py').write_text(f'model = {model}\n')
    torch.save(MODELS.build(model).state_dict(), run_dir / 'net.pth')
    source = run_dir / 'net'
    for script in (FOLD, FOLD, 'model_converters/remove_shortcuts.py'):
        out = run_dir / f'{source.name}_out'
        assert_done(tool(script, f'{source}.py', f'{source}.pth', '--out', out,
                         '--shape', 32))
        source, = (path.with_suffix('') for path in out.glob('*.pth'))
    cfg = Config.fromfile(f'{source}.py')
    assert cfg.model.backbone.type == 'rd_plugins.PlainResNet'


def test_norms_that_cannot_be_folded(run_dir):
    model = dict(type='ImageClassifier', backbone=dict(
        type='ResNet', depth=18, norm_cfg=dict(type='GN', num_groups=2)))
    (run_dir / 'net.py').write_text(f'model = {model}\n')
    torch.save(MODELS.build(model).state_dict(), run_dir / 'net.pth')
    assert_refuses(FOLD, run_dir / 'net.py', run_dir / 'net.pth', '--out',
                   run_dir / 'out', words=['GroupNorm cannot be folded'])


@pytest.mark.parametrize('name', [
    'plain20_mnist5k', 'plain20_no_res_joint_mnist5k'])
def test_the_config_of_a_distiller(checkpoint, run_dir, name):
    """What is written is the student alone; tools/test.py can run it."""
    config = f'{DEMO}/{name}.py'
    run(FOLD, config, checkpoint, '--out', run_dir / 'folded')
    files = [run_dir / f'folded/{name}_folded.{end}' for end in ('py', 'pth')]
    cfg = Config.fromfile(files[0])
    assert cfg.model.type == 'ImageClassifier' and 'teacher' not in cfg.model
    assert accuracy(*files, run_dir) == accuracy(
        f'{DEMO}/plain20_ce_mnist5k.py', checkpoint, run_dir)
