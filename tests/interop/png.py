"""A PNG of 8-bit grey or RGB, or of 1 bit, as a numpy array, without a library of its own."""
import struct
import zlib

import numpy


def read_png(path):
    data = open(path, "rb").read()
    at, packed = 8, b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if kind == b"IHDR":
            columns, rows, depth, colour = struct.unpack(">IIBB", body[:10])
            assert colour in (0, 2), path
            channels = 3 if colour == 2 else 1
        if kind == b"IDAT":
            packed += body
        at += 12 + length
    lines = zlib.decompress(packed)
    stride = (columns * channels * depth + 7) // 8
    image, before = [], numpy.zeros(stride, int)
    for row in range(rows):
        start = row * (stride + 1)
        kind = lines[start]
        line = numpy.frombuffer(lines[start + 1:start + 1 + stride], numpy.uint8).astype(int)
        for i in range(stride):
            left = line[i - channels] if i >= channels else 0
            corner = before[i - channels] if i >= channels else 0
            up = before[i]
            if kind == 1:
                line[i] += left
            elif kind == 2:
                line[i] += up
            elif kind == 3:
                line[i] += (left + up) // 2
            elif kind == 4:
                guess = left + up - corner
                line[i] += min((abs(guess - left), 0, left), (abs(guess - up), 1, up),
                               (abs(guess - corner), 2, corner))[2]
            line[i] &= 255
        image.append(line)
        before = line
    image = numpy.array(image, numpy.uint8)
    if depth == 8:
        return image if channels == 1 else image.reshape(rows, columns, 3)
    assert depth == 1, path
    return 255 * numpy.unpackbits(image, axis=1)[:, :columns]
