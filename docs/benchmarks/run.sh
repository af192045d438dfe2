#!/bin/sh
# Regenerates the tables and pictures of this folder:
#     make benchmark
# or, with the engines in an environment of your own,
#     PYTHONPATH=. sh docs/benchmarks/run.sh python
set -e
python=${1:-python}
out=docs/benchmarks
rd=configs/rd
# An equal network without shortcuts, see docs/deployment.md
merged=@model.backbone.shortcut=merged@model.backbone.deploy=True

# Merged bottlenecks cost four times the MACs and are left out.
"$python" tools/analysis_tools/benchmark.py \
    $rd/resnet50_imagenet.py $rd/plain50_ce_imagenet.py \
    --engines torch onnxruntime openvino --batch-sizes 1 8 \
    --repeats 20 --warm-up 3 --out $out/imagenet50
"$python" tools/analysis_tools/benchmark.py \
    $rd/resnet18_imagenet.py $rd/plain18_ce_imagenet.py \
    $rd/plain18_ce_imagenet.py$merged \
    --engines torch onnxruntime openvino --batch-sizes 1 8 \
    --repeats 15 --warm-up 3 --out $out/imagenet18
"$python" tools/analysis_tools/benchmark.py \
    $rd/resnet20_cifar10.py $rd/plain20_ce_cifar10.py \
    $rd/plain20_dirac_ce_cifar100.py \
    $rd/plain20_ce_cifar10.py$merged \
    --engines torch onnxruntime openvino --batch-sizes 1 128 \
    --repeats 40 --out $out/cifar20
# What tools/compress.py left of the run in docs/results/epsilon_short.md
removed="['layer1.2','layer1.3','layer1.4','layer2.1','layer2.2','layer2.3','layer2.4','layer3.1']"
"$python" tools/analysis_tools/benchmark.py \
    configs/epsilon/preact32_20e_cifar10.py \
    "configs/epsilon/preact32_20e_cifar10.py@model.backbone.removed_blocks=$removed@model.side_blocks=['layer3.0']" \
    --engines torch onnxruntime openvino --batch-sizes 1 128 \
    --repeats 40 --out $out/compressed32
"$python" tools/analysis_tools/benchmark_training.py \
    $rd/plain20_ce_cifar100.py \
    $rd/plain20_ce_cifar100.py@default_hooks.device_input=None \
    $rd/plain20_ce_cifar100.py@default_hooks.memory_format=None \
    $rd/plain20_ce_cifar100.py@optim_wrapper.optimizer.fused=True \
    $rd/plain20_ce_cifar100.py@optim_wrapper.type=AmpOptimWrapper \
    $rd/plain20_kd_cifar100.py $rd/plain20_cifar100.py \
    $rd/plain20_cifar100.py@optim_wrapper.type=AmpOptimWrapper \
    $rd/plain20_cifar100.py@model.fold_teacher=False \
    $rd/plain20_cifar100.py@model.hybrids=one \
    $rd/plain20_feature_kd_cifar100.py $rd/plain20_co_trained_cifar100.py \
    configs/no_res/plain20_joint_cifar100.py configs/fading/plain20_cifar10.py \
    --repeats 15 --out $out/training20
"$python" tools/analysis_tools/benchmark_training.py \
    $rd/plain18_ce_cifar100.py@train_dataloader.batch_size=32 \
    $rd/plain18_cifar100.py@train_dataloader.batch_size=32 \
    $rd/plain18_cifar100.py@train_dataloader.batch_size=32@model.hybrids=one \
    --repeats 20 --out $out/training18
