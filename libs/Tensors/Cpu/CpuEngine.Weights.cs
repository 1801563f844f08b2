using VideoGrain.Tensors.Cpu.Weights;

namespace VideoGrain.Tensors.Cpu;

/// <content>Packing of weights.</content>
public sealed unsafe partial class CpuEngine
{
    /// <inheritdoc/>
    public LinearWeight PackLinear(HostTensor weight, HostTensor? bias)
    {
        OperandChecks.LinearWeight(weight, bias);
        var shape = weight.Shape;
        return new CpuLinearWeight(PackedMatrix.Create(weight, bias, shape[0], shape[1], 1, _kernels.Width)) { Inputs = shape[1], Outputs = shape[0] };
    }

    /// <inheritdoc/>
    public ConvWeight PackConv(HostTensor weight, HostTensor? bias, int stride, Padding2d padding)
    {
        OperandChecks.ConvWeight(weight, bias, stride, padding);
        var shape = weight.Shape;
        var winograd = WinogradMatrix.Suits(shape[1], shape[0], shape[2], stride, padding);
        return new CpuConvWeight
        {
            Inputs = shape[1],
            Outputs = shape[0],
            Kernel = shape[2],
            Stride = stride,
            Padding = padding,
            Direct = winograd ? null : PackedMatrix.Create(weight, bias, shape[0], shape[1], checked(shape[2] * shape[2]), _kernels.Width),
            Winograd = winograd ? WinogradMatrix.Create(weight, bias, shape[0], shape[1], _kernels.Width) : null,
        };
    }

    /// <inheritdoc/>
    public NormWeight PackNorm(HostTensor scale, HostTensor shift)
    {
        OperandChecks.NormWeight(scale, shift);
        var channels = scale.Shape[0];
        return new CpuNormWeight(HostValues.ToNative(scale, channels), HostValues.ToNative(shift, channels)) { Channels = channels };
    }

    /// <inheritdoc/>
    public EmbeddingWeight PackEmbedding(HostTensor table)
    {
        OperandChecks.EmbeddingWeight(table);
        return new CpuEmbeddingWeight(HostValues.ToNative(table, table.ElementCount)) { Rows = table.Shape[0], Width = table.Shape[1] };
    }

    /// <inheritdoc/>
    public Tensor Embed(EmbeddingWeight table, ReadOnlySpan<int> ids)
    {
        ArgumentNullException.ThrowIfNull(table);
        var own = table as CpuEmbeddingWeight ?? throw ForeignWeight(nameof(table));
        OperandChecks.Embed(own, ids);
        var result = New(ids.Length, own.Width);
        for (var i = 0; i < ids.Length; i++)
            new ReadOnlySpan<float>(own.Table + ((long)ids[i] * own.Width), own.Width).CopyTo(new Span<float>(result.Pointer + ((long)i * own.Width), own.Width));
        return result;
    }

    private static ArgumentException ForeignWeight(string name) => new("the weight was packed by another kind of engine", name);

    private PackedMatrix Own(LinearWeight weight, string name)
    {
        ArgumentNullException.ThrowIfNull(weight, name);
        return weight is CpuLinearWeight own && own.Matrix.Layout.Width == _kernels.Width ? own.Matrix : throw ForeignWeight(name);
    }

    private CpuConvWeight Own(ConvWeight weight, string name)
    {
        ArgumentNullException.ThrowIfNull(weight, name);
        return weight is CpuConvWeight own && own.Width == _kernels.Width ? own : throw ForeignWeight(name);
    }

    private static CpuNormWeight Own(NormWeight weight, string name)
    {
        ArgumentNullException.ThrowIfNull(weight, name);
        return weight as CpuNormWeight ?? throw ForeignWeight(name);
    }
}
