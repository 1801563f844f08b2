namespace VideoGrain.Tensors;

/// <summary>
/// For each query the few keys it attends to: trajectory ("flatten") attention, where a token attends to the tokens that
/// optical flow links it with in the other frames. Immutable; an engine may keep a device copy of it.
/// </summary>
public sealed class KeySelection
{
    /// <summary>An entry of <see cref="Indices"/> that is masked out.</summary>
    public const int None = -1;

    /// <summary>Wraps the table; the array is kept, not copied.</summary>
    /// <param name="queries">Number of queries.</param>
    /// <param name="width">Keys listed for each query, masked ones included.</param>
    /// <param name="indices">[queries, width], row-major: key index or <see cref="None"/>; every row has at least one key.</param>
    /// <exception cref="ArgumentException">A size is negative or does not match, an index lies below -1, or a row has no key.</exception>
    public KeySelection(int queries, int width, int[] indices)
    {
        if (queries < 0) throw new ArgumentException($"must not be negative, got {queries}", nameof(queries));
        if (width < 0) throw new ArgumentException($"must not be negative, got {width}", nameof(width));
        if (indices.Length != (long)queries * width)
            throw new ArgumentException($"{indices.Length} indices for {queries} x {width}", nameof(indices));
        for (var query = 0; query < queries; query++)
        {
            var any = false;
            foreach (var index in indices.AsSpan(query * width, width))
            {
                if (index < None) throw new ArgumentException($"index {index} of query {query} is negative", nameof(indices));
                any |= index != None;
                Largest = Math.Max(Largest, index);
            }

            if (!any) throw new ArgumentException($"query {query} has no key", nameof(indices));
        }

        Queries = queries;
        Width = width;
        Indices = indices;
    }

    /// <summary>Number of queries.</summary>
    public int Queries { get; }

    /// <summary>Keys listed for each query.</summary>
    public int Width { get; }

    /// <summary>Largest key index listed; <see cref="None"/> where there are no queries. Keys must be more than this.</summary>
    public int Largest { get; } = None;

    /// <summary>[queries, width], row-major.</summary>
    public int[] Indices { get; }
}
