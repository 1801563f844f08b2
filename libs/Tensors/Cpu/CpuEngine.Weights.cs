using VideoGrain.Tensors.Cpu.Weights;

namespace VideoGrain.Tensors.Cpu;

/// <content>Packing of weights.</content>
public sealed unsafe partial class CpuEngine
{
    /// <inheritdoc/>
    public LinearWeight PackLinear(HostTensor weight, HostTensor? bias)
    {
        ArgumentNullException.ThrowIfNull(weight);
        HostValues.RequireFloat(weight, nameof(weight));
        var shape = weight.Shape;
        Check.That(
            shape.Length == 2 || (shape.Length == 4 && shape[2] == 1 && shape[3] == 1), nameof(weight), $"expected [outputs, inputs] or [outputs, inputs, 1, 1], got {Describe(weight)}");
        CheckWeight(weight, bias, shape[0]);
        return new CpuLinearWeight(PackedMatrix.Create(weight, bias, shape[0], shape[1], 1, _kernels.Width)) { Inputs = shape[1], Outputs = shape[0] };
    }

    /// <inheritdoc/>
    public ConvWeight PackConv(HostTensor weight, HostTensor? bias, int stride, Padding2d padding)
    {
        ArgumentNullException.ThrowIfNull(weight);
        HostValues.RequireFloat(weight, nameof(weight));
        var shape = weight.Shape;
        Check.That(shape.Length == 4 && shape[2] == shape[3] && shape[2] > 0, nameof(weight), $"expected [outputs, inputs, k, k], got {Describe(weight)}");
        Check.That(stride >= 1, nameof(stride), $"must be at least 1, got {stride}");
        Check.That(padding is { Top: >= 0, Left: >= 0, Bottom: >= 0, Right: >= 0 }, nameof(padding), $"must not be negative, got {padding}");
        CheckWeight(weight, bias, shape[0]);
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
        ArgumentNullException.ThrowIfNull(scale);
        ArgumentNullException.ThrowIfNull(shift);
        HostValues.RequireFloat(scale, nameof(scale));
        HostValues.RequireFloat(shift, nameof(shift));
        Check.That(scale.Shape.Length == 1 && scale.Shape[0] > 0, nameof(scale), $"expected [channels], got {Describe(scale)}");
        Check.That(shift.Shape.SequenceEqual(scale.Shape), nameof(shift), $"expected [{scale.Shape[0]}], got {Describe(shift)}");
        var channels = scale.Shape[0];
        return new CpuNormWeight(HostValues.ToNative(scale, channels), HostValues.ToNative(shift, channels)) { Channels = channels };
    }

    /// <inheritdoc/>
    public EmbeddingWeight PackEmbedding(HostTensor table)
    {
        ArgumentNullException.ThrowIfNull(table);
        HostValues.RequireFloat(table, nameof(table));
        Check.That(table.Shape.Length == 2 && table.ElementCount > 0, nameof(table), $"expected [rows, width], none zero, got {Describe(table)}");
        return new CpuEmbeddingWeight(HostValues.ToNative(table, table.ElementCount)) { Rows = table.Shape[0], Width = table.Shape[1] };
    }

    /// <inheritdoc/>
    public Tensor Embed(EmbeddingWeight table, ReadOnlySpan<int> ids)
    {
        ArgumentNullException.ThrowIfNull(table);
        var own = table as CpuEmbeddingWeight ?? throw ForeignWeight(nameof(table));
        foreach (var id in ids) Check.That((uint)id < (uint)own.Rows, nameof(ids), $"id {id} is not in 0..{own.Rows - 1}");
        var result = New(ids.Length, own.Width);
        for (var i = 0; i < ids.Length; i++)
            new ReadOnlySpan<float>(own.Table + ((long)ids[i] * own.Width), own.Width).CopyTo(new Span<float>(result.Pointer + ((long)i * own.Width), own.Width));
        return result;
    }

    private static string Describe(HostTensor tensor) => $"[{string.Join(", ", tensor.Shape.ToArray())}]";

    private static ArgumentException ForeignWeight(string name) => new("the weight was packed by another kind of engine", name);

    private static void CheckWeight(HostTensor weight, HostTensor? bias, int outputs)
    {
        Check.That(weight.ElementCount > 0, nameof(weight), $"no dimension may be zero, got {Describe(weight)}");
        if (bias is null) return;
        HostValues.RequireFloat(bias, nameof(bias));
        Check.That(bias.Shape.Length == 1 && bias.Shape[0] == outputs, nameof(bias), $"expected [{outputs}], got {Describe(bias)}");
    }

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
