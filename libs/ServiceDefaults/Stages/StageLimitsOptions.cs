using Google.Protobuf.WellKnownTypes;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Streaming;
using VideoGrain.Tensors;

namespace VideoGrain.ServiceDefaults.Stages;

/// <summary>What a stage accepts; configuration section "Limits".</summary>
public sealed class StageLimitsOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Limits";

    /// <summary>Most frames of a clip, 1 or more. Default: 256.</summary>
    public int MaxFrames { get; set; } = 256;

    /// <summary>Most pixels of a frame. Default: 1024 x 1024.</summary>
    public long MaxFramePixels { get; set; } = 1024 * 1024;

    /// <summary>Most pixels of a clip. Default: 64 frames of 1024 x 1024.</summary>
    public long MaxClipPixels { get; set; } = 64L * 1024 * 1024;

    /// <summary>Most regions, 1 to 64. Default: 64.</summary>
    public int MaxRegions { get; set; } = LayoutModulation.MaxRegions;

    /// <summary>Most denoising or inversion steps, 1 to 999. Default: 999.</summary>
    public int MaxSteps { get; set; } = Editing.EditOptions.MaxSteps;

    /// <summary>Most bytes that one call may send. Default: 2 GiB.</summary>
    public long MaxStreamBytes { get; set; } = 2L << 30;

    /// <summary>Most messages that one call may send. Default: 65536.</summary>
    public long MaxStreamChunks { get; set; } = 1 << 16;

    /// <summary>Longest pause between two messages of the caller, and longest time that it may leave one of the stage's unread. Default: 30 s.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait for all messages of the caller together. Default: 15 min.</summary>
    public TimeSpan UploadTimeout { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>What a caller refused for lack of a slot is told to wait. Default: 2 s.</summary>
    public TimeSpan BusyRetryDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether every limit lies within its range.</summary>
    public bool IsValid =>
        MaxFrames >= 1 && MaxFramePixels >= 1 && MaxClipPixels >= 1 && MaxStreamBytes >= 1 && MaxStreamChunks >= 1
        && MaxRegions is >= 1 and <= LayoutModulation.MaxRegions && MaxSteps is >= 1 and <= Editing.EditOptions.MaxSteps
        && IdleTimeout > TimeSpan.Zero && UploadTimeout > TimeSpan.Zero && BusyRetryDelay >= TimeSpan.Zero;

    /// <summary>The limits of an inbound stream.</summary>
    public StreamLimits Stream => new()
    {
        MaxBytes = MaxStreamBytes,
        MaxMessages = MaxStreamChunks,
        IdleTimeout = IdleTimeout,
        TotalTimeout = UploadTimeout,
    };

    /// <summary>The limits for callers.</summary>
    /// <param name="concurrentJobs">Jobs that the stage runs at a time.</param>
    public StageLimits Describe(int concurrentJobs) => new()
    {
        MaxFrames = (uint)MaxFrames,
        MaxFramePixels = (ulong)MaxFramePixels,
        MaxClipPixels = (ulong)MaxClipPixels,
        MaxRegions = (uint)MaxRegions,
        MaxSteps = (uint)MaxSteps,
        MaxStreamBytes = (ulong)MaxStreamBytes,
        MaxStreamChunks = (ulong)MaxStreamChunks,
        MaxChunkBytes = TensorLayout.MaxChunkBytes,
        IdleTimeout = Duration.FromTimeSpan(IdleTimeout),
        MaxConcurrentJobs = (uint)concurrentJobs,
    };
}
