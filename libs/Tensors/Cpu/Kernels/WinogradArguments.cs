namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>One 3x3 convolution that keeps the image's size, with its epilogue: y = x * g + bias + shift + residual.</summary>
internal unsafe struct WinogradArguments
{
    /// <summary>Images [images, height, width, channels].</summary>
    public float* X;

    /// <summary>Number of images.</summary>
    public int Images;

    /// <summary>Height of the images and of the result.</summary>
    public int Height;

    /// <summary>Width of the images and of the result.</summary>
    public int Width;

    /// <summary>Transformed kernels: 16 matrices, packed.</summary>
    public float* Panels;

    /// <summary>Layout of one of them: channels by outputs.</summary>
    public PanelLayout Layout;

    /// <summary>Bias, padded as the columns are; null for none.</summary>
    public float* Bias;

    /// <summary>Result [images, height, width, outputs].</summary>
    public float* Y;

    /// <summary>Added to the result, shaped as it; null for none.</summary>
    public float* Residual;

    /// <summary>Added to the result, [images / ImagesPerShift, outputs]; null for none.</summary>
    public float* Shift;

    /// <summary>Consecutive images that share a row of <see cref="Shift"/>.</summary>
    public int ImagesPerShift;

    /// <summary>Tiles of an image, side by side.</summary>
    public int TilesAcross;

    /// <summary>Tiles of an image.</summary>
    public int TilesPerImage;

    /// <summary>Tiles of a task.</summary>
    public int BlockTiles;

    /// <summary>Panels of a task.</summary>
    public int BlockPanels;

    /// <summary>Tasks side by side.</summary>
    public int PanelBlocks;

    /// <summary>Channels that are transformed and multiplied together.</summary>
    public int BlockChannels;

    /// <summary>Elements from one transformed tile to the next.</summary>
    public int PatchStride;

    /// <summary>Scratch of worker 0.</summary>
    public float* Scratch;

    /// <summary>Elements of scratch between workers.</summary>
    public long ScratchStride;

    /// <summary>Channels of the images.</summary>
    public readonly int Channels => Layout.Depth;

    /// <summary>Elements from one row of products to the next.</summary>
    public readonly int ProductStride => BlockPanels * Layout.PanelWidth;
}
