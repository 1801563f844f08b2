namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>
/// How the right-hand matrix [depth, columns] of a product is packed: panels of two vectors of columns, one after the other; within
/// a panel, depth steps of those columns. What remains of the columns takes a last panel of one or two vectors, padded with zeros.
/// </summary>
/// <param name="Depth">Size of the inner dimension.</param>
/// <param name="Columns">Columns of the matrix.</param>
/// <param name="Width">Elements of a vector.</param>
internal readonly record struct PanelLayout(int Depth, int Columns, int Width)
{
    /// <summary>Columns of a full panel.</summary>
    public int PanelWidth => 2 * Width;

    /// <summary>Number of panels.</summary>
    public int Panels => (Columns + PanelWidth - 1) / PanelWidth;

    /// <summary>Columns with padding.</summary>
    public int PaddedColumns => (Columns + Width - 1) / Width * Width;

    /// <summary>Elements of the packed matrix.</summary>
    public long Length => (long)PaddedColumns * Depth;

    /// <summary>Vectors of a panel: 2, or what the last one has.</summary>
    public int Vectors(int panel) => PaddedColumns - (panel * PanelWidth) > Width ? 2 : 1;

    /// <summary>First element of a panel.</summary>
    public long Offset(int panel) => (long)panel * PanelWidth * Depth;
}
