using VideoGrain.Diffusion.UNet;
using VideoGrain.Tensors;

namespace VideoGrain.Editing.Attention;

/// <summary>Self-attention over a chosen span of frames, with or without layout modulation.</summary>
internal static class SpanAttention
{
    /// <summary>q, k, v and the result are [branches, frames * n, c]; the modulation covers all tokens of the clip.</summary>
    public static Tensor Run(
        IEngine engine, in AttentionSite site, Tensor q, Tensor k, Tensor v, AttentionSpan span, LayoutModulation? modulation)
    {
        if (span == AttentionSpan.AllFrames || site.Frames == 1) return Attend(engine, site, q, k, v, modulation);
        var (branches, perFrame, channels) = (q[0], q[1] / site.Frames, q[2]);
        q = q.Reshape(branches * site.Frames, perFrame, channels);
        k = k.Reshape(branches * site.Frames, perFrame, channels);
        v = v.Reshape(branches * site.Frames, perFrame, channels);
        if (span == AttentionSpan.PerFrame && modulation is null)
            return engine.Attention(q, k, v, site.Heads, site.Scale).Reshape(branches, site.Frames * perFrame, channels);

        var parts = new Tensor[branches * site.Frames];
        for (var entry = 0; entry < parts.Length; entry++)
        {
            var frame = entry % site.Frames;
            int[] keyFrames = span == AttentionSpan.PerFrame || frame == 0 ? [frame] : frame == 1 ? [0] : [0, frame - 1];
            var firstOfBranch = entry - frame;
            parts[entry] = Attend(
                engine, site, q.Slice(entry, 1), Gather(engine, k, firstOfBranch, keyFrames), Gather(engine, v, firstOfBranch, keyFrames),
                modulation is null ? null : Restrict(modulation, frame, keyFrames, perFrame));
        }

        return engine.ConcatBatch(parts).Reshape(branches, site.Frames * perFrame, channels);
    }

    private static Tensor Attend(IEngine engine, in AttentionSite site, Tensor q, Tensor k, Tensor v, LayoutModulation? modulation) =>
        modulation is null
            ? engine.Attention(q, k, v, site.Heads, site.Scale)
            : engine.LayoutAttention(q, k, v, site.Heads, site.Scale, modulation);

    private static Tensor Gather(IEngine engine, Tensor x, int first, int[] frames)
    {
        if (frames.Length == 1) return x.Slice(first + frames[0], 1);
        return engine.ConcatBatch(x.Slice(first + frames[0], 1), x.Slice(first + frames[1], 1)).Reshape(1, 2 * x[1], x[2]);
    }

    private static LayoutModulation Restrict(LayoutModulation whole, int frame, int[] keyFrames, int perFrame)
    {
        var keys = new ulong[keyFrames.Length * perFrame];
        for (var i = 0; i < keyFrames.Length; i++)
            whole.KeyRegions.AsSpan(keyFrames[i] * perFrame, perFrame).CopyTo(keys.AsSpan(i * perFrame));
        return new LayoutModulation(
            whole.QueryRegions.AsSpan(frame * perFrame, perFrame).ToArray(), keys, whole.Strength.AsSpan(frame * perFrame, perFrame).ToArray());
    }
}
