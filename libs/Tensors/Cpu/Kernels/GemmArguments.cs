namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>One matrix product with its epilogue: y = activation(x W + bias) + shift + residual. Rows of x may be gathered by a convolution.</summary>
internal unsafe struct GemmArguments
{
    /// <summary>Left-hand matrix [rows, depth], or the images of a convolution.</summary>
    public float* X;

    /// <summary>Rows of the product.</summary>
    public int Rows;

    /// <summary>Packed right-hand matrix.</summary>
    public void* Panels;

    /// <summary>How its numbers are kept.</summary>
    public PanelType PanelType;

    /// <summary>Its layout.</summary>
    public PanelLayout Layout;

    /// <summary>Bias, padded as the columns are; null for none.</summary>
    public float* Bias;

    /// <summary>Result [rows, columns].</summary>
    public float* Y;

    /// <summary>Non-linearity applied after the bias.</summary>
    public Activation Activation;

    /// <summary>Added to the result, [rows, columns]; null for none.</summary>
    public float* Residual;

    /// <summary>Added to the result, [rows / RowsPerShift, columns]; null for none.</summary>
    public float* Shift;

    /// <summary>Consecutive rows that share a row of <see cref="Shift"/>.</summary>
    public int RowsPerShift;

    /// <summary>Multiply the first half of the columns by the GELU of the second; y has half the columns.</summary>
    public bool Geglu;

    /// <summary>Whether rows are gathered from images; the fields below describe how.</summary>
    public bool IsConvolution;

    /// <summary>Kernel height and width.</summary>
    public int Kernel;

    /// <summary>Pixels between neighbouring windows.</summary>
    public int Stride;

    /// <summary>Height of the images.</summary>
    public int Height;

    /// <summary>Width of the images.</summary>
    public int Width;

    /// <summary>Channels of the images.</summary>
    public int Channels;

    /// <summary>Height of the result.</summary>
    public int OutHeight;

    /// <summary>Width of the result.</summary>
    public int OutWidth;

    /// <summary>Zero rows above the image.</summary>
    public int PadTop;

    /// <summary>Zero columns left of the image.</summary>
    public int PadLeft;

    /// <summary>Rows of a task; a multiple of the tile's rows.</summary>
    public int BlockRows;

    /// <summary>Panels of a task (of each half with <see cref="Geglu"/>).</summary>
    public int BlockPanels;

    /// <summary>Tasks side by side.</summary>
    public int PanelBlocks;

    /// <summary>Scratch of worker 0.</summary>
    public float* Scratch;

    /// <summary>Elements of scratch between workers.</summary>
    public long ScratchStride;
}
