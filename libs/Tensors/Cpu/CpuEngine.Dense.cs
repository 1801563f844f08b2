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
        var shape = OperandChecks.Linear(x, weight, activation, residual);
        var added = residual is null ? null : Own(residual, nameof(residual)).Pointer;
        var result = New(shape);
        var arguments = new GemmArguments
        {
            X = input.Pointer,
            Rows = OperandChecks.Size(input.Length / weight.Inputs, nameof(x)),
            Panels = matrix.Panels,
            PanelType = matrix.Type,
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
        var shape = OperandChecks.LinearGeglu(x, weight);
        var half = shape[^1];
        var rows = OperandChecks.Size(input.Length / weight.Inputs, nameof(x));
        var result = New(shape);
        var arguments = new GemmArguments
        {
            X = input.Pointer,
            Rows = rows,
            Panels = matrix.Panels,
            PanelType = matrix.Type,
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
        var shape = OperandChecks.Conv2d(x, weight, shift, residual);
        int height = shape[1], width = shape[2];
        var added = residual is null ? null : Own(residual, nameof(residual)).Pointer;
        var shifted = shift is null ? null : Own(shift, nameof(shift)).Pointer;
        var rows = OperandChecks.Size((long)x[0] * height * width, nameof(x));
        var result = New(shape);
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
                PanelType = matrix.Type,
                Layout = matrix.Layout,
                Bias = matrix.Bias,
                Y = result.Pointer,
                Shift = shifted,
                RowsPerShift = shift is null ? 1 : Math.Max(1, rows / shift[0]),
                Residual = added,
                IsConvolution = weight.Kernel > 1 || weight.Stride > 1 || weight.Padding != default,
                Kernel = weight.Kernel,
                Stride = weight.Stride,
                Height = x[1],
                Width = x[2],
                Channels = x[3],
                OutHeight = height,
                OutWidth = width,
                PadTop = weight.Padding.Top,
                PadLeft = weight.Padding.Left,
            };
            _kernels.Gemm(this, ref arguments);
        }

        return result;
    }
}
