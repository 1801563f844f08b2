using TorchSharp;
using VideoGrain.Tensors.Torch.Internal;
using static TorchSharp.torch.nn;

namespace VideoGrain.Tensors.Torch;

/// <content>Attention.</content>
public sealed partial class TorchEngine
{
    // Widths of heads that the flash kernels take.
    private const int HeadAlignment = 8;

    /// <inheritdoc/>
    public Tensor Attention(Tensor q, Tensor k, Tensor v, int heads, float scale, bool causal = false)
    {
        var (queries, keys, values) = (Own(q, nameof(q)), Own(k, nameof(k)), Own(v, nameof(v)));
        OperandChecks.Attention(q, k, v, heads, scale);
        return Compute(GroupOf(q, k), q.Shape, () =>
        {
            var repeats = q[0] / k[0];
            if (!causal || repeats == 1)
                return Joined(Fused(Folded(queries, k[0], heads), Split(keys, heads), Split(values, heads), scale, causal), q);

            // A causal mask counts from each batch entry's first query, so entries cannot be folded into one.
            torch.Tensor each = Split(keys, heads).repeat_interleave(repeats, 0), and = Split(values, heads).repeat_interleave(repeats, 0);
            return Joined(Fused(Split(queries, heads), each, and, scale, causal), q);
        });
    }

    /// <inheritdoc/>
    public Tensor LayoutAttention(Tensor q, Tensor k, Tensor v, int heads, float scale, LayoutModulation modulation)
    {
        ArgumentNullException.ThrowIfNull(modulation);
        var (queries, keys, values) = (Own(q, nameof(q)), Own(k, nameof(k)), Own(v, nameof(v)));
        OperandChecks.Attention(q, k, v, heads, scale);
        OperandChecks.Modulation(q, k, modulation);
        return Compute(OperationGroup.LayoutAttention, q.Shape, () =>
        {
            var tables = _tables.Get(modulation, () => MembershipTables(modulation));
            long repeats = q[0] / k[0], size = q[2] / heads, sets = tables[0].shape[1];
            torch.Tensor folded = Folded(queries, k[0], heads), key = Split(keys, heads), value = Split(values, heads);
            var strength = tables[2].repeat(repeats).view(1, 1, repeats * q[1], 1);
            var gain = Ranges(queries, keys, heads, scale).mul_(strength);

            // A half holds 11 bits of the gain; a second column with the rest keeps a wide row's shared keys apart from the others. A gain beyond fp16's range leaves the others
            // nothing anyway, nor does the largest that it holds.
            var width = size + (IsHalf ? 2 * sets : sets);
            var padding = (HeadAlignment - (width % HeadAlignment)) % HeadAlignment;
            var members = tables[0].repeat(repeats, 1).view(1, 1, repeats * q[1], sets);
            gain = gain.TimesInPlace(Math.Sqrt(width + padding));
            if (_type == torch.ScalarType.Float16) gain = gain.AtMost((double)Half.MaxValue);
            var upper = gain.to(_type);
            List<torch.Tensor> left = [folded * strength.Times(-1).PlusInPlace(1).TimesInPlace(scale * Math.Sqrt(width + padding)).to(_type), upper * members];
            List<torch.Tensor> right = [key, tables[1].view(1, 1, k[1], sets).expand(key.shape[0], heads, -1, -1)];
            if (IsHalf)
            {
                left.Add((gain - upper).to(_type) * members);
                right.Add(right[1]);
            }

            var wide = functional.scaled_dot_product_attention(
                Padded(torch.cat(left, -1), padding), Padded(torch.cat(right, -1), padding), Padded(value, width + padding - size));
            return Joined(wide.narrow(-1, 0, size), q);
        });
    }

