using System.Runtime.CompilerServices;

namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>
/// Attention without the score matrix. Keys and values of every head are packed once, as right-hand sides of the matrix
/// micro-kernel. A task takes 24 queries of one head and walks the keys in tiles of 256: scores by the micro-kernel, a streaming
/// softmax (where <see cref="ScoreBounds{TIsa,V}"/> does not bound them, with a running maximum, earlier results rescaled when it grows), then
/// probabilities times values by the micro-kernel again. Scores carry a factor log2(e), so that the softmax needs powers of two only.
/// ST-Layout attention walks the keys twice: the first time for each row's largest and smallest score, the second time with
/// s' = (1 - a) s + a (max - min) M, which differs from the published update by a constant per row, so the softmax is the same. The scores of
/// the task's 24 queries are kept from the first walk, memory linear in the keys.
/// </summary>
internal static unsafe class Attention<TIsa, V>
    where TIsa : struct, IVectorIsa<V>
    where V : unmanaged
{
    // Keys in the lanes win for heads that would leave lanes of the value product empty. Up to a middle size they do so without modulation, where
    // scores need not leave the registers, provided that there are enough keys to pay for the sums across lanes at the end: the more so when two
    // threads share a core's load ports.
    private const int SmallHead = 16;
    private const int ManyKeys = 256;
    private const int WideVector = 16;

    private static int MiddleHead => TIsa.Width >= WideVector ? 64 : 32;

    /// <summary>Runs attention, plain or modulated.</summary>
    public static void Run(CpuEngine engine, ref AttentionArguments arguments)
    {
        if ((long)arguments.Batch * arguments.Queries * arguments.Heads == 0) return;
        if (arguments.QueryRegions is null)
        {
            var small = arguments.Size < SmallHead || (arguments.Size < MiddleHead && arguments.Keys >= ManyKeys);
            Run(engine, ref arguments, keysInLanes: small && !arguments.Causal);
            return;
        }

        arguments.MemberStride = (arguments.Keys + AttentionTile.Keys - 1) / AttentionTile.Keys * AttentionTile.Keys;
        Span<ulong> sets = stackalloc ulong[RegionTable.MaxRows];
        using var rows = engine.RentWorkspace((long)arguments.Queries * sizeof(int));
        arguments.MemberRows = (int*)rows.Pointer;
        var count = RegionTable.Number(arguments.QueryRegions, arguments.Queries, arguments.MemberRows, sets);
        using var members = engine.RentWorkspace((long)count * arguments.MemberStride * sizeof(float));
        RegionTable.Fill(sets[..count], arguments.KeyRegions, arguments.Keys, arguments.MemberStride, members.Pointer);
        arguments.Members = count == 0 ? null : members.Pointer;
        Run(engine, ref arguments, keysInLanes: arguments.Size < SmallHead && count > 0);
    }

    private static void Run(CpuEngine engine, ref AttentionArguments arguments, bool keysInLanes)
    {
        if (keysInLanes)
        {
            KeyLaneAttention<TIsa, V>.Run(engine, ref arguments);
            return;
        }

        arguments.QueryTiles = (arguments.Queries + AttentionTile.Queries - 1) / AttentionTile.Queries;
        var tasks = checked(arguments.Batch * arguments.Heads * arguments.QueryTiles);
        RunPacked(engine, ref arguments, &RunTask, tasks);
    }

    /// <summary>Runs the diagonal probabilities.</summary>
    public static void RunDiagonal(CpuEngine engine, ref AttentionArguments arguments)
    {
        var perFrame = arguments.Queries / arguments.Frames;
        arguments.QueryTiles = (perFrame + AttentionTile.Queries - 1) / AttentionTile.Queries;
        if (arguments.QueryTiles == 0) return;
        RunPacked(engine, ref arguments, &RunDiagonalTask, checked(arguments.Frames * arguments.QueryTiles));
    }

    /// <summary>Writes the scores themselves; the scale carries no other factor.</summary>
    public static void RunScores(CpuEngine engine, ref AttentionArguments arguments)
    {
        if ((long)arguments.Batch * arguments.Queries == 0) return;
        arguments.QueryTiles = (arguments.Queries + AttentionTile.Queries - 1) / AttentionTile.Queries;
        RunPacked(engine, ref arguments, &RunScoresTask, checked(arguments.Batch * arguments.QueryTiles));
    }

    private static void RunPacked(CpuEngine engine, ref AttentionArguments arguments, delegate*<void*, int, int, void> body, int tasks)
    {
        arguments.KeyLayout = new PanelLayout(arguments.Size, arguments.Keys, TIsa.Width);
        arguments.ValueLayout = new PanelLayout(arguments.Keys, arguments.Size, TIsa.Width);
        arguments.KeyChunks = (arguments.Keys + AttentionTile.Keys - 1) / AttentionTile.Keys;
        arguments.ScoreStride = arguments.QueryRegions is null ? AttentionTile.TileStride : AttentionTile.WholeStride(arguments.Keys);
        arguments.ScratchStride = AttentionTile.Length(arguments.Size, arguments.ValueLayout.PaddedColumns, arguments.ScoreStride) + 32 & ~15L;
        arguments.Scratch = engine.Scratch(arguments.ScratchStride);
        var entries = (long)arguments.KeyBatch * arguments.Heads;
        using var keys = engine.RentWorkspace(entries * arguments.KeyLayout.Length * sizeof(float));
        using var norms = engine.RentWorkspace(entries * arguments.KeyChunks * sizeof(float));
        using var values = engine.RentWorkspace(arguments.V is null ? 0 : entries * arguments.ValueLayout.Length * sizeof(float));
        arguments.PackedKeys = keys.Pointer;
        arguments.KeyNorms = norms.Pointer;
        arguments.PackedValues = values.Pointer;
        fixed (AttentionArguments* pinned = &arguments)
        {
            engine.Workers.Run(&PackTask, pinned, checked((int)(entries * arguments.KeyChunks)));
            engine.Workers.Run(body, pinned, tasks);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackTask(void* context, int task, int worker)
    {
        ref readonly var g = ref *(AttentionArguments*)context;
        var entry = task / g.KeyChunks;
        var first = task % g.KeyChunks * AttentionTile.Keys;
        var count = Math.Min(AttentionTile.Keys, g.Keys - first);
        var source = ((long)(entry / g.Heads) * g.Keys * g.Channels) + (entry % g.Heads * g.Size) + ((long)first * g.Channels);
        g.KeyNorms[task] = PackKeys(g, g.K + source, first, count, g.PackedKeys + (entry * g.KeyLayout.Length));
        if (g.V is not null) PackValues(g, g.V + source, first, count, g.PackedValues + (entry * g.ValueLayout.Length));
    }

    /// <summary>Packs some keys; returns the largest norm among them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float PackKeys(in AttentionArguments g, float* source, int first, int count, float* packed)
    {
        float largest = 0;
        for (var panel = first / g.KeyLayout.PanelWidth; panel * g.KeyLayout.PanelWidth < first + count; panel++)
        {
            var width = g.KeyLayout.Vectors(panel) * TIsa.Width;
            var destination = packed + g.KeyLayout.Offset(panel);
            var key = panel * g.KeyLayout.PanelWidth;
            var valid = Math.Min(width, g.Keys - key);
            for (var lane = 0; lane < width; lane++)
            {
                var line = source + ((long)(key - first + lane) * g.Channels);
                for (var i = 0; i < g.Size; i++) destination[(i * width) + lane] = lane < valid ? line[i] : 0;
                if (lane < valid) largest = MathF.Max(largest, ScoreBounds<TIsa, V>.SquaredNorm(line, g.Size));
            }
        }

        return MathF.Sqrt(largest);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackValues(in AttentionArguments g, float* source, int first, int count, float* packed)
    {
        for (var panel = 0; panel < g.ValueLayout.Panels; panel++)
        {
            var width = g.ValueLayout.Vectors(panel) * TIsa.Width;
            var column = panel * g.ValueLayout.PanelWidth;
            var valid = Math.Min(width, g.Size - column);
            var destination = packed + g.ValueLayout.Offset(panel) + ((long)first * width);
            for (var key = 0; key < count; key++)
            {
                var line = source + ((long)key * g.Channels) + column;
                for (var lane = 0; lane < width; lane++) destination[lane] = lane < valid ? line[lane] : 0;
                destination += width;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunTask(void* context, int task, int worker)
    {
        ref readonly var g = ref *(AttentionArguments*)context;
        var tile = new AttentionTile(g.Scratch + (worker * g.ScratchStride), g.Size, g.ValueLayout.PaddedColumns, g.ScoreStride);
        var entry = task / g.QueryTiles;
        var head = entry % g.Heads;
        var batch = entry / g.Heads;
        var first = task % g.QueryTiles * AttentionTile.Queries;
        var count = Math.Min(AttentionTile.Queries, g.Queries - first);
        var keyEntry = ((long)(batch / (g.Batch / g.KeyBatch)) * g.Heads) + head;
        var keys = g.PackedKeys + (keyEntry * g.KeyLayout.Length);
        var values = g.PackedValues + (keyEntry * g.ValueLayout.Length);
        LoadQueries(g, tile, batch, head, first, count, g.Scale * Exp2Polynomial.Log2E);
        var modulated = g.QueryRegions is not null;
        var bounded = modulated || ScoreBounds<TIsa, V>.AreSafe(tile.Query, count, g.Size, g.KeyNorms + (keyEntry * g.KeyChunks), g.KeyChunks);
        if (modulated) MeasureRows(g, tile, keys, first, count);

        for (var r = 0; r < count; r++)
        {
            if (!modulated) tile.Maximum[r] = bounded ? 0 : float.NegativeInfinity;
            tile.Sum[r] = 0;
        }

        var end = g.Causal ? Math.Min(g.Keys, first + count) : g.Keys;
        for (var key = 0; key < end; key += AttentionTile.Keys)
        {
            var width = Math.Min(AttentionTile.Keys, g.Keys - key);
            var scores = modulated ? tile.Scores + key : tile.Scores;
            if (!modulated) Scores(g, tile, scores, keys, count, key, width);
            if (g.Causal) HideFuture(tile, first, count, key, width);
            if (modulated) ModulatedSoftmax(g, tile, scores, first, count, key, width);
            else if (bounded) BoundedSoftmax(tile, scores, count, width);
            else Softmax(tile, scores, count, width);
            AddValues(g, tile, scores, values, count, key, width);
        }

        for (var r = 0; r < count; r++)
        {
            var y = g.Y + ((((long)batch * g.Queries) + first + r) * g.Channels) + (head * g.Size);
            var result = tile.Result + (r * tile.PaddedSize);
            var factor = 1 / tile.Sum[r];
            var scale = TIsa.Broadcast(factor);
            var i = 0;
            for (; i <= g.Size - TIsa.Width; i += TIsa.Width) TIsa.Store(y + i, TIsa.Multiply(TIsa.Load(result + i), scale));
            for (; i < g.Size; i++) y[i] = result[i] * factor;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LoadQueries(in AttentionArguments g, in AttentionTile tile, int batch, int head, int first, int count, float scale)
    {
        for (var r = 0; r < AttentionTile.Queries; r++)
        {
            var q = g.Q + ((((long)batch * g.Queries) + first + r) * g.Channels) + (head * g.Size);
            var to = tile.Query + (r * g.Size);
            if (r >= count)
            {
                new Span<float>(to, g.Size).Clear();
                continue;
            }

            var factor = TIsa.Broadcast(scale);
            var i = 0;
            for (; i <= g.Size - TIsa.Width; i += TIsa.Width) TIsa.Store(to + i, TIsa.Multiply(TIsa.Load(q + i), factor));
            for (; i < g.Size; i++) to[i] = q[i] * scale;
        }
    }

    /// <summary>Scores of a tile of keys. Columns between the last key and the end of its vector hold zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scores(in AttentionArguments g, in AttentionTile tile, float* scores, float* keys, int count, int key, int width)
    {
        for (var column = 0; column < width; column += g.KeyLayout.PanelWidth)
        {
            var panel = (key + column) / g.KeyLayout.PanelWidth;
            var vectors = g.KeyLayout.Vectors(panel);
            var right = keys + g.KeyLayout.Offset(panel);
            for (var r = 0; r < count; r += TIsa.TileRows)
            {
                MicroKernel<TIsa, V>.Tile(
                    count - r, vectors, tile.Query + (r * g.Size), g.Size, right, g.Size, scores + ((long)r * tile.ScoreStride) + column, tile.ScoreStride, false, Ahead.Nothing(right));
            }
        }
    }

    /// <summary>Softmax of scores that are safe as they are: they become powers of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BoundedSoftmax(in AttentionTile tile, float* scores, int count, int width)
    {
        var padded = (width + TIsa.Width - 1) / TIsa.Width * TIsa.Width;
        for (var r = 0; r < count; r++)
        {
            var row = scores + ((long)r * tile.ScoreStride);
            for (var i = width; i < padded; i++) row[i] = float.NegativeInfinity;
            var sum = TIsa.Broadcast(0);
            for (var i = 0; i < padded; i += TIsa.Width)
            {
                var p = TIsa.Exp2(TIsa.Load(row + i));
                sum = TIsa.Add(sum, p);
                TIsa.Store(row + i, p);
            }

            tile.Sum[r] += TIsa.Sum(sum);
        }
    }

    /// <summary>Streaming softmax: scores become probabilities relative to the running maximum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Softmax(in AttentionTile tile, float* scores, int count, int width)
    {
        var padded = (width + TIsa.Width - 1) / TIsa.Width * TIsa.Width;
        for (var r = 0; r < count; r++)
        {
            var row = scores + ((long)r * tile.ScoreStride);
            for (var i = width; i < padded; i++) row[i] = float.NegativeInfinity;
            var max = TIsa.Load(row);
            for (var i = TIsa.Width; i < padded; i += TIsa.Width) max = TIsa.Max(max, TIsa.Load(row + i));
            var highest = TIsa.MaxElement(max);
            if (highest > tile.Maximum[r])
            {
                if (tile.Maximum[r] != float.NegativeInfinity) Rescale(tile, r, tile.Maximum[r] - highest);
                tile.Maximum[r] = highest;
            }

            var offset = TIsa.Broadcast(tile.Maximum[r]);
            var sum = TIsa.Broadcast(0);
            for (var i = 0; i < padded; i += TIsa.Width)
            {
                var p = TIsa.Exp2(TIsa.Subtract(TIsa.Load(row + i), offset));
                sum = TIsa.Add(sum, p);
                TIsa.Store(row + i, p);
            }

            tile.Sum[r] += TIsa.Sum(sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rescale(in AttentionTile tile, int row, float exponent)
    {
        var power = TIsa.Exp2(TIsa.Broadcast(exponent));
        tile.Sum[row] *= TIsa.MaxElement(power);
        var result = tile.Result + (row * tile.PaddedSize);
        for (var i = 0; i < tile.PaddedSize; i += TIsa.Width) TIsa.Store(result + i, TIsa.Multiply(TIsa.Load(result + i), power));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddValues(in AttentionArguments g, in AttentionTile tile, float* scores, float* values, int count, int key, int width)
    {
        for (var panel = 0; panel < g.ValueLayout.Panels; panel++)
        {
            var vectors = g.ValueLayout.Vectors(panel);
            var right = values + g.ValueLayout.Offset(panel) + ((long)key * vectors * TIsa.Width);
            var result = tile.Result + (panel * g.ValueLayout.PanelWidth);
            for (var r = 0; r < count; r += TIsa.TileRows)
            {
                MicroKernel<TIsa, V>.Tile(
                    count - r, vectors, scores + ((long)r * tile.ScoreStride), tile.ScoreStride, right, width, result + (r * tile.PaddedSize), tile.PaddedSize, key > 0, Ahead.Nothing(right));
            }
        }
    }

    /// <summary>First walk of ST-Layout attention: each row's extremes, and what they make of its modulation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MeasureRows(in AttentionArguments g, in AttentionTile tile, float* keys, int first, int count)
    {
        for (var r = 0; r < count; r++)
        {
            tile.Maximum[r] = float.NegativeInfinity;
            tile.Minimum[r] = float.PositiveInfinity;
        }

        for (var key = 0; key < g.Keys; key += AttentionTile.Keys)
        {
            var width = Math.Min(AttentionTile.Keys, g.Keys - key);
            var scores = tile.Scores + key;
            Scores(g, tile, scores, keys, count, key, width);
            for (var r = 0; r < count; r++)
            {
                var row = scores + ((long)r * tile.ScoreStride);
                V max = TIsa.Broadcast(tile.Maximum[r]), min = TIsa.Broadcast(tile.Minimum[r]);
                var i = 0;
                for (; i <= width - TIsa.Width; i += TIsa.Width)
                {
                    var s = TIsa.Load(row + i);
                    max = TIsa.Max(max, s);
                    min = TIsa.Min(min, s);
                }

                float highest = TIsa.MaxElement(max), lowest = TIsa.MinElement(min);
                for (; i < width; i++)
                {
                    highest = row[i] > highest ? row[i] : highest;
                    lowest = row[i] < lowest ? row[i] : lowest;
                }

                tile.Maximum[r] = highest;
                tile.Minimum[r] = lowest;
            }
        }

        for (var r = 0; r < count; r++)
        {
            (tile.Keep[r], tile.Gain[r], var offset) = ScoreBounds<TIsa, V>.Modulation(g.Strength[first + r], tile.Maximum[r], tile.Minimum[r]);
            tile.Maximum[r] = Math.Abs(tile.Gain[r]) > ScoreBounds<TIsa, V>.SafeGain ? ModulatedMaximum(g, tile, first, r) : offset;
        }
    }

    /// <summary>Largest modulated score of a row; needed only for scores so far apart that the bounds do not do.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float ModulatedMaximum(in AttentionArguments g, in AttentionTile tile, int first, int row)
    {
        var scores = tile.Scores + ((long)row * tile.ScoreStride);
        var largest = float.NegativeInfinity;
        for (var key = 0; key < g.Keys; key++)
        {
            var member = (g.KeyRegions[key] & g.QueryRegions[first + row]) != 0;
            var modulated = (tile.Keep[row] * scores[key]) + (member ? tile.Gain[row] : 0);
            largest = modulated > largest ? modulated : largest;
        }

        return largest;
    }

    /// <summary>Softmax of s' = (1 - a) s + a (max - min) M. Neighbouring queries mostly lie in the same regions, so a row of M serves several.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ModulatedSoftmax(in AttentionArguments g, in AttentionTile tile, float* scores, int first, int count, int key, int width)
    {
        var padded = (width + TIsa.Width - 1) / TIsa.Width * TIsa.Width;
        var known = false;
        ulong regions = 0;
        for (var r = 0; r < count; r++)
        {
            var members = tile.Membership;
            if (g.Members is not null)
            {
                members = g.Members + ((long)g.MemberRows[first + r] * g.MemberStride) + key;
            }
            else if (!known || g.QueryRegions[first + r] != regions)
            {
                regions = g.QueryRegions[first + r];
                known = true;
                for (var i = 0; i < padded; i++) tile.Membership[i] = i < width && (g.KeyRegions[key + i] & regions) != 0 ? 1 : 0;
            }

            var row = scores + ((long)r * tile.ScoreStride);
            V keep = TIsa.Broadcast(tile.Keep[r]), gain = TIsa.Broadcast(tile.Gain[r]), start = TIsa.Broadcast(-tile.Maximum[r]);
            var sum = TIsa.Broadcast(0);
            for (var i = 0; i < padded; i += TIsa.Width)
            {
                var s = TIsa.MultiplyAdd(keep, TIsa.Load(row + i), TIsa.MultiplyAdd(gain, TIsa.Load(members + i), start));
                if (i + TIsa.Width > width) s = Hide(s, width - i);
                var p = TIsa.Exp2(s);
                sum = TIsa.Add(sum, p);
                TIsa.Store(row + i, p);
            }

            tile.Sum[r] += TIsa.Sum(sum);
        }
    }

    private static V Hide(V scores, int valid)
    {
        for (var lane = valid; lane < TIsa.Width; lane++) ((float*)&scores)[lane] = float.NegativeInfinity;
        return scores;
    }

    private static void HideFuture(in AttentionTile tile, int first, int count, int key, int width)
    {
        for (var r = 0; r < count; r++)
        {
            var row = tile.Scores + (r * tile.ScoreStride);
            for (var i = Math.Max(0, first + r + 1 - key); i < width; i++) row[i] = float.NegativeInfinity;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunScoresTask(void* context, int task, int worker)
    {
        ref readonly var g = ref *(AttentionArguments*)context;
        var tile = new AttentionTile(g.Scratch + (worker * g.ScratchStride), g.Size, 0, g.ScoreStride);
        var batch = task / g.QueryTiles;
        var first = task % g.QueryTiles * AttentionTile.Queries;
        var count = Math.Min(AttentionTile.Queries, g.Queries - first);
        var keys = g.PackedKeys + (batch / (g.Batch / g.KeyBatch) * g.KeyLayout.Length);
        LoadQueries(g, tile, batch, 0, first, count, g.Scale);
        for (var key = 0; key < g.Keys; key += AttentionTile.Keys)
        {
            var width = Math.Min(AttentionTile.Keys, g.Keys - key);
            Scores(g, tile, tile.Scores, keys, count, key, width);
            for (var r = 0; r < count; r++)
            {
                var y = g.Y + ((((long)batch * g.Queries) + first + r) * g.Keys) + key;
                new ReadOnlySpan<float>(tile.Scores + (r * tile.ScoreStride), width).CopyTo(new Span<float>(y, width));
            }
        }
    }

    /// <summary>Probabilities of a frame's queries on its own keys: one walk for maximum and sum of the whole row, then the frame's keys again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunDiagonalTask(void* context, int task, int worker)
    {
        ref readonly var g = ref *(AttentionArguments*)context;
        var tile = new AttentionTile(g.Scratch + (worker * g.ScratchStride), g.Size, 0, g.ScoreStride);
        var perFrame = g.Queries / g.Frames;
        var frameStart = task / g.QueryTiles * perFrame;
        var inFrame = task % g.QueryTiles * AttentionTile.Queries;
        var first = frameStart + inFrame;
        var count = Math.Min(AttentionTile.Queries, perFrame - inFrame);
        var y = g.Y + ((long)first * perFrame);
        new Span<float>(y, count * perFrame).Clear();
        for (var head = 0; head < g.Heads; head++)
        {
            var keys = g.PackedKeys + (head * g.KeyLayout.Length);
            LoadQueries(g, tile, 0, head, first, count, g.Scale * Exp2Polynomial.Log2E);
            for (var r = 0; r < count; r++)
            {
                tile.Maximum[r] = float.NegativeInfinity;
                tile.Sum[r] = 0;
            }

            for (var key = 0; key < g.Keys; key += AttentionTile.Keys)
            {
                var width = Math.Min(AttentionTile.Keys, g.Keys - key);
                Scores(g, tile, tile.Scores, keys, count, key, width);
                Softmax(tile, tile.Scores, count, width);
            }

            for (var key = frameStart / AttentionTile.Keys * AttentionTile.Keys; key < frameStart + perFrame; key += AttentionTile.Keys)
            {
                var width = Math.Min(AttentionTile.Keys, g.Keys - key);
                Scores(g, tile, tile.Scores, keys, count, key, width);
                AddProbabilities(g, tile, count, y, perFrame, key - frameStart, width);
            }
        }
    }

    private static void AddProbabilities(in AttentionArguments g, in AttentionTile tile, int count, float* y, int perFrame, int offset, int width)
    {
        int begin = Math.Max(0, -offset), end = Math.Min(width, perFrame - offset);
        for (var r = 0; r < count; r++)
        {
            var row = tile.Scores + (r * tile.ScoreStride);
            var line = y + ((long)r * perFrame) + offset;
            var maximum = TIsa.Broadcast(tile.Maximum[r]);
            var factor = 1 / (tile.Sum[r] * g.Heads);
            for (var i = begin / TIsa.Width * TIsa.Width; i < end; i += TIsa.Width)
                TIsa.Store(row + i, TIsa.Exp2(TIsa.Subtract(TIsa.Load(row + i), maximum)));
            for (var i = begin; i < end; i++) line[i] += row[i] * factor;
        }
    }
}
