"""evaluate_onnx.py MODEL.onnx IMAGE LOGITS: the checker of python3-onnx accepts the model, and the
operators as the ONNX specification describes them, here in numpy, turn IMAGE into LOGITS (both raw
float32) within a thousandth of the largest."""
import sys

import numpy
import onnx
from onnx import numpy_helper


def windows(x, kernel, strides, pads, dilations, fill):
    """All taps of a kernel over N x C x H x W: kernel cells, N, C, rows, columns."""
    x = numpy.pad(x, ((0, 0), (0, 0), (pads[0], pads[2]), (pads[1], pads[3])), constant_values=fill)
    reach = [d * (k - 1) + 1 for d, k in zip(dilations, kernel)]
    rows, columns = [(n - r) // s + 1 for n, r, s in zip(x.shape[2:], reach, strides)]
    return numpy.stack([x[:, :, i * dilations[0]:i * dilations[0] + strides[0] * rows:strides[0],
                          j * dilations[1]:j * dilations[1] + strides[1] * columns:strides[1]]
                        for i in range(kernel[0]) for j in range(kernel[1])])


def conv(x, weights, bias, dilations, group, kernel_shape, pads, strides):
    taps = windows(x, kernel_shape, strides, pads, dilations, 0)
    flat = weights.reshape(*weights.shape[:2], -1)
    if group > 1:
        assert group == x.shape[1] == len(weights)
        return numpy.einsum("knchw,ck->nchw", taps, flat[:, 0]) + bias[:, None, None]
    return numpy.einsum("knchw,ock->nohw", taps, flat, optimize=True) + bias[:, None, None]


def max_pool(x, kernel_shape, pads, strides):
    return windows(x, kernel_shape, strides, pads, (1, 1), -numpy.inf).max(axis=0)


def max_pool_with_places(x, kernel_shape, pads, strides):
    """Values, and where each came from in x laid out flat."""
    taps = windows(x, kernel_shape, strides, pads, (1, 1), -numpy.inf)
    flat = numpy.arange(x.size).reshape(x.shape)
    places = windows(flat, kernel_shape, strides, pads, (1, 1), -1)
    first = taps.argmax(axis=0)[None]
    return taps.max(axis=0), numpy.take_along_axis(places, first, axis=0)[0]


def max_unpool(x, places, shape, kernel_shape, strides):
    flat = numpy.zeros(numpy.prod(shape))
    flat[places.reshape(-1)] = x.reshape(-1)
    return flat.reshape(shape)


def halves(length, wanted):
    """Of each place of the result: the two places it lies between, and the share of the second."""
    at = (numpy.arange(wanted) + 0.5) * (length / wanted) - 0.5
    at = numpy.clip(at, 0, length - 1)
    first = numpy.floor(at).astype(int)
    return first, numpy.minimum(first + 1, length - 1), at - first


def resize(x, sizes, mode, coordinate_transformation_mode):
    assert mode == b"linear" and coordinate_transformation_mode == b"half_pixel"
    assert tuple(sizes[:2]) == x.shape[:2]
    above, below, share = halves(x.shape[2], sizes[2])
    x = x[:, :, above] * (1 - share)[:, None] + x[:, :, below] * share[:, None]
    left, right, share = halves(x.shape[3], sizes[3])
    return x[..., left] * (1 - share) + x[..., right] * share


def along(values, scale, axis):
    shape = [1] * values.ndim
    if scale.size > 1:
        shape[axis] = -1
    return scale.reshape(shape)


def quantize(x, scale, zero, axis=1):
    whole = numpy.rint(x / along(x, scale, axis)) + along(x, zero, axis)
    return numpy.clip(whole, *(numpy.iinfo(zero.dtype).min, numpy.iinfo(zero.dtype).max)).astype(
        zero.dtype)


def dequantize(x, scale, zero, axis=1):
    return (x.astype(numpy.float64) - along(x, zero, axis)) * along(x, scale, axis)


OPERATORS = {
    "Conv": conv,
    "Add": lambda a, b: a + b,
    "Relu": lambda x: numpy.maximum(x, 0),
    "Max": numpy.maximum,
    "Mul": lambda a, b: a * b,
    "Div": lambda a, b: a / b,
    "Clip": numpy.clip,
    "Sqrt": numpy.sqrt,
    "ReduceSumSquare": lambda x, axes: (x * x).sum(axis=tuple(axes), keepdims=True),
    "MaxPool": max_pool,
    "MaxPool with places": max_pool_with_places,
    "MaxUnpool": max_unpool,
    "GlobalAveragePool": lambda x: x.mean(axis=(2, 3), keepdims=True),
    "Concat": lambda *parts, axis: numpy.concatenate(parts, axis=axis),
    "Shape": lambda x: numpy.array(x.shape, numpy.int64),
    "Slice": lambda x, begin, end: x[begin[0]:end[0]],
    "Resize": lambda x, roi, scales, sizes, **how: resize(x, sizes, **how),
    "Identity": lambda x: x,
    "QuantizeLinear": quantize,
    "DequantizeLinear": dequantize,
}


def evaluate(graph, image):
    values = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    values |= {graph.input[0].name: image, "": None}
    for node in graph.node:
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        inputs = [values[name] for name in node.input]
        if len(node.output) == 1:
            values[node.output[0]] = OPERATORS[node.op_type](*inputs, **attributes)
        else:
            results = OPERATORS[node.op_type + " with places"](*inputs, **attributes)
            values |= dict(zip(node.output, results))
    return values[graph.output[0].name]


model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
assert model.opset_import[0].version == 13 and len(model.graph.input) == 1
sides = [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim][2:]
channels = model.graph.input[0].type.tensor_type.shape.dim[1].dim_value
grey = numpy.fromfile(sys.argv[2], numpy.float32).reshape(1, 1, *sides)
image = numpy.repeat(grey, channels, axis=1).astype(numpy.float64)
found = evaluate(model.graph, image)
expected = numpy.fromfile(sys.argv[3], numpy.float32).reshape(found.shape)
tolerance = float(sys.argv[4]) if len(sys.argv) > 4 else 1e-3
error = abs(found - expected).max() / abs(expected).max()
assert error <= tolerance, f"logits differ by {error:.2e} of the largest"
# Two images at once give what each gives alone.
both = evaluate(model.graph, numpy.concatenate([image[:, :, ::-1], image]))
assert numpy.allclose(both[1], found[0], atol=1e-6 * abs(found).max())
print(f"{sys.argv[1]}: {len(model.graph.node)} operations, logits within {error:.1e} of the largest")
