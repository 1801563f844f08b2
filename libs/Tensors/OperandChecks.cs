namespace VideoGrain.Tensors;

/// <summary>
/// What every engine requires of the arguments of <see cref="IEngine"/>'s operations, and the shapes that follow from them. Parameters are named as the
/// operations' own, so a message names what the caller passed.
/// </summary>
internal static class OperandChecks
{
    /// <summary>Values for a new tensor.</summary>
    public static void Upload(ReadOnlySpan<float> values, ReadOnlySpan<int> shape)
    {
        if (values.Length != Check.Count(shape, nameof(shape)))
            throw new ArgumentException($"{values.Length} values do not fill shape [{string.Join(", ", shape.ToArray())}]", nameof(values));
    }

    /// <summary>Room for a tensor's values.</summary>
    public static void Download(Tensor source, ReadOnlySpan<float> destination)
    {
        var elements = source.ElementCount;
        Check.That(destination.Length == elements, nameof(destination), $"holds {destination.Length} elements, the tensor has {elements}");
    }

    /// <summary>Another shape for the same elements.</summary>
    public static void Reshape(Tensor tensor, ReadOnlySpan<int> shape)
    {
        if (Check.Count(shape, nameof(shape)) != tensor.ElementCount)
            throw new ArgumentException($"shape [{string.Join(", ", shape.ToArray())}] does not hold the {tensor.ElementCount} elements of {Check.Describe(tensor)}", nameof(shape));
    }