    /// <inheritdoc/>
    public Tensor SelectedAttention(Tensor q, Tensor k, Tensor v, int heads, float scale, KeySelection selection)
    {
        ArgumentNullException.ThrowIfNull(selection);
        var (queries, keys, values) = (Own(q, nameof(q)), Own(k, nameof(k)), Own(v, nameof(v)));
        OperandChecks.Attention(q, k, v, heads, scale);
        OperandChecks.Selection(q, k, selection);
        return Compute(OperationGroup.TrajectoryAttention, q.Shape, () =>
        {
            var tables = _tables.Get(selection, () => SelectionTables(selection));
            long batch = q[0], width = selection.Width, size = q[2] / heads;
            var step = Block(q[1], batch * width * q[2] * 2 * ElementBytes);
            return torch.cat(Blocks(q[1], step, (start, count) =>
            {
                var listed = tables[0].narrow(0, start, count).reshape(-1);
                var query = queries.View(batch, q[1], heads, size).narrow(1, start, count).reshape(batch * count, heads, 1, size);
                var mask = tables[1].narrow(0, start, count).view(1, count, 1, 1, width).expand(batch, count, 1, 1, width).reshape(batch * count, 1, 1, width);
                var attended = Fused(query, Gathered(keys), Gathered(values), scale, causal: false, mask);
                return attended.reshape(batch, count, q[2]);

                torch.Tensor Gathered(TorchTensor tokens) =>
                    tokens.View().index_select(1, listed).view(batch * count, width, heads, size).transpose(1, 2);
            }), 1);
        });
    }

    /// <inheritdoc/>
    public Tensor DiagonalAttentionProbabilities(Tensor q, Tensor k, int heads, float scale, int frames)
    {
        var (queries, keys) = (Own(q, nameof(q)), Own(k, nameof(k)));
        OperandChecks.Attention(q, k, heads, scale);
        OperandChecks.Frames(q, k, frames);
        var tokens = q[1] / frames;
        return Compute(OperationGroup.Other, [frames, tokens, tokens], () =>
        {
            var query = Split(queries, heads).squeeze(0).to(torch.ScalarType.Float32).Times(scale);
            var key = Split(keys, heads).squeeze(0).to(torch.ScalarType.Float32).transpose(1, 2);
            var step = Block(tokens, (long)heads * k[1] * sizeof(float) * 2);
            var rows = new List<torch.Tensor>();
            for (var frame = 0; frame < frames; frame++)
            {
                var first = (long)frame * tokens;
                rows.AddRange(Blocks(tokens, step, (start, count) =>
                {
                    var scores = query.narrow(1, first + start, count).bmm(key);
                    return (scores.narrow(2, first, tokens) - scores.logsumexp(-1, true)).exp_().mean([0]).to(_type);
                }));
            }

            return torch.cat(rows);
        });
    }

    /// <inheritdoc/>
    public Tensor AttentionScores(Tensor q, Tensor k, int heads, float scale)
    {
        var (queries, keys) = (Own(q, nameof(q)), Own(k, nameof(k)));
        OperandChecks.Attention(q, k, heads, scale);

        // The mean over heads of the heads' products is the product of the whole tokens, divided by the number of heads.
        return Compute(
            OperationGroup.Other,
            [q[0], q[1], k[1]],
            () => queries.View(k[0], q[0] / k[0] * (long)q[1], q[2]).Times(scale / heads).bmm(keys.View().transpose(1, 2)));
    }

    private static OperationGroup GroupOf(Tensor q, Tensor k) => k[1] == q[1] ? OperationGroup.SelfAttention : OperationGroup.CrossAttention;

    /// <summary>Tokens [b, n, c] as heads [b, heads, n, size].</summary>
    private static torch.Tensor Split(TorchTensor tokens, int heads) => tokens.View(tokens[0], tokens[1], heads, tokens[2] / heads).transpose(1, 2);

    /// <summary>Queries of all batch entries that share keys, in one entry each: [key batch, heads, repeats n, size]. No key is copied for that.</summary>
    private static torch.Tensor Folded(TorchTensor q, int keyBatch, int heads) =>
        q.View(keyBatch, q[0] / keyBatch * (long)q[1], heads, q[2] / heads).transpose(1, 2);

    /// <summary>Heads back to tokens in the shape of the queries.</summary>
    private static torch.Tensor Joined(torch.Tensor heads, Tensor q) => heads.transpose(1, 2).reshape(q[0], q[1], q[2]);

    private static torch.Tensor Padded(torch.Tensor x, long columns) => columns == 0 ? x : functional.pad(x, new long[] { 0, columns });

