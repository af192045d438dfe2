"""Wrong arguments of the tools."""
from .case import calls

FLAGS = calls(
    'train flags', 'train.py',
    ('*no config', ''),
    ('absent config', 'absent.py'),
    ('unknown flag', '{cfg} --foo'),
    ('launcher typo', '{cfg} --launcher torch'),
    ('*launcher pytorch without its variables',
     '{cfg} --work-dir {out} --launcher pytorch'),
    ('*launcher slurm without slurm',
     '{cfg} --work-dir {out} --launcher slurm'),
    ('launcher mpi', '{cfg} --work-dir {out} --launcher mpi'),
    ('auto-scale-lr without base',
     '{cfg} --work-dir {out} --auto-scale-lr'),
    ('work-dir is a file', '{cfg} --work-dir {data}/text.pth'),
    ('work-dir under a file', '{cfg} --work-dir {data}/text.pth/work'),
    ('cfg-options without value', '{cfg} --work-dir {out} --cfg-options lr'),
    ('cfg-options bad index',
     '{cfg} --work-dir {out} --cfg-options param_scheduler.5=1'),
    ('epochs 0', '{cfg} --work-dir {out} --epochs 0'),
    ('*fewer epochs than phases', '{cfg} --work-dir {out} --epochs 2', '',
     'no_res'),
    ('resume absent', '{cfg} --work-dir {out} --resume absent.pth'),
    ('resume a folder', '{cfg} --work-dir {out} --resume {data}/dir.pth'),
    ('resume an empty file',
     '{cfg} --work-dir {out} --resume {data}/empty.pth'),
    ('resume weights only',
     '{cfg} --work-dir {out} --resume {data}/good.pth'),
) + calls(
    'train config', 'train.py',
    *((f'*{name}' if name in ('syntax', 'raises') else name,
       f'{{data}}/cfg_{name}.{kind} --work-dir {{out}}') for name, kind in (
           ('syntax', 'py'), ('raises', 'py'), ('list', 'json'),
           ('broken', 'json'), ('text', 'txt'), ('no_base', 'py'),
           ('no_model', 'py'), ('model_list', 'py'), ('folder', 'py'),
           ('import', 'py'), ('loop', 'py'))))

TEST = calls(
    'test', 'test.py',
    ('absent checkpoint', '{cfg} absent.pth --work-dir {out}'),
    *((f'checkpoint {name}',
       f'{{cfg}} {{data}}/{name}.pth --work-dir {{out}}') for name in (
           'dir', 'list', 'sd_list', 'sd_none', 'sd_str', 'int_keys',
           'truncated', 'text', 'empty', 'empty_sd', 'tensor', 'one_key',
           'wide')),
    ('*out .json of predictions',
     '{cfg} {data}/good.pth --work-dir {out} --out {data}/x.json'),
    ('out .txt', '{cfg} {data}/good.pth --work-dir {out} --out {data}/x.txt'),
    ('*out under a file', '{cfg} {data}/good.pth --work-dir {out} --out '
     '{data}/text.pth/x.pkl'),
    ('out a folder', '{cfg} {data}/good.pth --work-dir {out} --out '
     '{data}/folder.pkl'),
    ('out-item alone',
     '{cfg} {data}/good.pth --work-dir {out} --out-item metrics'),
    ('*no test_dataloader', '{cfg} {data}/good.pth --work-dir {out}',
     'test_dataloader = None'),
    ('evaluator typo', '{cfg} {data}/good.pth --work-dir {out}',
     'test_evaluator = dict(type="Acuracy")'),
    ('test_cfg typo', '{cfg} {data}/good.pth --work-dir {out}',
     'test_cfg = dict(fp61=True)'),
    ('classes of data and head', '{cfg} {data}/good.pth --work-dir {out}',
     'model = dict(head=dict(num_classes=5))'),
    ('test config absent', 'absent.py {data}/good.pth'),
    ('test config raises', '{data}/cfg_raises.py {data}/good.pth'),
    ('test config text', '{data}/cfg_text.txt {data}/good.pth'),
    ('test config without model', '{data}/cfg_no_model.py {data}/good.pth'))

