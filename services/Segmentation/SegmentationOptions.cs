using Google.Protobuf.WellKnownTypes;
using VideoGrain.Protos.V1;
using VideoGrain.Segmentation.Models;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Segmentation;

/// <summary>Configuration section "Segmentation": models and limits.</summary>
public sealed class SegmentationOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Segmentation";

    /// <summary>
    /// Folder whose subfolders, up to three levels down, hold model profiles (<c>profile.yaml</c>). When empty, the folder
    /// <c>models</c> in the nearest parent of the program is taken; when there is none, only the built-in estimators are offered.
    /// </summary>
    public string ModelsDirectory { get; set; } = "";

    /// <summary>Most frames of a clip, 1 or more.</summary>
    public int MaxFrames { get; set; } = 512;

    /// <summary>Most pixels of one frame, 1 or more.</summary>
    public long MaxFramePixels { get; set; } = 2048 * 2048;

    /// <summary>Most pixels of a clip, 1 or more.</summary>
    public long MaxClipPixels { get; set; } = 128L * 1024 * 1024;

    /// <summary>Most regions of a call, 1 or more.</summary>
    public int MaxRegions { get; set; } = 32;

    /// <summary>Most bytes of the masks that a call returns (regions x frames x pixels), 1 or more.</summary>
    public long MaxMaskBytes { get; set; } = 1L << 30;

    /// <summary>Most cells of a layout mask, 1 or more.</summary>
    public int MaxLayoutCells { get; set; } = 1024 * 1024;

    /// <summary>Most bytes that a call may send, 1 or more.</summary>
    public long MaxStreamBytes { get; set; } = 1L << 30;

    /// <summary>Most messages that a call may send, 1 or more.</summary>
    public long MaxStreamMessages { get; set; } = 1 << 16;

    /// <summary>Longest pause between two messages of the caller.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Calls that are computed at a time; more are answered busy.</summary>
    public int MaxConcurrentJobs { get; set; } = 2;

    /// <summary>What a busy answer tells the caller to wait.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Threads of one model's run; 0 takes one per core.</summary>
    public int ModelThreads { get; set; }

    /// <summary>Runs of one model at a time, 1 or more.</summary>
    public int MaxConcurrentRuns { get; set; } = 2;

    /// <summary>Models in memory at a time, 1 or more; the least recently used make room.</summary>
    public int MaxLoadedModels { get; set; } = 6;

    /// <summary>Execution provider that models prefer: <c>cpu</c> or <c>cuda</c>.</summary>
    public string ExecutionProvider { get; set; } = ExecutionProviders.Cpu;

    /// <summary>Index of the device that the execution provider uses, 0 or more.</summary>
    public int ExecutionDevice { get; set; }

    internal bool IsValid => MaxFrames > 0 && MaxFramePixels > 0 && MaxClipPixels > 0 && MaxRegions > 0 && MaxMaskBytes > 0 && MaxLayoutCells > 0
        && MaxStreamBytes > 0 && MaxStreamMessages > 0 && IdleTimeout > TimeSpan.Zero && MaxConcurrentJobs > 0 && RetryAfter >= TimeSpan.Zero
        && ModelThreads >= 0 && MaxConcurrentRuns > 0 && MaxLoadedModels > 0 && ExecutionDevice >= 0;

    internal StreamLimits StreamLimits => new() { MaxBytes = MaxStreamBytes, MaxMessages = MaxStreamMessages, IdleTimeout = IdleTimeout };

    internal StageLimits ToMessage() => new()
    {
        MaxFrames = (uint)MaxFrames,
        MaxFramePixels = (ulong)MaxFramePixels,
        MaxClipPixels = (ulong)MaxClipPixels,
        MaxRegions = (uint)MaxRegions,
        MaxStreamBytes = (ulong)MaxStreamBytes,
        MaxStreamChunks = (ulong)MaxStreamMessages,
        MaxChunkBytes = TensorLayout.MaxChunkBytes,
        IdleTimeout = Duration.FromTimeSpan(IdleTimeout),
        MaxConcurrentJobs = (uint)MaxConcurrentJobs,
    };
}