    /// <summary>The library scales by the root of the head size and takes no other factor.</summary>
    private static torch.Tensor Fused(torch.Tensor q, torch.Tensor k, torch.Tensor v, float scale, bool causal, torch.Tensor? mask = null)
    {
        // The usual scale, in single precision, is that root but for its rounding.
        const double Rounding = 1e-6;
        var factor = scale * Math.Sqrt(q.shape[^1]);
        return functional.scaled_dot_product_attention(Math.Abs(factor - 1) < Rounding ? q : q.Times(factor), k, v, mask, is_casual: causal);
    }

    /// <summary>How far the scores of each query reach, the step that ST-Layout attention takes first: [key batch, heads, queries], in fp32.</summary>
    internal Tensor RowRanges(Tensor q, Tensor k, int heads, float scale)
    {
        var (queries, keys) = (Own(q, nameof(q)), Own(k, nameof(k)));
        OperandChecks.Attention(q, k, heads, scale);
        return Compute(OperationGroup.LayoutAttention, [k[0], heads, q[0] / k[0] * q[1]], () => Ranges(queries, keys, heads, scale));
    }

    /// <summary>max - min of each query's scaled scores, in fp32, from a pass over the keys: [key batch, heads, queries, 1].</summary>
    private torch.Tensor Ranges(TorchTensor q, TorchTensor k, int heads, float scale)
    {
        if (_kernels is not null)
        {
            var ranges = torch.empty([k[0], heads, q[0] / k[0] * (long)q[1], 1], torch.ScalarType.Float32, _device);
            if (_kernels.TryRowRanges(q, k, ranges, heads, scale)) return ranges;
        }

        return RangesOfProducts(Folded(q, k[0], heads), Split(k, heads), scale);
    }

    /// <summary>The same from blocks of scores, which go through the device's memory.</summary>
    private torch.Tensor RangesOfProducts(torch.Tensor q, torch.Tensor k, float scale)
    {
        // bmm and not matmul: TorchSharp lets no error of the latter through, memory running out among them, but ends the process.
        long entries = q.shape[0] * q.shape[1], queries = q.shape[2], keys = k.shape[2], size = q.shape[3];
        var scaled = q.Times(scale).reshape(entries, queries, size);
        var transposed = k.reshape(entries, keys, size).transpose(1, 2);
        var blocks = Blocks(queries, Block(queries, entries * keys * ElementBytes), (start, count) =>
        {
            var (least, most) = scaled.narrow(1, start, count).bmm(transposed).aminmax(2, true);
            return torch.cat([least, most], 2);
        });
        var extremes = torch.cat(blocks, 1).to(torch.ScalarType.Float32);
        return (extremes.narrow(2, 1, 1) - extremes.narrow(2, 0, 1)).view(q.shape[0], q.shape[1], queries, 1);
    }

    /// <summary>Queries of a block whose scores, so many bytes for each query, stay within the limit.</summary>
    private long Block(long queries, long bytesPerQuery) => Math.Clamp(_scoreBytes / Math.Max(1, bytesPerQuery), 1, Math.Max(1, queries));

    /// <summary>The results of all blocks; what a block needs besides ends with it.</summary>
    private static List<torch.Tensor> Blocks(long queries, long step, Func<long, long, torch.Tensor> block)
    {
        var results = new List<torch.Tensor>();
        for (long start = 0; start < queries; start += step)
        {
            using var scope = torch.NewDisposeScope();
            results.Add(block(start, Math.Min(step, queries - start)).MoveToOuterDisposeScope());
        }

        return results;
    }

    /// <summary>u [queries, sets], w [keys, sets] and the strengths [queries], these in fp32.</summary>
    private torch.Tensor[] MembershipTables(LayoutModulation modulation)
    {
        var columns = new LayoutColumns(modulation);
        return
        [
            torch.tensor(columns.Queries, [modulation.QueryRegions.Length, columns.Sets]).to(_type, _device),
            torch.tensor(columns.Keys, [modulation.KeyRegions.Length, columns.Sets]).to(_type, _device),
            torch.tensor(modulation.Strength).to(_device),
        ];
    }

    /// <summary>Listed keys [queries, width], with key 0 for those masked out, and which are not.</summary>
    private torch.Tensor[] SelectionTables(KeySelection selection)
    {
        var indices = torch.tensor(selection.Indices, [selection.Queries, selection.Width]).to(torch.ScalarType.Int64, _device);
        return [indices.OrZero(), indices.NotNegative()];
    }
}