CONVERT = 'model_converters/'
SHIPPING = calls(
    'convert_teacher', CONVERT + 'convert_teacher.py',
    ('absent', 'absent.pth {out}'),
    *((f'*{name}' if name in ('empty_sd', 'sd_str') else name,
       f'{{data}}/{name}.pth {{out}}') for name in (
           'empty_sd', 'sd_str', 'int_keys', 'sd_list', 'sd_none', 'nan_fc',
           'list', 'text', 'wide')),
    ('target under a file', '{data}/foreign.pth {data}/text.pth/x.pth'),
    ('target is a folder', '{data}/foreign.pth {data}/dir.pth'),
) + calls(
    'publish', 'publish_model.py',
    ('absent', 'absent.pth {out}'),
    *((name, f'{{data}}/{name}.pth {{out}}') for name in (
        'sd_none', 'sd_str', 'int_keys', 'list', 'nan', 'empty_sd',
        'meta_list', 'text')),
    ('*out ends with /', '{data}/good.pth {out}/'),
    ('out under a file', '{data}/good.pth {data}/text.pth/x'),
    ('config absent', '{data}/good.pth {out} --config absent.py'),
    ('config mismatch', '{data}/wide.pth {out} --config {cfg}'),
    ('--ema without', '{data}/good.pth {out} --ema'),
) + calls(
    'fold_norms', CONVERT + 'fold_norms.py',
    ('*shape 0', '{cfg} {data}/good.pth --out {out} --shape 0'),
    ('shape -1', '{cfg} {data}/good.pth --out {out} --shape -1 28'),
    ('shape of three', '{cfg} {data}/good.pth --out {out} --shape 1 28 28'),
    ('other checkpoint', '{cfg} {data}/wide.pth --out {out}'),
    ('out is a file', '{cfg} {data}/good.pth --out {data}/text.pth'),
    ('out under a file', '{cfg} {data}/good.pth --out {data}/text.pth/x'),
    ('NaN', '{cfg} {data}/nan.pth --out {out}'),
) + calls(
    'remove_shortcuts', CONVERT + 'remove_shortcuts.py',
    ('plain', '{cfg} {data}/good.pth --out {out}',
     'model = dict(backbone=dict(shortcut="none"))'),
    ('shape 0', '{cfg} {data}/good.pth --out {out} --shape 0 28'),
    ('out exists', '{cfg} {data}/good.pth --out {data}/dir.pth'),
) + calls(
    'compress', 'compress.py',
    ('no gates', '{cfg} {data}/good.pth --out {out} --as-evaluated'),
    ('two modes', '{cfg} {data}/good.pth --out {out} --as-evaluated '
     '--by-weights'),
    ('calibration 0', '{cfg} {data}/good.pth --out {out} '
     '--calibration-batches 0'),
    ('repeats 0', '{cfg} {data}/good.pth --out {out} --repeats 0'),
    ('repeats text', '{cfg} {data}/good.pth --out {out} --repeats many'),
    ('out is a file', '{cfg} {data}/good.pth --out {data}/text.pth'),
    ('out under a file', '{cfg} {data}/good.pth --out {data}/text.pth/x'),
    ('out exists', '{cfg} {data}/good.pth --out {data}/dir.pth'),
) + calls(
    'deploy', 'deploy.py',
    ('*shape 0', '{cfg} {data}/good.pth --backend onnxruntime --out {out} '
     '--shape 0 0'),
    *((f'*tolerance {value}' if value == 'inf' else f'tolerance {value}',
       '{cfg} {data}/good.pth --backend onnxruntime --out {out} '
       f'--tolerance {value}') for value in ('inf', 'nan', '-1', 'small')),
    ('int8 -1', '{cfg} {data}/good.pth --backend onnxruntime --out {out} '
     '--int8 -1'),
    ('int8 0', '{cfg} {data}/good.pth --backend onnxruntime --out {out} '
     '--int8 0'),
    ('backend typo', '{cfg} {data}/good.pth --backend onnx'),
    ('deploy cfg absent', '{cfg} {data}/good.pth --backend onnxruntime '
     '--out {out} --deploy-cfg absent.py'),
    ('deploy cfg is a model cfg', '{cfg} {data}/good.pth --backend '
     'onnxruntime --out {out} --deploy-cfg {cfg}'),
    ('dynamic ncnn', '{cfg} {data}/good.pth --backend ncnn --dynamic'),
    ('other checkpoint',
     '{cfg} {data}/wide.pth --backend onnxruntime --out {out}'),
    ('NaN', '{cfg} {data}/nan.pth --backend onnxruntime --out {out}'))

