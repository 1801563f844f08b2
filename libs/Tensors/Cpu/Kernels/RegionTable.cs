namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>
/// The pairs (query, key) that share a region, without an N x N table: there are few distinct sets of regions, whatever the
/// number of queries, so one row of 0 and 1 per distinct set serves every query that has it.
/// </summary>
internal static unsafe class RegionTable
{
    /// <summary>Most distinct sets that get rows; beyond, kernels compute membership as they go, so that memory stays linear in the keys.</summary>
    public const int MaxRows = 32;

    /// <summary>Finds the distinct sets and numbers the queries by them.</summary>
    /// <param name="regions">Region bits per query.</param>
    /// <param name="queries">Number of queries.</param>
    /// <param name="rows">Receives each query's row: [queries].</param>
    /// <param name="sets">Receives the distinct sets: [<see cref="MaxRows"/>].</param>
    /// <returns>The number of distinct sets, or 0 when there are more than <see cref="MaxRows"/>.</returns>
    public static int Number(ulong* regions, int queries, int* rows, Span<ulong> sets)
    {
        var count = 0;
        var last = -1;
        for (var i = 0; i < queries; i++)
        {
            if (last < 0 || sets[last] != regions[i])
            {
                last = sets[..count].IndexOf(regions[i]);
                if (last < 0)
                {
                    if (count == MaxRows) return 0;
                    last = count++;
                    sets[last] = regions[i];
                }
            }

            rows[i] = last;
        }

        return count;
    }

    /// <summary>Fills the rows: 1 where a key shares a region with the set, else 0, and 0 after the last key.</summary>
    public static void Fill(ReadOnlySpan<ulong> sets, ulong* keyRegions, int keys, int paddedKeys, float* members)
    {
        for (var row = 0; row < sets.Length; row++)
        {
            var line = members + ((long)row * paddedKeys);
            for (var key = 0; key < paddedKeys; key++) line[key] = key < keys && (keyRegions[key] & sets[row]) != 0 ? 1 : 0;
        }
    }
}
