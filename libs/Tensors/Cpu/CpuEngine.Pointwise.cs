using VideoGrain.Tensors.Cpu.Kernels;

namespace VideoGrain.Tensors.Cpu;

/// <content>Element-wise operations and copies.</content>
public sealed unsafe partial class CpuEngine
{
    /// <inheritdoc/>
    public Tensor Activate(Tensor x, Activation activation)
    {
        var input = Own(x, nameof(x));
        OperandChecks.KnownActivation(activation, nameof(activation));
        var result = New(x.Shape);
        var arguments = new PointwiseArguments { A = input.Pointer, Y = result.Pointer, Count = input.Length, Activation = activation };
        _kernels.Activate(this, ref arguments);
        return result;
    }

    /// <inheritdoc/>
    public Tensor Combine(Tensor a, float alpha, Tensor b, float beta)
    {
        CpuTensor left = Own(a, nameof(a)), right = Own(b, nameof(b));
        OperandChecks.Combine(a, b);
        var result = New(a.Shape);
        if (left.Length == 0) return result;
        var arguments = new PointwiseArguments
        {
            A = left.Pointer,
            B = right.Pointer,
            Y = result.Pointer,
            Count = left.Length,
            Period = right.Length,
            Alpha = alpha,
            Beta = beta,
        };
        _kernels.Combine(this, ref arguments);
        return result;
    }

    /// <inheritdoc/>
    public Tensor Affine(Tensor x, float scale, float offset = 0)
    {
        var input = Own(x, nameof(x));
        var result = New(x.Shape);
        var arguments = new PointwiseArguments { A = input.Pointer, Y = result.Pointer, Count = input.Length, Alpha = scale, Beta = offset };
        _kernels.Affine(this, ref arguments);
        return result;
    }

    /// <inheritdoc/>
    public Tensor Blend(Tensor mask, Tensor a, Tensor b)
    {
        CpuTensor weights = Own(mask, nameof(mask)), left = Own(a, nameof(a)), right = Own(b, nameof(b));
        OperandChecks.Blend(mask, a, b);
        var result = New(a.Shape);
        var arguments = new PointwiseArguments
        {
            A = left.Pointer,
            B = right.Pointer,
            C = weights.Pointer,
            Y = result.Pointer,
            Count = weights.Length,
            Width = a[3],
        };
        _kernels.Blend(this, ref arguments);
        return result;
    }

    /// <inheritdoc/>
    public Tensor ConcatChannels(Tensor a, Tensor b)
    {
        CpuTensor left = Own(a, nameof(a)), right = Own(b, nameof(b));
        var shape = OperandChecks.ConcatChannels(a, b);
        var result = New(shape);
        if (result.Length == 0) return result;
        long rows = result.Length / shape[^1], widthA = a[-1], widthB = b[-1];
        float* from = left.Pointer, other = right.Pointer, to = result.Pointer;
        for (long row = 0; row < rows; row++)
        {
            new ReadOnlySpan<float>(from, (int)widthA).CopyTo(new Span<float>(to, (int)widthA));
            new ReadOnlySpan<float>(other, (int)widthB).CopyTo(new Span<float>(to + widthA, (int)widthB));
            from += widthA;
            other += widthB;
            to += widthA + widthB;
        }

        return result;
    }

    /// <inheritdoc/>
    public Tensor ConcatBatch(params ReadOnlySpan<Tensor> parts)
    {
        Check.That(parts.Length > 0, nameof(parts), $"at least one tensor is needed");
        foreach (var part in parts) Own(part, nameof(parts));
        var shape = OperandChecks.ConcatBatch(parts);
        var result = New(shape);
        var to = result.Pointer;
        foreach (var part in parts)
        {
            var source = (CpuTensor)part;
            Buffer.MemoryCopy(source.Pointer, to, source.Length * sizeof(float), source.Length * sizeof(float));
            to += source.Length;
        }

        return result;
    }

    /// <inheritdoc/>
    public Tensor UpsampleNearest2x(Tensor x)
    {
        var input = Own(x, nameof(x));
        var shape = OperandChecks.UpsampleNearest2x(x);
        int width = x[2], channels = x[3];
        var result = New(shape);
        if (result.Length == 0) return result;
        float* from = input.Pointer, to = result.Pointer;
        var line = 2L * width * channels;
        for (long row = 0; row < (long)x[0] * x[1]; row++)
        {
            for (var column = 0; column < width; column++)
            {
                var pixel = new ReadOnlySpan<float>(from + ((long)column * channels), channels);
                pixel.CopyTo(new Span<float>(to + (2L * column * channels), channels));
                pixel.CopyTo(new Span<float>(to + (((2L * column) + 1) * channels), channels));
            }

            Buffer.MemoryCopy(to, to + line, line * sizeof(float), line * sizeof(float));
            from += line / 2;
            to += 2 * line;
        }

        return result;
    }

    /// <inheritdoc/>
    public bool AllFinite(Tensor x)
    {
        var input = Own(x, nameof(x));
        var arguments = new PointwiseArguments { A = input.Pointer, Count = input.Length };
        _kernels.FindNonFinite(this, ref arguments);
        return arguments.Found == 0;
    }
}