ANALYSIS = 'analysis_tools/'
BENCHMARKS = calls(
    'benchmark', ANALYSIS + 'benchmark.py',
    ('absent', 'absent.py'),
    ('absent checkpoint', '{cfg}@absent.pth'),
    ('key typo', '{cfg}@model.backbone.dept=20'),
    *((f'{option} {value}', f'{{cfg}} --engines torch --repeats 2 '
       f'--{option} {value}') for option, value in (
           ('threads', 0), ('threads', -1), ('batch-sizes', 0),
           ('batch-sizes', -1), ('repeats', 1), ('warm-up', -1),
           ('shape', 0), ('shape', '-1 28'), ('engines', 'tensorflow'),
           ('accuracy', '1 2'), ('accuracy', 'nan'))),
    ('*images of different sizes',
     '{cfg} {data}/other_size.py --engines torch --repeats 2'),
    ('no model', '{data}/cfg_no_model.py --engines torch --repeats 2'),
    ('onnx empty', '{data}/empty.onnx --repeats 2'),
    ('*onnx garbage', '{data}/garbage.onnx --repeats 2'),
    ('out is a file',
     '{cfg} --engines torch --repeats 2 --out {data}/text.pth'),
    ('other checkpoint', '{cfg}@{data}/wide.pth --engines torch'),
) + calls(
    'benchmark_training', ANALYSIS + 'benchmark_training.py',
    *((f'{option} {value}',
       f'{{cfg}} --repeats 1 --warm-up 1 --{option} {value}')
      for option, value in (('images', 0), ('images', -1), ('threads', 0),
                            ('repeats', 0), ('warm-up', -1))),
    ('absent', 'absent.py'),
    ('out is a file', '{cfg} --repeats 1 --out {data}/text.pth'),
) + calls(
    'inference_time', ANALYSIS + 'inference_time.py',
    *((f'{option} {value}', f'{{cfg}} --repeats 1 --images 4 '
       f'--{option} {value}') for option, value in (
           ('images', 0), ('images', -1), ('size', 0), ('batch-size', 0),
           ('repeats', 0), ('device', 'tpu'))),
    ('absent', 'absent.py'),
    ('*channels differ',
     '{cfg} {data}/rgb.py --repeats 1 --images 4'),
) + calls(
    'plot_blocks', ANALYSIS + 'plot_blocks.py',
    ('absent', 'absent'),
    ('a file', '{data}/text.pth'),
    ('*truncated log', '{data}/truncated_log --out {out}.png'),
    ('*fields missing', '{data}/strange_log --out {out}.png'),
    ('out under a file', '{data}/good_log --out {data}/text.pth/x.png'),
) + calls(
    'reproduce', 'reproduce.py',
    ('absent', 'absent.py'),
    ('no table', '{cfg} --work-dir {out} --out {out}'),
    ('budget', '{table} --budget soon'),
    ('row unknown', '{table} --rows foo --work-dir {out} --out {out}'),
    ('jobs 0', '{table} --jobs 0 --work-dir {out} --out {out}'),
    ('weights absent', '{table} --weights a=absent.pth --out {out}'))

TABLES = calls(
    'compare', 'compare.py',
    ('absent', 'absent.py'),
    ('jobs -1', '{cfg} --jobs -1 --work-dir {out} --out {out}'),
    ('epochs 0', '{cfg} --epochs 0 --work-dir {out} --out {out}'),
    ('budget', '{cfg} --budget soon --work-dir {out} --out {out}'))

CASES = FLAGS + TEST + SHIPPING + BENCHMARKS + TABLES
