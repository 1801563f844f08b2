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
    public Tensor Conv2d(Tensor x, ConvWeight weight, int stride, Padding2d padding, Tensor? shift = null, Tensor? residual = null)
    {
        var input = Own(x, nameof(x));
        var matrix = Own(weight, nameof(weight));
        Check.Rank(x, 4, nameof(x));
        Check.That(x[3] == weight.Inputs, nameof(x), $"the last of {Check.Describe(x)} must be {weight.Inputs}");
        Check.That(stride >= 1, nameof(stride), $"must be at least 1, got {stride}");
        Check.That(padding is { Top: >= 0, Left: >= 0, Bottom: >= 0, Right: >= 0 }, nameof(padding), $"must not be negative, got {padding}");
        var height = OutputSize(x[1], padding.Top, padding.Bottom, weight.Kernel, stride, nameof(x));
        var width = OutputSize(x[2], padding.Left, padding.Right, weight.Kernel, stride, nameof(x));
        if (shift is not null)
        {
            Check.That(
                shift.Rank == 2 && shift[1] == weight.Outputs && shift[0] > 0 && x[0] % shift[0] == 0,
                nameof(shift),
                $"expected [m, {weight.Outputs}] with m a divisor of {x[0]}, got {Check.Describe(shift)}");
        }

        if (residual is not null) Check.Shape(residual, [x[0], height, width, weight.Outputs], nameof(residual));
        var arguments = new GemmArguments
        {
            X = input.Pointer,
            Rows = Rows((long)x[0] * height * width, nameof(x)),
            Panels = matrix.Panels,
            Layout = matrix.Layout,
            Bias = matrix.Bias,
            Shift = shift is null ? null : Own(shift, nameof(shift)).Pointer,
            Residual = residual is null ? null : Own(residual, nameof(residual)).Pointer,
            IsConvolution = weight.Kernel > 1 || stride > 1 || padding != default,
            Kernel = weight.Kernel,
            Stride = stride,
            Height = x[1],
            Width = x[2],
            Channels = x[3],
            OutHeight = height,
            OutWidth = width,
            PadTop = padding.Top,
            PadLeft = padding.Left,
        };
        arguments.RowsPerShift = shift is null ? 1 : Math.Max(1, arguments.Rows / shift[0]);
        var result = New(x[0], height, width, weight.Outputs);
        arguments.Y = result.Pointer;
        _kernels.Gemm(this, ref arguments);
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
