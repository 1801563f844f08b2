namespace Microsoft.ML.OnnxRuntime;

/// <summary>How independent operators run.</summary>
public enum ExecutionMode
{
    /// <summary>One after another.</summary>
    ORT_SEQUENTIAL = 0,

    /// <summary>Side by side on the inter-operator threads.</summary>
    ORT_PARALLEL = 1,
}
