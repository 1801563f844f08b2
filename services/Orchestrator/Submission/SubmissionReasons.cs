namespace VideoGrain.Orchestrator.Submission;

/// <summary>Stable reasons that only the orchestrator gives, as they stand in <c>ErrorInfo.reason</c>.</summary>
public static class SubmissionReasons
{
    /// <summary>The queue is full; try again later.</summary>
    public const string QueueFull = "QUEUE_FULL";

    /// <summary>The caller has as many unfinished edits as allowed; try again when one has ended.</summary>
    public const string CallerLimitExceeded = "CALLER_LIMIT_EXCEEDED";

    /// <summary>The request id belongs to a submission with other content.</summary>
    public const string RequestIdReused = "REQUEST_ID_REUSED";

    /// <summary>The store has no room for the submission.</summary>
    public const string StorageFull = "STORAGE_FULL";

    /// <summary>The database cannot be reached now.</summary>
    public const string DatabaseUnavailable = "DATABASE_UNAVAILABLE";

    /// <summary>Stored bytes were cleared away by another replica just before they were needed; trying again stores them anew.</summary>
    public const string StorageConflict = "STORAGE_CONFLICT";

    /// <summary>A worker was not heard of in time; another one goes on.</summary>
    public const string WorkerLost = "WORKER_LOST";

    /// <summary>The specification names an upload that it does not announce, or announces one that it does not use.</summary>
    public const string UploadMismatch = "UPLOAD_MISMATCH";

    /// <summary>The uploads are larger than allowed.</summary>
    public const string UploadTooLarge = "UPLOAD_TOO_LARGE";

    /// <summary>The bytes are no video of a kind that is read.</summary>
    public const string ClipNotAVideo = "CLIP_NOT_A_VIDEO";

    /// <summary>The bytes are no picture of a kind that is read.</summary>
    public const string PictureInvalid = "PICTURE_INVALID";

    /// <summary>The clip, mask or picture is damaged or cut short.</summary>
    public const string MediaDamaged = "MEDIA_DAMAGED";

    /// <summary>No edit of this id is the caller's.</summary>
    public const string EditNotFound = "EDIT_NOT_FOUND";

    /// <summary>The edit has no artifact of this name.</summary>
    public const string ArtifactNotFound = "ARTIFACT_NOT_FOUND";

    /// <summary>The edit has not ended.</summary>
    public const string EditNotEnded = "EDIT_NOT_ENDED";

    /// <summary>The service could not start; its log says why.</summary>
    public const string ServiceNotStarted = "SERVICE_NOT_STARTED";

    /// <summary>Stored bytes are missing or do not match their digest.</summary>
    public const string ArtifactDamaged = "ARTIFACT_DAMAGED";

    /// <summary>The service's installation lacks what uploads are decoded with.</summary>
    public const string DecoderMissing = "DECODER_MISSING";

    /// <summary>The service's installation lacks what results are encoded with.</summary>
    public const string EncoderMissing = "ENCODER_MISSING";

    /// <summary>The result could not be written as a video.</summary>
    public const string EncodingFailed = "ENCODING_FAILED";

    /// <summary>The edit waited longer than its queue_timeout.</summary>
    public const string DeadlineInQueue = "DEADLINE_IN_QUEUE";

    /// <summary>Workers took the edit as often as allowed, and none came any further.</summary>
    public const string JobAttemptsExhausted = "JOB_ATTEMPTS_EXHAUSTED";
}
