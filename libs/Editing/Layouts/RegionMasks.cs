namespace VideoGrain.Editing.Layouts;

/// <summary>Set operations on masks of equal size.</summary>
public static class RegionMasks
{
    /// <summary>Takes from every mask what a later one covers.</summary>
    public static void CutByLater(LayoutMask[] masks)
    {
        var covered = new byte[masks[0].Values.Length];
        for (var region = masks.Length - 1; region >= 0; region--)
        {
            var mask = masks[region];
            var values = mask.Values.ToArray();
            for (var i = 0; i < values.Length; i++)
            {
                var inside = values[i] != 0;
                values[i] = inside && covered[i] == 0 ? (byte)1 : (byte)0;
                if (inside) covered[i] = 1;
            }

            masks[region] = new LayoutMask(mask.Frames, mask.Height, mask.Width, values);
        }
    }

    /// <summary>1 where any mask is, 0 elsewhere.</summary>
    public static byte[] Union(IReadOnlyList<LayoutMask> masks)
    {
        var result = new byte[masks[0].Values.Length];
        foreach (var mask in masks)
        {
            var values = mask.Values.Span;
            for (var i = 0; i < result.Length; i++)
            {
                if (values[i] != 0) result[i] = 1;
            }
        }

        return result;
    }
}
