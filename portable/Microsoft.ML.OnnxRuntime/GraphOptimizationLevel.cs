namespace Microsoft.ML.OnnxRuntime;

/// <summary>How far the graph is optimised when a model is loaded.</summary>
public enum GraphOptimizationLevel
{
    /// <summary>Not at all.</summary>
    ORT_DISABLE_ALL = 0,

    /// <summary>Semantics-preserving rewrites only.</summary>
    ORT_ENABLE_BASIC = 1,

    /// <summary>Fusions as well.</summary>
    ORT_ENABLE_EXTENDED = 2,

    /// <summary>Everything, layouts included.</summary>
    ORT_ENABLE_ALL = 99,
}
