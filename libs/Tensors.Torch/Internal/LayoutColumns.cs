namespace VideoGrain.Tensors.Torch.Internal;

/// <summary>
/// Membership columns that turn ST-Layout attention into plain attention: u [queries, sets] and w [keys, sets] with u_i . w_j = 1 where query i and key
/// j share a region, else 0. A column stands for a distinct *set* of query regions, so a pair that shares two regions is not counted twice.
/// </summary>
internal sealed class LayoutColumns
{
    /// <summary>Builds the columns.</summary>
    public LayoutColumns(LayoutModulation modulation)
    {
        var column = new Dictionary<ulong, int>();
        foreach (var regions in modulation.QueryRegions)
        {
            // A query outside all regions shares none: it needs no column.
            if (regions != 0) column.TryAdd(regions, column.Count);
        }

        Sets = column.Count;
        Queries = new float[(long)modulation.QueryRegions.Length * Sets];
        Keys = new float[(long)modulation.KeyRegions.Length * Sets];
        for (var i = 0; i < modulation.QueryRegions.Length; i++)
        {
            if (modulation.QueryRegions[i] != 0) Queries[((long)i * Sets) + column[modulation.QueryRegions[i]]] = 1;
        }

        for (var j = 0; j < modulation.KeyRegions.Length; j++)
        {
            foreach (var (regions, index) in column)
                Keys[((long)j * Sets) + index] = (regions & modulation.KeyRegions[j]) != 0 ? 1 : 0;
        }
    }

    /// <summary>Number of columns.</summary>
    public int Sets { get; }

    /// <summary>u, row-major.</summary>
    public float[] Queries { get; }

    /// <summary>w, row-major.</summary>
    public float[] Keys { get; }
}
