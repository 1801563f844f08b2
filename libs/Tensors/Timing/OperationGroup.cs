namespace VideoGrain.Tensors;

/// <summary>What the time of a device is told apart by: kinds of an engine's operations.</summary>
public enum OperationGroup
{
    /// <summary>Attention of tokens to as many tokens.</summary>
    SelfAttention,

    /// <summary>ST-Layout attention, to tokens or to a prompt.</summary>
    LayoutAttention,

    /// <summary>Attention to a prompt, or to any other number of keys.</summary>
    CrossAttention,

    /// <summary>Attention to listed keys.</summary>
    TrajectoryAttention,

    /// <summary>Convolutions larger than 1x1.</summary>
    Convolution,

    /// <summary>Linear layers, 1x1 convolutions among them.</summary>
    Linear,

    /// <summary>Group and layer normalisations.</summary>
    Norm,

    /// <summary>Everything else: element-wise operations and copies.</summary>
    Other,
}
