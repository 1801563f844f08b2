using Grpc.Core;
using VideoGrain.Media;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Submission;

/// <summary>What a refused clip, picture or mask means to a caller.</summary>
internal static class MediaReasons
{
    /// <summary>The stable reason of a refusal.</summary>
    /// <param name="exception">The refusal.</param>
    /// <param name="sizeReason">The reason for sizes or counts that do not fit.</param>
    /// <exception cref="VideoGrainException">FAILED_PRECONDITION: not the caller's fault, the decoder is not installed.</exception>
    public static string Of(MediaException exception, string sizeReason) => exception.Error switch
    {
        MediaError.NotAVideo or MediaError.UnsupportedCodec => SubmissionReasons.ClipNotAVideo,
        MediaError.NotAPng => SubmissionReasons.PictureInvalid,
        MediaError.NoFrames or MediaError.FrameLimitExceeded => ErrorReasons.FrameLimitExceeded,
        MediaError.PixelLimitExceeded => ErrorReasons.FrameSizeInvalid,
        MediaError.ByteLimitExceeded => SubmissionReasons.UploadTooLarge,
        MediaError.SizeMismatch or MediaError.CountMismatch => sizeReason,
        MediaError.ToolMissing => throw new VideoGrainException(StatusCode.FailedPrecondition, SubmissionReasons.DecoderMissing, "ffmpeg is not installed on the server", exception),
        _ => SubmissionReasons.MediaDamaged,
    };
}
