namespace VideoGrain.Tensors;

/// <summary>A weight matrix [outputs, inputs] with optional bias, in an engine's own packed form. Also serves 1x1 convolutions.</summary>
public abstract class LinearWeight : IDisposable
{
    /// <summary>Input width.</summary>
    public required int Inputs { get; init; }

    /// <summary>Output width.</summary>
    public required int Outputs { get; init; }

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>A convolution kernel [outputs, inputs, kernel, kernel] with optional bias, in an engine's own packed form.</summary>
public abstract class ConvWeight : IDisposable
{
    /// <summary>Input channels.</summary>
    public required int Inputs { get; init; }

    /// <summary>Output channels.</summary>
    public required int Outputs { get; init; }

    /// <summary>Kernel height and width.</summary>
    public required int Kernel { get; init; }

    /// <summary>Pixels between neighbouring windows.</summary>
    public required int Stride { get; init; }

    /// <summary>Zero pixels around the image.</summary>
    public required Padding2d Padding { get; init; }

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>Scale and shift of a normalisation layer, one value a channel each.</summary>
public abstract class NormWeight : IDisposable
{
    /// <summary>Number of channels.</summary>
    public required int Channels { get; init; }

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>Lookup table [rows, width].</summary>
public abstract class EmbeddingWeight : IDisposable
{
    /// <summary>Number of rows.</summary>
    public required int Rows { get; init; }

    /// <summary>Width of a row.</summary>
    public required int Width { get; init; }

    /// <inheritdoc/>
    public abstract void Dispose();
}
