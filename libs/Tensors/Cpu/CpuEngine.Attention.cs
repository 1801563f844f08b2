using VideoGrain.Tensors.Cpu.Kernels;

namespace VideoGrain.Tensors.Cpu;

/// <content>Attention.</content>
public sealed unsafe partial class CpuEngine
{
    /// <inheritdoc/>
    public Tensor Attention(Tensor q, Tensor k, Tensor v, int heads, float scale, bool causal = false)
    {
        var arguments = Arguments(q, k, heads, scale);
        arguments.V = Own(v, nameof(v)).Pointer;
        Check.Shape(v, k.Shape, nameof(v));
        var result = New(q.Shape);
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
        OperandChecks.Modulation(q, k, modulation);
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
        OperandChecks.Selection(q, k, selection);
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
        OperandChecks.Frames(q, k, frames);
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
        OperandChecks.Attention(q, k, heads, scale);
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
