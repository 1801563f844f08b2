using VideoGrain.Tensors.Cpu.Kernels;

namespace VideoGrain.Tensors.Cpu;

/// <content>Linear layers and convolutions.</content>
public sealed unsafe partial class CpuEngine
{
    /// <inheritdoc/>
    public Tensor Linear(Tensor x, LinearWeight weight, Activation activation = Activation.None, Tensor? residual = null)
    {
        var input = Own(x, nameof(x));
        var matrix = Own(weight, nameof(weight));
        CheckActivation(activation, nameof(activation));
        Check.That(x.Rank >= 1 && x[-1] == weight.Inputs, nameof(x), $"the last of {Check.Describe(x)} must be {weight.Inputs}");
        Span<int> shape = stackalloc int[x.Rank];
        x.Shape.CopyTo(shape);
        shape[^1] = weight.Outputs;
        if (residual is not null) Check.Shape(residual, shape, nameof(residual));
        var added = residual is null ? null : Own(residual, nameof(residual)).Pointer;
        var result = New(shape);
        var arguments = new GemmArguments
        {
            X = input.Pointer,
            Rows = Rows(input.Length / weight.Inputs, nameof(x)),
            Panels = matrix.Panels,
            Layout = matrix.Layout,
            Bias = matrix.Bias,
            Y = result.Pointer,
            Activation = activation,
            Residual = added,
        };
        _kernels.Gemm(this, ref arguments);
        return result;
    }

    /// <inheritdoc/>
    public Tensor LinearGeglu(Tensor x, LinearWeight weight)
    {
        var input = Own(x, nameof(x));
        var matrix = Own(weight, nameof(weight));
        Check.That(x.Rank >= 1 && x[-1] == weight.Inputs, nameof(x), $"the last of {Check.Describe(x)} must be {weight.Inputs}");
        Check.That(weight.Outputs % 2 == 0, nameof(weight), $"the number of outputs must be even, got {weight.Outputs}");
        Span<int> shape = stackalloc int[x.Rank];
        x.Shape.CopyTo(shape);
        var half = weight.Outputs / 2;
        var rows = Rows(input.Length / weight.Inputs, nameof(x));
        shape[^1] = half;
        var result = New(shape);
        var arguments = new GemmArguments
        {
            X = input.Pointer,
            Rows = rows,
            Panels = matrix.Panels,
            Layout = matrix.Layout,
            Bias = matrix.Bias,
            Y = result.Pointer,
            Geglu = half % matrix.Layout.PanelWidth == 0,
        };
        if (arguments.Geglu)
        {
            _kernels.Gemm(this, ref arguments);
            return result;
        }

        // Widths that do not fall on a panel: the whole projection first.
        using var projection = RentWorkspace((long)rows * weight.Outputs * sizeof(float));
        arguments.Y = projection.Pointer;
        _kernels.Gemm(this, ref arguments);
        var gate = new PointwiseArguments { A = projection.Pointer, Y = result.Pointer, Count = rows, Width = half };
        _kernels.Geglu(this, ref gate);
        return result;
    }

    /// <inheritdoc/>
    public Tensor Conv2d(Tensor x, ConvWeight weight, Tensor? shift = null, Tensor? residual = null)
    {
        var input = Own(x, nameof(x));
        var own = Own(weight, nameof(weight));
        Check.Rank(x, 4, nameof(x));
        Check.That(x[3] == weight.Inputs, nameof(x), $"the last of {Check.Describe(x)} must be {weight.Inputs}");
        var padding = weight.Padding;
        var height = OutputSize(x[1], padding.Top, padding.Bottom, weight.Kernel, weight.Stride, nameof(x));
        var width = OutputSize(x[2], padding.Left, padding.Right, weight.Kernel, weight.Stride, nameof(x));
        if (shift is not null)
        {
            Check.That(
                shift.Rank == 2 && shift[1] == weight.Outputs && shift[0] > 0 && x[0] % shift[0] == 0,
                nameof(shift),
                $"expected [m, {weight.Outputs}] with m a divisor of {x[0]}, got {Check.Describe(shift)}");
        }

        if (residual is not null) Check.Shape(residual, [x[0], height, width, weight.Outputs], nameof(residual));
        var added = residual is null ? null : Own(residual, nameof(residual)).Pointer;
        var shifted = shift is null ? null : Own(shift, nameof(shift)).Pointer;
        var rows = Rows((long)x[0] * height * width, nameof(x));
        var result = New(x[0], height, width, weight.Outputs);
        if (own.Winograd is { } transformed)
        {
            var arguments = new WinogradArguments
            {
                X = input.Pointer,
                Images = x[0],
                Height = height,
                Width = width,
                Panels = transformed.Panels,
                Layout = transformed.Layout,
                Bias = transformed.Bias,
                Y = result.Pointer,
                Residual = added,
                Shift = shifted,
                ImagesPerShift = shift is null ? 1 : Math.Max(1, x[0] / shift[0]),
            };
            _kernels.Winograd(this, ref arguments);
        }
        else
        {
            var matrix = own.Direct!;
            var arguments = new GemmArguments
            {
                X = input.Pointer,
                Rows = rows,
                Panels = matrix.Panels,
                Layout = matrix.Layout,
                Bias = matrix.Bias,
                Y = result.Pointer,
                Shift = shifted,
                RowsPerShift = shift is null ? 1 : Math.Max(1, rows / shift[0]),
                Residual = added,
                IsConvolution = weight.Kernel > 1 || weight.Stride > 1 || padding != default,
                Kernel = weight.Kernel,
                Stride = weight.Stride,
                Height = x[1],
                Width = x[2],
                Channels = x[3],
                OutHeight = height,
                OutWidth = width,
                PadTop = padding.Top,
                PadLeft = padding.Left,
            };
            _kernels.Gemm(this, ref arguments);
        }

        return result;
    }

    private static int OutputSize(int size, int before, int after, int kernel, int stride, string name)
    {
        var padded = (long)size + before + after;
        Check.That(padded >= kernel, name, $"a side of {size} pixels with padding {before} + {after} is smaller than the kernel, {kernel}");
        var result = ((padded - kernel) / stride) + 1;
        Check.That(result <= int.MaxValue, name, $"the result's side would have {result} pixels");
        return (int)result;
    }

    private static int Rows(long rows, string name)
    {
        Check.That(rows <= int.MaxValue, name, $"{rows} rows, at most {int.MaxValue} are possible");
        return (int)rows;
    }

    private static void CheckActivation(Activation activation, string name) =>
        Check.That(activation is >= Activation.None and <= Activation.Gelu, name, $"unknown activation {(int)activation}");
}
