namespace Microsoft.ML.OnnxRuntime;

/// <summary>What the library writes to the standard error stream.</summary>
public enum OrtLoggingLevel
{
    /// <summary>Everything.</summary>
    ORT_LOGGING_LEVEL_VERBOSE = 0,

    /// <summary>Information and worse.</summary>
    ORT_LOGGING_LEVEL_INFO = 1,

    /// <summary>Warnings and worse.</summary>
    ORT_LOGGING_LEVEL_WARNING = 2,

    /// <summary>Errors and worse.</summary>
    ORT_LOGGING_LEVEL_ERROR = 3,

    /// <summary>Fatal errors only.</summary>
    ORT_LOGGING_LEVEL_FATAL = 4,
}
