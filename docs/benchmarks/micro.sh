#!/bin/sh
# SRAM, arena and estimated time of docs/hardware.md:
#     make benchmark-micro
# or, with the converters in an environment of your own,
#     PYTHONPATH=. sh docs/benchmarks/micro.sh python
set -e
python=${1:-python}
out=docs/benchmarks
rd=configs/rd
theirs=$("$python" -c 'import mmpretrain; print(mmpretrain.__path__[0])')/.mim/configs
run() {
    "$python" tools/analysis_tools/benchmark.py --precision int8 \
        --repeats 2 --warm-up 0 "$@"
}
in_sram="--accelerator ethos-u55-128 --memory-mode Sram_Only"

# 32 x 32: what a device of MLPerf Tiny's size runs
run $rd/resnet8_cifar10.py $rd/plain8_ce_cifar10.py \
    $rd/resnet20_cifar10.py $rd/plain20_ce_cifar10.py \
    --engines tflite-micro ethos-u $in_sram --sram 32K 48K all \
    --out $out/micro32

# 50 layers at 96 x 96 and 224 x 224, everything in SRAM
for side in 96 224; do
    run $rd/resnet50_imagenet.py $rd/plain50_ce_imagenet.py --shape $side \
        --engines tflite-micro ethos-u $in_sram --out $out/micro50_$side
done

# 224 x 224 under limits of SRAM
run $rd/resnet50_imagenet.py $rd/plain50_ce_imagenet.py \
    $rd/resnet18_imagenet.py $rd/plain18_ce_imagenet.py \
    $theirs/repvgg/repvgg-A2_8xb32_in1k.py \
    $theirs/repvgg/repvgg-B0_8xb32_in1k.py \
    $theirs/mobilenet_v2/mobilenet-v2_8xb32_in1k.py \
    --engines ethos-u --accelerator ethos-u55-256 \
    --sram 256K 512K 1M 2M all --out $out/sram224
