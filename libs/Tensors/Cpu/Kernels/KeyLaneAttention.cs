using System.Runtime.CompilerServices;

namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>
/// Attention for small heads. With 6 or 8 elements a head, the exponentials cost as much as the products, and a product that puts a head's
/// elements in the lanes of a vector would leave most lanes empty. Here keys lie in the lanes, in both products, and scores never
/// leave the registers: two or three queries (as many as there are registers for) and four vectors of keys at a time, scores, powers
/// of two, and sums of probability times value per lane, which are added across lanes at the very end.
/// No running maximum is needed where <see cref="ScoreBounds{TIsa,V}"/> says so; elsewhere, and for ST-Layout attention, which
/// needs each row's extremes anyway, a first walk over the keys finds the maximum, which then is taken off. Where that is faster (<see cref="KeepsScores"/>), the first walk
/// keeps the scores of its 24 queries, memory linear in the keys, so that the second need not multiply queries and keys again.
/// </summary>
internal static unsafe class KeyLaneAttention<TIsa, V>
    where TIsa : struct, IVectorIsa<V>
    where V : unmanaged
{
    // Two queries where registers are few; what the code says of a third is then left out by the compiler.
    private const int MostRows = 3;

    private const int WideVector = 16;
    private const int LargestRecomputed = 12;

    // Far below any score: such a lane gets the probability 0 (or 2^-126 where a kernel clamps).
    private const float Hidden = -1e30f;

    /// <summary>Runs attention, plain or modulated; not causal.</summary>
    public static void Run(CpuEngine engine, ref AttentionArguments arguments)
    {
        arguments.QueryTiles = (arguments.Queries + KeyLaneTile.Queries - 1) / KeyLaneTile.Queries;
        arguments.KeyLanes = new KeyLaneLayout(arguments.Size, arguments.Keys, TIsa.Width);
        var layout = arguments.KeyLanes;
        var entries = (long)arguments.KeyBatch * arguments.Heads;
        arguments.KeyChunks = (layout.Tiles + layout.StepTiles - 1) / layout.StepTiles;
        arguments.ScratchStride = KeyLaneTile.Length(arguments.Size, TIsa.Width, layout.ScoreStride) + 15 & ~15L;
        arguments.Scratch = engine.Scratch(arguments.ScratchStride);
        using var packed = engine.RentWorkspace(entries * layout.Length * sizeof(float));
        using var norms = engine.RentWorkspace(entries * arguments.KeyChunks * sizeof(float));
        arguments.PackedKeys = packed.Pointer;
        arguments.KeyNorms = norms.Pointer;
        fixed (AttentionArguments* pinned = &arguments)
        {
            engine.Workers.Run(&PackTask, pinned, checked((int)(entries * arguments.KeyChunks)));
            engine.Workers.Run(&RunTask, pinned, checked(arguments.Batch * arguments.Heads * arguments.QueryTiles));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackTask(void* context, int task, int worker)
    {
        ref readonly var g = ref *(AttentionArguments*)context;
        var layout = g.KeyLanes;
        var entry = task / g.KeyChunks;
        var first = task % g.KeyChunks * layout.StepTiles;
        var end = Math.Min(first + layout.StepTiles, layout.Tiles);
        var offset = ((long)(entry / g.Heads) * g.Keys * g.Channels) + (entry % g.Heads * g.Size);
        float largest = 0;
        for (var tile = first; tile < end; tile++)
        {
            var keys = g.PackedKeys + (entry * layout.Length) + ((long)tile * layout.TileLength);
            var values = keys + (layout.TileLength / 2);
            for (var lane = 0; lane < layout.TileKeys; lane++)
            {
                var key = (tile * layout.TileKeys) + lane;
                var source = offset + ((long)key * g.Channels);
                for (var i = 0; i < g.Size; i++)
                {
                    keys[(i * layout.TileKeys) + lane] = key < g.Keys ? g.K[source + i] : 0;
                    values[(i * layout.TileKeys) + lane] = key < g.Keys ? g.V[source + i] : 0;
                }

                if (key < g.Keys) largest = MathF.Max(largest, ScoreBounds<TIsa, V>.SquaredNorm(g.K + source, g.Size));
            }
        }

        g.KeyNorms[task] = MathF.Sqrt(largest);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunTask(void* context, int task, int worker)
    {
        ref readonly var g = ref *(AttentionArguments*)context;
        var tile = new KeyLaneTile(g.Scratch + (worker * g.ScratchStride), g.Size, TIsa.Width, g.KeyLanes.ScoreStride);
        var entry = task / g.QueryTiles;
        var head = entry % g.Heads;
        var batch = entry / g.Heads;
        var first = task % g.QueryTiles * KeyLaneTile.Queries;
        var count = Math.Min(KeyLaneTile.Queries, g.Queries - first);
        var keyEntry = (batch / (g.Batch / g.KeyBatch) * g.Heads) + head;
        var keys = g.PackedKeys + (keyEntry * g.KeyLanes.Length);
        LoadQueries(g, tile, batch, head, first, count);
        var kept = false;
        if (g.QueryRegions is not null)
        {
            kept = KeepsScores(g.Size);
            Measure(g, tile, keys, kept, count);
            SetModulation(g, tile, keys, kept, first, count);
        }
        else if (!ScoreBounds<TIsa, V>.AreSafe(tile.Query, count, g.Size, g.KeyNorms + ((long)keyEntry * g.KeyChunks), g.KeyChunks))
        {
            kept = KeepsScores(g.Size);
            Measure(g, tile, keys, kept, count);
            for (var r = 0; r < count; r++) tile.Offset[r] = tile.Maximum[r];
        }

        new Span<float>(tile.Results, KeyLaneTile.Queries * tile.ResultStride).Clear();
        for (var step = 0; step < g.KeyLanes.Tiles; step += g.KeyLanes.StepTiles)
        {
            for (var row = 0; row < count; row += TIsa.LaneQueries)
                Walk(g, tile, keys, kept, first, row, count, step, Math.Min(step + g.KeyLanes.StepTiles, g.KeyLanes.Tiles));
        }

        for (var r = 0; r < count; r++)
        {
            var y = g.Y + ((((long)batch * g.Queries) + first + r) * g.Channels) + (head * g.Size);
            var result = tile.Results + (r * tile.ResultStride);
            var factor = 1 / TIsa.Sum(TIsa.Load(result + (g.Size * TIsa.Width)));
            for (var i = 0; i < g.Size; i++) y[i] = TIsa.Sum(TIsa.Load(result + (i * TIsa.Width))) * factor;
        }
    }

    private static void LoadQueries(in AttentionArguments g, in KeyLaneTile tile, int batch, int head, int first, int count)
    {
        var scale = g.Scale * Exp2Polynomial.Log2E;
        for (var r = 0; r < KeyLaneTile.Queries; r++)
        {
            tile.Offset[r] = 0;
            tile.Keep[r] = 1;
            tile.Gain[r] = 0;
            var q = g.Q + ((((long)batch * g.Queries) + first + r) * g.Channels) + (head * g.Size);
            for (var i = 0; i < g.Size; i++) tile.Query[(r * g.Size) + i] = r < count ? q[i] * scale : 0;
        }
    }

    /// <summary>What each row's extremes make of its modulation. The factor on the scores goes on the query where no scores were kept.</summary>
    private static void SetModulation(in AttentionArguments g, in KeyLaneTile tile, float* packed, bool kept, int first, int count)
    {
        for (var r = 0; r < count; r++)
        {
            (tile.Keep[r], tile.Gain[r], tile.Offset[r]) = ScoreBounds<TIsa, V>.Modulation(g.Strength[first + r], tile.Maximum[r], tile.Minimum[r]);
            if (Math.Abs(tile.Gain[r]) > ScoreBounds<TIsa, V>.SafeGain) tile.Offset[r] = ModulatedMaximum(g, tile, packed, kept, first, r, count);
            if (kept) continue;
            for (var i = 0; i < g.Size; i++) tile.Query[(r * g.Size) + i] *= tile.Keep[r];
        }
    }

    /// <summary>Largest modulated score of a row; needed only for scores so far apart that the bounds do not do.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float ModulatedMaximum(in AttentionArguments g, in KeyLaneTile tile, float* packed, bool kept, int first, int row, int count)
    {
        var layout = g.KeyLanes;
        var members = Members(g, first, row, count);
        var scores = tile.Scores + ((long)row * tile.ScoreStride);
        var largest = float.NegativeInfinity;
        for (var key = 0; key < g.Keys; key++)
        {
            var score = kept ? scores[key] : Score(layout, tile.Query + (row * g.Size), packed, key);
            var modulated = (tile.Keep[row] * score) + (tile.Gain[row] * members[key]);
            largest = modulated > largest ? modulated : largest;
        }

        return largest;
    }

    private static float Score(in KeyLaneLayout layout, float* query, float* packed, int key)
    {
        var k = packed + ((long)(key / layout.TileKeys) * layout.TileLength) + (key % layout.TileKeys);
        float sum = 0;
        for (var i = 0; i < layout.Size; i++) sum += query[i] * k[i * layout.TileKeys];
        return sum;
    }

    /// <summary>Largest and smallest score of every row; keeps the scores on request. Vectors of extremes so far lie where the results will.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Measure(in AttentionArguments g, in KeyLaneTile tile, float* packed, bool keep, int count)
    {
        var layout = g.KeyLanes;
        for (var r = 0; r < KeyLaneTile.Queries; r++)
        {
            tile.Maximum[r] = float.NegativeInfinity;
            tile.Minimum[r] = float.PositiveInfinity;
            TIsa.Store(Highest(tile, r), TIsa.Broadcast(float.NegativeInfinity));
            TIsa.Store(Lowest(tile, r), TIsa.Broadcast(float.PositiveInfinity));
        }

        for (var step = 0; step < layout.Tiles; step += layout.StepTiles)
        {
            for (var row = 0; row < count; row += TIsa.LaneQueries)
                MeasureRows(layout, tile, packed, keep, row, step, Math.Min(step + layout.StepTiles, layout.Tiles));
        }

        for (var r = 0; r < count; r++)
        {
            float highest = TIsa.MaxElement(TIsa.Load(Highest(tile, r))), lowest = TIsa.MinElement(TIsa.Load(Lowest(tile, r)));
            tile.Maximum[r] = highest > tile.Maximum[r] ? highest : tile.Maximum[r];
            tile.Minimum[r] = lowest < tile.Minimum[r] ? lowest : tile.Minimum[r];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Highest(in KeyLaneTile tile, int row) => tile.Results + (row * tile.ResultStride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Lowest(in KeyLaneTile tile, int row) => Highest(tile, row) + TIsa.Width;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MeasureRows(in KeyLaneLayout layout, in KeyLaneTile tile, float* packed, bool keep, int row, int firstTile, int endTile)
    {
        var third = Third(row);
        float* q0 = tile.Query + (row * layout.Size), q1 = q0 + layout.Size, q2 = tile.Query + (third * layout.Size);
        V max0 = TIsa.Load(Highest(tile, row)), max1 = TIsa.Load(Highest(tile, row + 1)), max2 = TIsa.Load(Highest(tile, third));
        V min0 = TIsa.Load(Lowest(tile, row)), min1 = TIsa.Load(Lowest(tile, row + 1)), min2 = TIsa.Load(Lowest(tile, third));
        var keys = packed + ((long)firstTile * layout.TileLength);
        float* s0 = tile.Scores + ((long)row * tile.ScoreStride) + ((long)firstTile * layout.TileKeys), s1 = s0 + tile.ScoreStride, s2 = s1 + tile.ScoreStride;
        for (var t = firstTile; t < Math.Min(endTile, layout.WholeTiles); t++, keys += layout.TileLength)
        {
            V a0 = TIsa.Broadcast(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0, c0 = a0, c1 = a0, c2 = a0, c3 = a0;
            var k = keys;
            for (var i = 0; i < layout.Size; i++, k += KeyLaneLayout.Vectors * TIsa.Width)
            {
                V k0 = TIsa.Load(k), k1 = TIsa.Load(k + TIsa.Width), k2 = TIsa.Load(k + (2 * TIsa.Width)), k3 = TIsa.Load(k + (3 * TIsa.Width));
                var q = TIsa.Broadcast(q0[i]);
                a0 = TIsa.MultiplyAdd(q, k0, a0);
                a1 = TIsa.MultiplyAdd(q, k1, a1);
                a2 = TIsa.MultiplyAdd(q, k2, a2);
                a3 = TIsa.MultiplyAdd(q, k3, a3);
                q = TIsa.Broadcast(q1[i]);
                b0 = TIsa.MultiplyAdd(q, k0, b0);
                b1 = TIsa.MultiplyAdd(q, k1, b1);
                b2 = TIsa.MultiplyAdd(q, k2, b2);
                b3 = TIsa.MultiplyAdd(q, k3, b3);
                if (HasThird)
                {
                    q = TIsa.Broadcast(q2[i]);
                    c0 = TIsa.MultiplyAdd(q, k0, c0);
                    c1 = TIsa.MultiplyAdd(q, k1, c1);
                    c2 = TIsa.MultiplyAdd(q, k2, c2);
                    c3 = TIsa.MultiplyAdd(q, k3, c3);
                }
            }

            if (keep)
            {
                Keep(s0, a0, a1, a2, a3);
                Keep(s1, b0, b1, b2, b3);
                if (HasThird) Keep(s2, c0, c1, c2, c3);
                s0 += layout.TileKeys;
                s1 += layout.TileKeys;
                s2 += layout.TileKeys;
            }

            max0 = TIsa.Max(max0, TIsa.Max(TIsa.Max(a0, a1), TIsa.Max(a2, a3)));
            min0 = TIsa.Min(min0, TIsa.Min(TIsa.Min(a0, a1), TIsa.Min(a2, a3)));
            max1 = TIsa.Max(max1, TIsa.Max(TIsa.Max(b0, b1), TIsa.Max(b2, b3)));
            min1 = TIsa.Min(min1, TIsa.Min(TIsa.Min(b0, b1), TIsa.Min(b2, b3)));
            if (HasThird)
            {
                max2 = TIsa.Max(max2, TIsa.Max(TIsa.Max(c0, c1), TIsa.Max(c2, c3)));
                min2 = TIsa.Min(min2, TIsa.Min(TIsa.Min(c0, c1), TIsa.Min(c2, c3)));
            }
        }

        TIsa.Store(Highest(tile, row), max0);
        TIsa.Store(Lowest(tile, row), min0);
        TIsa.Store(Highest(tile, row + 1), max1);
        TIsa.Store(Lowest(tile, row + 1), min1);
        if (HasThird)
        {
            TIsa.Store(Highest(tile, third), max2);
            TIsa.Store(Lowest(tile, third), min2);
        }

        if (endTile <= layout.WholeTiles) return;
        MeasureRest(layout, tile, row, keys, s0);
        MeasureRest(layout, tile, row + 1, keys, s1);
        if (HasThird) MeasureRest(layout, tile, third, keys, s2);
    }

    /// <summary>One query over the last, partial tile, vector by vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MeasureRest(in KeyLaneLayout layout, in KeyLaneTile tile, int row, float* keys, float* scores)
    {
        var q = tile.Query + (row * layout.Size);
        for (var vector = 0; vector < layout.RestVectors; vector++)
        {
            var k = keys + (vector * TIsa.Width);
            V s = TIsa.Broadcast(0);
            for (var i = 0; i < layout.Size; i++, k += layout.TileKeys) s = TIsa.MultiplyAdd(TIsa.Broadcast(q[i]), TIsa.Load(k), s);
            TIsa.Store(scores + (vector * TIsa.Width), s);
        }

        for (var key = 0; key < layout.Keys % layout.TileKeys; key++)
        {
            tile.Maximum[row] = scores[key] > tile.Maximum[row] ? scores[key] : tile.Maximum[row];
            tile.Minimum[row] = scores[key] < tile.Minimum[row] ? scores[key] : tile.Minimum[row];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep(float* scores, V s0, V s1, V s2, V s3)
    {
        TIsa.Store(scores, s0);
        TIsa.Store(scores + TIsa.Width, s1);
        TIsa.Store(scores + (2 * TIsa.Width), s2);
        TIsa.Store(scores + (3 * TIsa.Width), s3);
    }

    // With wide vectors, writing a score and reading it again takes longer than multiplying a small head again.
    private static bool KeepsScores(int size) => TIsa.Width < WideVector || size > LargestRecomputed;

    private static bool HasThird
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TIsa.LaneQueries == MostRows;
    }

    // Without a third query its names stand for the second.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Third(int row) => HasThird ? row + 2 : row + 1;

    /// <summary>Two or three queries over some tiles of keys; their scores are computed here or were kept by a first walk.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Walk(
        in AttentionArguments g, in KeyLaneTile tile, float* packed, bool kept, int firstQuery, int row, int count, int firstTile, int endTile)
    {
        var size = g.Size;
        var layout = g.KeyLanes;
        var third = Third(row);
        float* q0 = tile.Query + (row * size), q1 = q0 + size, q2 = tile.Query + (third * size);
        float* r0 = tile.Results + (row * tile.ResultStride), r1 = r0 + tile.ResultStride, r2 = tile.Results + (third * tile.ResultStride);
        V start0 = TIsa.Broadcast(-tile.Offset[row]), start1 = TIsa.Broadcast(-tile.Offset[row + 1]), start2 = TIsa.Broadcast(-tile.Offset[third]);
        V gain0 = TIsa.Broadcast(tile.Gain[row]), gain1 = TIsa.Broadcast(tile.Gain[row + 1]), gain2 = TIsa.Broadcast(tile.Gain[third]);
        V sum0 = TIsa.Load(r0 + (size * TIsa.Width)), sum1 = TIsa.Load(r1 + (size * TIsa.Width)), sum2 = TIsa.Load(r2 + (size * TIsa.Width));
        float* m0 = null, m1 = null, m2 = null;
        if (g.QueryRegions is not null)
        {
            var at = (long)firstTile * layout.TileKeys;
            m0 = Members(g, firstQuery, row, count) + at;
            m1 = Members(g, firstQuery, row + 1, count) + at;
            m2 = Members(g, firstQuery, third, count) + at;
        }

        V keep0 = TIsa.Broadcast(tile.Keep[row]), keep1 = TIsa.Broadcast(tile.Keep[row + 1]), keep2 = TIsa.Broadcast(tile.Keep[third]);
        float* s0 = null, s1 = null, s2 = null;
        if (kept)
        {
            s0 = tile.Scores + ((long)row * tile.ScoreStride) + ((long)firstTile * layout.TileKeys);
            s1 = s0 + tile.ScoreStride;
            s2 = s1 + tile.ScoreStride;
        }

        var keys = packed + ((long)firstTile * layout.TileLength);
        for (var t = firstTile; t < Math.Min(endTile, layout.WholeTiles); t++)
        {
            V a0 = start0, a1 = start0, a2 = start0, a3 = start0;
            V b0 = start1, b1 = start1, b2 = start1, b3 = start1;
            V c0 = start2, c1 = start2, c2 = start2, c3 = start2;
            if (m0 is not null)
            {
                a0 = TIsa.MultiplyAdd(gain0, TIsa.Load(m0), a0);
                a1 = TIsa.MultiplyAdd(gain0, TIsa.Load(m0 + TIsa.Width), a1);
                a2 = TIsa.MultiplyAdd(gain0, TIsa.Load(m0 + (2 * TIsa.Width)), a2);
                a3 = TIsa.MultiplyAdd(gain0, TIsa.Load(m0 + (3 * TIsa.Width)), a3);
                b0 = TIsa.MultiplyAdd(gain1, TIsa.Load(m1), b0);
                b1 = TIsa.MultiplyAdd(gain1, TIsa.Load(m1 + TIsa.Width), b1);
                b2 = TIsa.MultiplyAdd(gain1, TIsa.Load(m1 + (2 * TIsa.Width)), b2);
                b3 = TIsa.MultiplyAdd(gain1, TIsa.Load(m1 + (3 * TIsa.Width)), b3);
                if (HasThird)
                {
                    c0 = TIsa.MultiplyAdd(gain2, TIsa.Load(m2), c0);
                    c1 = TIsa.MultiplyAdd(gain2, TIsa.Load(m2 + TIsa.Width), c1);
                    c2 = TIsa.MultiplyAdd(gain2, TIsa.Load(m2 + (2 * TIsa.Width)), c2);
                    c3 = TIsa.MultiplyAdd(gain2, TIsa.Load(m2 + (3 * TIsa.Width)), c3);
                }
                m0 += layout.TileKeys;
                m1 += layout.TileKeys;
                m2 += layout.TileKeys;
            }

            var k = keys;
            if (kept)
            {
                a0 = TIsa.MultiplyAdd(keep0, TIsa.Load(s0), a0);
                a1 = TIsa.MultiplyAdd(keep0, TIsa.Load(s0 + TIsa.Width), a1);
                a2 = TIsa.MultiplyAdd(keep0, TIsa.Load(s0 + (2 * TIsa.Width)), a2);
                a3 = TIsa.MultiplyAdd(keep0, TIsa.Load(s0 + (3 * TIsa.Width)), a3);
                b0 = TIsa.MultiplyAdd(keep1, TIsa.Load(s1), b0);
                b1 = TIsa.MultiplyAdd(keep1, TIsa.Load(s1 + TIsa.Width), b1);
                b2 = TIsa.MultiplyAdd(keep1, TIsa.Load(s1 + (2 * TIsa.Width)), b2);
                b3 = TIsa.MultiplyAdd(keep1, TIsa.Load(s1 + (3 * TIsa.Width)), b3);
                if (HasThird)
                {
                    c0 = TIsa.MultiplyAdd(keep2, TIsa.Load(s2), c0);
                    c1 = TIsa.MultiplyAdd(keep2, TIsa.Load(s2 + TIsa.Width), c1);
                    c2 = TIsa.MultiplyAdd(keep2, TIsa.Load(s2 + (2 * TIsa.Width)), c2);
                    c3 = TIsa.MultiplyAdd(keep2, TIsa.Load(s2 + (3 * TIsa.Width)), c3);
                }
                s0 += layout.TileKeys;
                s1 += layout.TileKeys;
                s2 += layout.TileKeys;
                k += layout.TileLength / 2;
            }
            else
            {
                for (var i = 0; i < size; i++, k += KeyLaneLayout.Vectors * TIsa.Width)
                {
                    V k0 = TIsa.Load(k), k1 = TIsa.Load(k + TIsa.Width), k2 = TIsa.Load(k + (2 * TIsa.Width)), k3 = TIsa.Load(k + (3 * TIsa.Width));
                    var q = TIsa.Broadcast(q0[i]);
                    a0 = TIsa.MultiplyAdd(q, k0, a0);
                    a1 = TIsa.MultiplyAdd(q, k1, a1);
                    a2 = TIsa.MultiplyAdd(q, k2, a2);
                    a3 = TIsa.MultiplyAdd(q, k3, a3);
                    q = TIsa.Broadcast(q1[i]);
                    b0 = TIsa.MultiplyAdd(q, k0, b0);
                    b1 = TIsa.MultiplyAdd(q, k1, b1);
                    b2 = TIsa.MultiplyAdd(q, k2, b2);
                    b3 = TIsa.MultiplyAdd(q, k3, b3);
                    if (HasThird)
                    {
                        q = TIsa.Broadcast(q2[i]);
                        c0 = TIsa.MultiplyAdd(q, k0, c0);
                        c1 = TIsa.MultiplyAdd(q, k1, c1);
                        c2 = TIsa.MultiplyAdd(q, k2, c2);
                        c3 = TIsa.MultiplyAdd(q, k3, c3);
                    }
                }
            }

            a0 = TIsa.Exp2(a0);
            a1 = TIsa.Exp2(a1);
            a2 = TIsa.Exp2(a2);
            a3 = TIsa.Exp2(a3);
            sum0 = TIsa.Add(sum0, TIsa.Add(TIsa.Add(a0, a1), TIsa.Add(a2, a3)));
            b0 = TIsa.Exp2(b0);
            b1 = TIsa.Exp2(b1);
            b2 = TIsa.Exp2(b2);
            b3 = TIsa.Exp2(b3);
            sum1 = TIsa.Add(sum1, TIsa.Add(TIsa.Add(b0, b1), TIsa.Add(b2, b3)));
            if (HasThird)
            {
                c0 = TIsa.Exp2(c0);
                c1 = TIsa.Exp2(c1);
                c2 = TIsa.Exp2(c2);
                c3 = TIsa.Exp2(c3);
                sum2 = TIsa.Add(sum2, TIsa.Add(TIsa.Add(c0, c1), TIsa.Add(c2, c3)));
            }

            var result = 0;
            for (var i = 0; i < size; i++, k += KeyLaneLayout.Vectors * TIsa.Width, result += TIsa.Width)
            {
                V v0 = TIsa.Load(k), v1 = TIsa.Load(k + TIsa.Width), v2 = TIsa.Load(k + (2 * TIsa.Width)), v3 = TIsa.Load(k + (3 * TIsa.Width));
                var x = TIsa.MultiplyAdd(a0, v0, TIsa.Load(r0 + result));
                var y = TIsa.MultiplyAdd(b0, v0, TIsa.Load(r1 + result));
                x = TIsa.MultiplyAdd(a1, v1, x);
                y = TIsa.MultiplyAdd(b1, v1, y);
                x = TIsa.MultiplyAdd(a2, v2, x);
                y = TIsa.MultiplyAdd(b2, v2, y);
                TIsa.Store(r0 + result, TIsa.MultiplyAdd(a3, v3, x));
                TIsa.Store(r1 + result, TIsa.MultiplyAdd(b3, v3, y));
                if (HasThird)
                {
                    var z = TIsa.MultiplyAdd(c0, v0, TIsa.Load(r2 + result));
                    z = TIsa.MultiplyAdd(c1, v1, z);
                    z = TIsa.MultiplyAdd(c2, v2, z);
                    TIsa.Store(r2 + result, TIsa.MultiplyAdd(c3, v3, z));
                }
            }

            keys += layout.TileLength;
        }

        TIsa.Store(r0 + (size * TIsa.Width), sum0);
        TIsa.Store(r1 + (size * TIsa.Width), sum1);
        if (HasThird) TIsa.Store(r2 + (size * TIsa.Width), sum2);
        if (endTile <= layout.WholeTiles) return;
        WalkRest(layout, q0, keys, s0, keep0, m0, start0, gain0, r0);
        WalkRest(layout, q1, keys, s1, keep1, m1, start1, gain1, r1);
        if (HasThird) WalkRest(layout, q2, keys, s2, keep2, m2, start2, gain2, r2);
    }

    /// <summary>One query over the last, partial tile, vector by vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WalkRest(
        in KeyLaneLayout layout, float* q, float* keys, float* kept, V keep, float* members, V start, V gain, float* results)
    {
        var left = layout.Keys % layout.TileKeys;
        for (var vector = 0; vector < layout.RestVectors; vector++)
        {
            V s = start;
            if (members is not null) s = TIsa.MultiplyAdd(gain, TIsa.Load(members + (vector * TIsa.Width)), s);
            var k = keys + (vector * TIsa.Width);
            if (kept is not null)
            {
                s = TIsa.MultiplyAdd(keep, TIsa.Load(kept + (vector * TIsa.Width)), s);
                k += layout.TileLength / 2;
            }
            else
            {
                for (var i = 0; i < layout.Size; i++, k += layout.TileKeys) s = TIsa.MultiplyAdd(TIsa.Broadcast(q[i]), TIsa.Load(k), s);
            }

            s = TIsa.Exp2(Hide(s, left - (vector * TIsa.Width)));
            for (var i = 0; i < layout.Size; i++, k += layout.TileKeys)
                TIsa.Store(results + (i * TIsa.Width), TIsa.MultiplyAdd(s, TIsa.Load(k), TIsa.Load(results + (i * TIsa.Width))));
            var sum = results + (layout.Size * TIsa.Width);
            TIsa.Store(sum, TIsa.Add(TIsa.Load(sum), s));
        }
    }

    private static V Hide(V scores, int valid)
    {
        for (var lane = valid; lane < TIsa.Width; lane++) ((float*)&scores)[lane] = Hidden;
        return scores;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Members(in AttentionArguments g, int firstQuery, int row, int count) =>
        g.Members + (g.MemberRows[firstQuery + Math.Min(row, count - 1)] * (long)g.MemberStride);
}
