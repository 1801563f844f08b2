using VideoGrain.Tensors.Cpu.Kernels;

namespace VideoGrain.Tensors.Cpu;

/// <content>Attention.</content>
public sealed unsafe partial class CpuEngine
{
    /// <inheritdoc/>
    public Tensor Attention(Tensor q, Tensor k, Tensor v, int heads, float scale, bool causal = false)
    {
        var arguments = Arguments(q, k, heads, scale);
        Check.Shape(v, k.Shape, nameof(v));
        var result = New(q.Shape);
        arguments.V = Own(v, nameof(v)).Pointer;
        arguments.Y = result.Pointer;
        arguments.Causal = causal;
        _kernels.Attention(this, ref arguments);
        return result;
    }

    /// <inheritdoc/>
    public Tensor LayoutAttention(Tensor q, Tensor k, Tensor v, int heads, float scale, LayoutModulation modulation)
    {
        ArgumentNullException.ThrowIfNull(modulation);
        var arguments = Arguments(q, k, heads, scale);
        Check.Shape(v, k.Shape, nameof(v));
        Check.That(modulation.QueryRegions.Length == q[1], nameof(modulation), $"is for {modulation.QueryRegions.Length} queries, got {q[1]}");
        Check.That(modulation.KeyRegions.Length == k[1], nameof(modulation), $"is for {modulation.KeyRegions.Length} keys, got {k[1]}");
        var result = New(q.Shape);
        arguments.V = Own(v, nameof(v)).Pointer;
        arguments.Y = result.Pointer;
        fixed (ulong* queryRegions = modulation.QueryRegions, keyRegions = modulation.KeyRegions)
        fixed (float* strength = modulation.Strength)
        {
            arguments.QueryRegions = queryRegions;
            arguments.KeyRegions = keyRegions;
            arguments.Strength = strength;
            _kernels.Attention(this, ref arguments);
        }

        return result;
    }

    /// <inheritdoc/>
    public Tensor SelectedAttention(Tensor q, Tensor k, Tensor v, int heads, float scale, KeySelection selection)
    {
        ArgumentNullException.ThrowIfNull(selection);
        var plain = Arguments(q, k, heads, scale);
        Check.Shape(v, k.Shape, nameof(v));
        Check.That(k[0] == q[0], nameof(k), $"expected {q[0]} batch entries, got {k[0]}");
        Check.That(selection.Queries == q[1], nameof(selection), $"is for {selection.Queries} queries, got {q[1]}");
        Check.That(selection.Largest < k[1], nameof(selection), $"index {selection.Largest} is not below the number of keys, {k[1]}");
        var result = New(q.Shape);
        fixed (int* indices = selection.Indices)
        {
            var arguments = new SelectedAttentionArguments
            {
                Q = plain.Q,
                K = plain.K,
                V = Own(v, nameof(v)).Pointer,
                Y = result.Pointer,
                Indices = indices,
                Batch = plain.Batch,
                Queries = plain.Queries,
                Keys = plain.Keys,
                Width = selection.Width,
                Heads = heads,
                Size = plain.Size,
                Scale = scale,
            };
            _kernels.SelectedAttention(this, ref arguments);
        }

        return result;
    }

    /// <inheritdoc/>
    public Tensor DiagonalAttentionProbabilities(Tensor q, Tensor k, int heads, float scale, int frames)
    {
        var arguments = Arguments(q, k, heads, scale);
        Check.That(q[0] == 1, nameof(q), $"expected one batch entry, got {q[0]}");
        Check.Shape(k, q.Shape, nameof(k));
        Check.That(frames >= 1 && q[1] % frames == 0, nameof(frames), $"must divide the {q[1]} tokens, got {frames}");
        var tokens = q[1] / frames;
        var result = New(frames, tokens, tokens);
        arguments.Y = result.Pointer;
        arguments.Frames = frames;
        _kernels.DiagonalProbabilities(this, ref arguments);
        return result;
    }

    /// <inheritdoc/>
    public Tensor AttentionScores(Tensor q, Tensor k, int heads, float scale)
    {
        // The mean over heads of the heads' products is the product of the whole tokens, divided by the number of heads.
        var arguments = Arguments(q, k, heads, scale / Math.Max(heads, 1));
        arguments.Size *= heads;
        arguments.Heads = 1;
        var result = New(q[0], q[1], k[1]);
        arguments.Y = result.Pointer;
        _kernels.Scores(this, ref arguments);
        return result;
    }

    private AttentionArguments Arguments(Tensor q, Tensor k, int heads, float scale)
    {
        CpuTensor query = Own(q, nameof(q)), key = Own(k, nameof(k));
        Check.Rank(q, 3, nameof(q));
        Check.Rank(k, 3, nameof(k));
        Check.That(heads >= 1 && q[2] > 0 && q[2] % heads == 0, nameof(heads), $"must divide the {q[2]} channels, got {heads}");
        Check.That(k[2] == q[2], nameof(k), $"expected {q[2]} channels, got {Check.Describe(k)}");
        Check.That(k[0] >= 1 && q[0] % k[0] == 0, nameof(k), $"the batch size, {k[0]}, must divide that of q, {q[0]}");
        Check.That(k[1] >= 1, nameof(k), $"at least one key is needed, got {Check.Describe(k)}");
        Check.Finite(scale, nameof(scale));
        return new AttentionArguments
        {
            Q = query.Pointer,
            K = key.Pointer,
            Batch = q[0],
            KeyBatch = k[0],
            Queries = q[1],
            Keys = k[1],
            Heads = heads,
            Size = q[2] / heads,
            Scale = scale,
        };
    }
}