    /// <summary>Some entries of the first dimension; returns the result's shape.</summary>
    public static int[] Slice(Tensor tensor, int start, int count)
    {
        if (tensor.Rank == 0) throw new ArgumentOutOfRangeException(nameof(start), start, "a scalar has no first dimension");
        if (start < 0 || start > tensor[0])
            throw new ArgumentOutOfRangeException(nameof(start), start, $"the first dimension of {Check.Describe(tensor)} has {tensor[0]} entries");
        if (count < 0 || count > tensor[0] - start)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"the first dimension of {Check.Describe(tensor)} has {tensor[0]} entries, the slice starts at {start}");
        var shape = tensor.Shape.ToArray();
        shape[0] = count;
        return shape;
    }

    /// <summary>A matrix or a 1x1 kernel, and its bias.</summary>
    public static void LinearWeight(HostTensor weight, HostTensor? bias)
    {
        ArgumentNullException.ThrowIfNull(weight);
        var shape = weight.Shape;
        RequireFloat(weight, nameof(weight));
        Check.That(
            shape.Length == 2 || (shape.Length == 4 && shape[2] == 1 && shape[3] == 1), nameof(weight), $"expected [outputs, inputs] or [outputs, inputs, 1, 1], got {Describe(weight)}");
        CheckBias(weight, bias, shape[0]);
    }

    /// <summary>A kernel, its bias, and how it moves.</summary>
    public static void ConvWeight(HostTensor weight, HostTensor? bias, int stride, Padding2d padding)
    {
        ArgumentNullException.ThrowIfNull(weight);
        RequireFloat(weight, nameof(weight));
        var shape = weight.Shape;
        Check.That(shape.Length == 4 && shape[2] == shape[3] && shape[2] > 0, nameof(weight), $"expected [outputs, inputs, k, k], got {Describe(weight)}");
        Check.That(stride >= 1, nameof(stride), $"must be at least 1, got {stride}");
        Check.That(padding is { Top: >= 0, Left: >= 0, Bottom: >= 0, Right: >= 0 }, nameof(padding), $"must not be negative, got {padding}");
        CheckBias(weight, bias, shape[0]);
    }

    /// <summary>Scale and shift of a normalisation.</summary>
    public static void NormWeight(HostTensor scale, HostTensor shift)
    {
        ArgumentNullException.ThrowIfNull(scale);
        ArgumentNullException.ThrowIfNull(shift);
        RequireFloat(scale, nameof(scale));
        RequireFloat(shift, nameof(shift));
        Check.That(scale.Shape.Length == 1 && scale.Shape[0] > 0, nameof(scale), $"expected [channels], got {Describe(scale)}");
        Check.That(shift.Shape.SequenceEqual(scale.Shape), nameof(shift), $"expected [{scale.Shape[0]}], got {Describe(shift)}");
    }

    /// <summary>A lookup table.</summary>
    public static void EmbeddingWeight(HostTensor table)
    {
        ArgumentNullException.ThrowIfNull(table);
        RequireFloat(table, nameof(table));
        Check.That(table.Shape.Length == 2 && table.ElementCount > 0, nameof(table), $"expected [rows, width], none zero, got {Describe(table)}");
    }

    /// <summary>Rows of a table.</summary>
    public static void Embed(EmbeddingWeight table, ReadOnlySpan<int> ids)
    {
        foreach (var id in ids) Check.That((uint)id < (uint)table.Rows, nameof(ids), $"id {id} is not in 0..{table.Rows - 1}");
    }

    /// <summary>A linear layer; returns the result's shape.</summary>
    public static int[] Linear(Tensor x, LinearWeight weight, Activation activation, Tensor? residual)
    {
        KnownActivation(activation, nameof(activation));
        Check.That(x.Rank >= 1 && x[-1] == weight.Inputs, nameof(x), $"the last of {Check.Describe(x)} must be {weight.Inputs}");
        var shape = WithLast(x, weight.Outputs);
        if (residual is not null) Check.Shape(residual, shape, nameof(residual));
        return shape;
    }

    /// <summary>A gated linear layer; returns the result's shape.</summary>
    public static int[] LinearGeglu(Tensor x, LinearWeight weight)
    {
        Check.That(x.Rank >= 1 && x[-1] == weight.Inputs, nameof(x), $"the last of {Check.Describe(x)} must be {weight.Inputs}");
        Check.That(weight.Outputs % 2 == 0, nameof(weight), $"the number of outputs must be even, got {weight.Outputs}");
        return WithLast(x, weight.Outputs / 2);
    }

    /// <summary>A convolution; returns the result's shape.</summary>
    public static int[] Conv2d(Tensor x, ConvWeight weight, Tensor? shift, Tensor? residual)
    {
        Check.Rank(x, 4, nameof(x));
        Check.That(x[3] == weight.Inputs, nameof(x), $"the last of {Check.Describe(x)} must be {weight.Inputs}");
        var padding = weight.Padding;
        int[] shape =
        [
            x[0],
            OutputSize(x[1], padding.Top, padding.Bottom, weight.Kernel, weight.Stride, nameof(x)),
            OutputSize(x[2], padding.Left, padding.Right, weight.Kernel, weight.Stride, nameof(x)),
            weight.Outputs,
        ];
        if (shift is not null)
        {
            Check.That(
                shift.Rank == 2 && shift[1] == weight.Outputs && shift[0] > 0 && x[0] % shift[0] == 0,
                nameof(shift),
                $"expected [m, {weight.Outputs}] with m a divisor of {x[0]}, got {Check.Describe(shift)}");
        }

        if (residual is not null) Check.Shape(residual, shape, nameof(residual));
        return shape;
    }

    /// <summary>Group normalisation.</summary>
    public static void GroupNorm(Tensor x, NormWeight weight, int groups, float epsilon, int imagesPerStatistic, Activation activation)
    {
        Check.That(x.Rank is 3 or 4 && x[-1] == weight.Channels, nameof(x), $"expected [n, h, w, {weight.Channels}] or [n, tokens, {weight.Channels}], got {Check.Describe(x)}");
        Check.That(groups >= 1 && weight.Channels % groups == 0, nameof(groups), $"must divide the {weight.Channels} channels, got {groups}");
        CheckEpsilon(epsilon);
        Check.That(
            imagesPerStatistic >= 1 && x[0] % imagesPerStatistic == 0, nameof(imagesPerStatistic), $"must divide the {x[0]} images, got {imagesPerStatistic}");
        KnownActivation(activation, nameof(activation));
    }

    /// <summary>Normalisation over the last dimension.</summary>
    public static void LayerNorm(Tensor x, NormWeight weight, float epsilon)
    {
        Check.That(x.Rank >= 1 && x[-1] == weight.Channels, nameof(x), $"the last of {Check.Describe(x)} must be {weight.Channels}");
        CheckEpsilon(epsilon);
    }

    /// <summary>A non-linearity.</summary>
    public static void KnownActivation(Activation activation, string name) =>
        Check.That(activation is >= Activation.None and <= Activation.Gelu, name, $"unknown activation {(int)activation}");

    /// <summary>A sum in which b may repeat along the first dimension.</summary>
    public static void Combine(Tensor a, Tensor b) =>
        Check.That(
            a.Rank == b.Rank && (a.Rank == 0 || (a.Shape[1..].SequenceEqual(b.Shape[1..]) && (a[0] == b[0] || (b[0] > 0 && a[0] % b[0] == 0)))),
            nameof(b),
            $"{Check.Describe(b)} neither equals {Check.Describe(a)} nor repeats along its first dimension");

    /// <summary>Two images and the mask that chooses between them.</summary>
    public static void Blend(Tensor mask, Tensor a, Tensor b)
    {
        Check.Rank(a, 4, nameof(a));
        Check.Shape(b, a.Shape, nameof(b));
        Check.Shape(mask, [a[0], a[1], a[2], 1], nameof(mask));
    }

    /// <summary>Concatenation along the last dimension; returns the result's shape.</summary>
    public static int[] ConcatChannels(Tensor a, Tensor b)
    {
        Check.That(
            a.Rank >= 1 && a.Rank == b.Rank && a.Shape[..^1].SequenceEqual(b.Shape[..^1]), nameof(b), $"{Check.Describe(b)} must equal {Check.Describe(a)} but for the last dimension");
        return WithLast(a, Size((long)a[-1] + b[-1], nameof(b)));
    }

    /// <summary>Concatenation along the first dimension; returns the result's shape.</summary>
    public static int[] ConcatBatch(ReadOnlySpan<Tensor> parts)
    {
        long first = 0;
        foreach (var part in parts)
        {
            Check.That(
                part.Rank >= 1 && part.Rank == parts[0].Rank && part.Shape[1..].SequenceEqual(parts[0].Shape[1..]),
                nameof(parts),
                $"{Check.Describe(part)} must equal {Check.Describe(parts[0])} but for the first dimension");
            first += part[0];
        }

        var shape = parts[0].Shape.ToArray();
        shape[0] = Size(first, nameof(parts));
        return shape;
    }

    /// <summary>Doubling of images; returns the result's shape.</summary>
    public static int[] UpsampleNearest2x(Tensor x)
    {
        Check.Rank(x, 4, nameof(x));
        Check.That(Math.Max(x[1], x[2]) <= int.MaxValue / 2, nameof(x), $"{Check.Describe(x)} cannot be doubled");
        return [x[0], 2 * x[1], 2 * x[2], x[3]];
    }

    /// <summary>Queries, keys and heads of any attention.</summary>
    public static void Attention(Tensor q, Tensor k, int heads, float scale)
    {
        Check.Rank(q, 3, nameof(q));
        Check.Rank(k, 3, nameof(k));
        Check.That(heads >= 1 && q[2] > 0 && q[2] % heads == 0, nameof(heads), $"must divide the {q[2]} channels, got {heads}");
        Check.That(k[2] == q[2], nameof(k), $"expected {q[2]} channels, got {Check.Describe(k)}");
        Check.That(k[0] >= 1 && q[0] % k[0] == 0, nameof(k), $"the batch size, {k[0]}, must divide that of q, {q[0]}");
        Check.That(k[1] >= 1, nameof(k), $"at least one key is needed, got {Check.Describe(k)}");
        Check.Finite(scale, nameof(scale));
    }

    /// <summary>Queries, keys, values and heads of any attention that has values.</summary>
    public static void Attention(Tensor q, Tensor k, Tensor v, int heads, float scale)
    {
        Attention(q, k, heads, scale);
        Check.Shape(v, k.Shape, nameof(v));
    }

    /// <summary>A modulation for these queries and keys.</summary>
    public static void Modulation(Tensor q, Tensor k, LayoutModulation modulation)
    {
        Check.That(modulation.QueryRegions.Length == q[1], nameof(modulation), $"is for {modulation.QueryRegions.Length} queries, got {q[1]}");
        Check.That(modulation.KeyRegions.Length == k[1], nameof(modulation), $"is for {modulation.KeyRegions.Length} keys, got {k[1]}");
    }

    /// <summary>A key selection for these queries and keys.</summary>
    public static void Selection(Tensor q, Tensor k, KeySelection selection)
    {
        Check.That(k[0] == q[0], nameof(k), $"expected {q[0]} batch entries, got {k[0]}");
        Check.That(selection.Queries == q[1], nameof(selection), $"is for {selection.Queries} queries, got {q[1]}");
        Check.That(selection.Largest < k[1], nameof(selection), $"index {selection.Largest} is not below the number of keys, {k[1]}");
    }

    /// <summary>Queries and keys of one clip, frame by frame.</summary>
    public static void Frames(Tensor q, Tensor k, int frames)
    {
        Check.That(q[0] == 1, nameof(q), $"expected one batch entry, got {q[0]}");
        Check.Shape(k, q.Shape, nameof(k));
        Check.That(frames >= 1 && q[1] % frames == 0, nameof(frames), $"must divide the {q[1]} tokens, got {frames}");
    }

    /// <summary>A size that an array index can count.</summary>
    public static int Size(long size, string name)
    {
        Check.That(size <= int.MaxValue, name, $"{size} rows, at most {int.MaxValue} are possible");
        return (int)size;
    }

    /// <summary>Requires a floating-point type.</summary>
    private static void RequireFloat(HostTensor tensor, string name) =>
        Check.That(
            tensor.Type is ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16, name, $"must be fp32, fp16 or bf16, got {tensor.Type}");

    private static void CheckBias(HostTensor weight, HostTensor? bias, int outputs)
    {
        Check.That(weight.ElementCount > 0, nameof(weight), $"no dimension may be zero, got {Describe(weight)}");
        if (bias is null) return;
        RequireFloat(bias, nameof(bias));
        Check.That(bias.Shape.Length == 1 && bias.Shape[0] == outputs, nameof(bias), $"expected [{outputs}], got {Describe(bias)}");
    }

    private static void CheckEpsilon(float epsilon) =>
        Check.That(epsilon is >= 0 and < float.PositiveInfinity, nameof(epsilon), $"must be finite and not negative, got {epsilon}");

    private static int[] WithLast(Tensor x, int last)
    {
        var shape = x.Shape.ToArray();
        shape[^1] = last;
        return shape;
    }

    private static int OutputSize(int size, int before, int after, int kernel, int stride, string name)
    {
        var padded = (long)size + before + after;
        Check.That(padded >= kernel, name, $"a side of {size} pixels with padding {before} + {after} is smaller than the kernel, {kernel}");
        var result = ((padded - kernel) / stride) + 1;
        Check.That(result <= int.MaxValue, name, $"the result's side would have {result} pixels");
        return (int)result;
    }

    private static string Describe(HostTensor tensor) => $"[{string.Join(", ", tensor.Shape.ToArray())}]";
}
