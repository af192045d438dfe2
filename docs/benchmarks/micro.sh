#!/bin/sh
# Arena, SRAM and estimated time of docs/hardware.md:
#     make benchmark-micro
# or, with the converters in an environment of your own,
#     PYTHONPATH=. sh docs/benchmarks/micro.sh python
set -e
python=${1:-python}
out=docs/benchmarks
rd=configs/rd
a2=mmpretrain::repvgg/repvgg-A2_8xb32_in1k.py
b0=mmpretrain::repvgg/repvgg-B0_8xb32_in1k.py
mobilenet=mmpretrain::mobilenet_v2/mobilenet-v2_8xb32_in1k.py
rotate=@rotate-180
run() {
    "$python" tools/analysis_tools/benchmark.py --precision int8 \
        --repeats 2 --warm-up 0 "$@"
}
in_sram="--accelerator ethos-u55-128 --memory-mode Sram_Only"
layers8="$rd/resnet8_cifar10.py $rd/plain8_ce_cifar10.py $rd/plain8_ce_cifar10.py$rotate"
layers20="$rd/resnet20_cifar10.py $rd/plain20_ce_cifar10.py $rd/plain20_ce_cifar10.py$rotate"
layers50="$rd/resnet50_imagenet.py $rd/plain50_ce_imagenet.py $rd/plain50_ce_imagenet.py$rotate"
layers18="$rd/resnet18_imagenet.py $rd/plain18_ce_imagenet.py $rd/plain18_ce_imagenet.py$rotate"
rivals="$a2 $b0 $mobilenet"

# 32 x 32: what a device of MLPerf Tiny's size runs
run $layers8 $layers20 --engines tflite-micro ethos-u $in_sram \
    --sram 32K 48K all --out $out/micro32

# 50 layers, everything in SRAM
run $layers50 --shape 96 --engines tflite-micro ethos-u $in_sram \
    --sram 128K 256K all --out $out/micro50_96
run $layers50 --shape 224 --engines tflite-micro ethos-u $in_sram \
    --out $out/micro50_224

# Preferring a small allocation to speed
run $layers50 $layers18 --engines ethos-u $in_sram --optimise Size \
    --out $out/size224

# Larger accelerators: with SRAM and flash, and with DRAM
larger() {
    accelerator=$1
    system=$2
    run $layers50 $layers18 $rivals --engines ethos-u \
        --accelerator $accelerator --out $out/$accelerator
    run $layers50 $layers18 $rivals --engines ethos-u \
        --accelerator $accelerator --system-config $system \
        --memory-mode Dedicated_Sram_384KB --out $out/${accelerator}_dram
}
larger ethos-u65-256 Ethos_U65_Mid_End
larger ethos-u85-256 Ethos_U85_SYS_DRAM_Mid

# 224 x 224 under limits of SRAM
run $layers50 $layers18 $rivals --engines ethos-u --accelerator ethos-u55-256 \
    --sram 256K 512K 1M 2M all --out $out/sram224

# What others gain from rotated images
run $a2$rotate $b0$rotate $mobilenet$rotate --engines ethos-u \
    --accelerator ethos-u55-256 --sram 256K 512K 1M 2M all \
    --out $out/sram224_rotated
