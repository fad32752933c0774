#!/bin/sh
# Stands in for ffmpeg with a Quick Sync device, which no machine that runs the tests has: x264 and x265 do its work. While
# the file "broken" is beside this script, encodes of the segments from number 2 on fail, as those of a device that hangs.
case "$*" in *_qsv*) ;; *) exec ffmpeg "$@" ;; esac
if [ -e "$(dirname "$0")/broken" ]; then
    case "$*" in *"-start_number 2 "*)
        echo "[h264_qsv @ 0x55] [error] Error during encoding: device failed (-17)" >&2
        exit 1 ;;
    esac
fi
n=$#
while [ "$n" -gt 0 ]; do
    arg=$1; shift; n=$((n - 1))
    case "$arg" in
        -init_hw_device|-filter_hw_device|-global_quality|-forced_idr|-adaptive_i|-adaptive_b)
            shift; n=$((n - 1)) ;;
        h264_qsv) set -- "$@" libx264 -sc_threshold 0 ;;
        hevc_qsv) set -- "$@" libx265 -forced-idr 1 -x265-params scenecut=0:open-gop=0:repeat-headers=0:log-level=none ;;
        *) set -- "$@" "$arg" ;;
    esac
done
exec ffmpeg "$@"
