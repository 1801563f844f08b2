namespace VideoGrain.ServiceDefaults.Errors;

/// <summary>Stable reasons of errors, as they stand in <c>ErrorInfo.reason</c>. Callers may switch on them; docs/api.md explains each.</summary>
public static class ErrorReasons
{
    /// <summary>Domain of every <c>ErrorInfo</c>.</summary>
    public const string Domain = "videograin";

    /// <summary>A required field is missing.</summary>
    public const string FieldRequired = "FIELD_REQUIRED";

    /// <summary>A field's text or form is not valid.</summary>
    public const string FieldInvalid = "FIELD_INVALID";

    /// <summary>A number lies outside its documented range.</summary>
    public const string OptionOutOfRange = "OPTION_OUT_OF_RANGE";

    /// <summary>A name occurs twice where it must be unique.</summary>
    public const string NameNotUnique = "NAME_NOT_UNIQUE";

    /// <summary>A stream does not begin with its header.</summary>
    public const string HeaderMissing = "HEADER_MISSING";

    /// <summary>A stream has a second header.</summary>
    public const string HeaderRepeated = "HEADER_REPEATED";

    /// <summary>A message's bytes are no message of the contract.</summary>
    public const string MessageMalformed = "MESSAGE_MALFORMED";

    /// <summary>A tensor that the call does not take.</summary>
    public const string TensorUnknown = "TENSOR_UNKNOWN";

    /// <summary>A tensor that the call needs did not come.</summary>
    public const string TensorMissing = "TENSOR_MISSING";

    /// <summary>A tensor came twice.</summary>
    public const string TensorRepeated = "TENSOR_REPEATED";

    /// <summary>A tensor has another shape than the call needs.</summary>
    public const string TensorShapeMismatch = "TENSOR_SHAPE_MISMATCH";

    /// <summary>A tensor has another element type than the call needs.</summary>
    public const string TensorTypeMismatch = "TENSOR_TYPE_MISMATCH";

    /// <summary>A chunk does not begin where the one before ended, or tensors interleave.</summary>
    public const string ChunkOutOfOrder = "CHUNK_OUT_OF_ORDER";

    /// <summary>A chunk is larger than allowed, or reaches beyond its tensor.</summary>
    public const string ChunkTooLarge = "CHUNK_TOO_LARGE";

    /// <summary>A chunk's bytes do not match its CRC-32C.</summary>
    public const string ChunkChecksumMismatch = "CHUNK_CHECKSUM_MISMATCH";

    /// <summary>A stream ended in the middle of a tensor or an upload.</summary>
    public const string StreamIncomplete = "STREAM_INCOMPLETE";

    /// <summary>A stream has more bytes than allowed.</summary>
    public const string StreamTooLarge = "STREAM_TOO_LARGE";

    /// <summary>A stream has more chunks than allowed.</summary>
    public const string StreamTooManyChunks = "STREAM_TOO_MANY_CHUNKS";

    /// <summary>The caller paused longer than allowed, or took too long in all.</summary>
    public const string StreamIdle = "STREAM_IDLE";

    /// <summary>The clip has no frames or too many, or too many pixels.</summary>
    public const string FrameLimitExceeded = "FRAME_LIMIT_EXCEEDED";

    /// <summary>Frame sizes that the model cannot take.</summary>
    public const string FrameSizeInvalid = "FRAME_SIZE_INVALID";

    /// <summary>More regions than allowed.</summary>
    public const string RegionLimitExceeded = "REGION_LIMIT_EXCEEDED";

    /// <summary>A region covers nothing in any frame.</summary>
    public const string RegionEmpty = "REGION_EMPTY";

    /// <summary>A region's phrase does not occur in the target prompt.</summary>
    public const string RegionPromptNotFound = "REGION_PROMPT_NOT_FOUND";

    /// <summary>A prompt has more tokens than the text encoder takes.</summary>
    public const string TokensExceedLimit = "TOKENS_EXCEED_LIMIT";

    /// <summary>A mask's size or frame count does not fit the clip.</summary>
    public const string MaskSizeMismatch = "MASK_SIZE_MISMATCH";

    /// <summary>No model has this name.</summary>
    public const string ModelNotFound = "MODEL_NOT_FOUND";

    /// <summary>No model that does what is asked for is installed, or what runs it is not.</summary>
    public const string ModelNotLoaded = "MODEL_NOT_LOADED";

    /// <summary>A model's files are damaged or not of the expected layout.</summary>
    public const string ModelFormatInvalid = "MODEL_FORMAT_INVALID";

    /// <summary>The execution provider that models are configured to run on is not there or cannot start.</summary>
    public const string ExecutionProviderUnavailable = "EXECUTION_PROVIDER_UNAVAILABLE";

    /// <summary>The model lacks the ControlNet asked for, or the control map does not fit.</summary>
    public const string ControlMismatch = "CONTROL_MISMATCH";

    /// <summary>The stage runs as many jobs as it can; try again.</summary>
    public const string StageBusy = "STAGE_BUSY";

    /// <summary>The stage is shutting down; try elsewhere.</summary>
    public const string StageDraining = "STAGE_DRAINING";

    /// <summary>A stage cannot be reached.</summary>
    public const string StageUnavailable = "STAGE_UNAVAILABLE";

    /// <summary>Memory of the device does not suffice.</summary>
    public const string GpuOutOfMemory = "GPU_OUT_OF_MEMORY";

    /// <summary>The compute device is lost; the job can go on elsewhere, and the stage has to be restarted.</summary>
    public const string GpuLost = "GPU_LOST";

    /// <summary>Memory of the host does not suffice.</summary>
    public const string OutOfMemory = "OUT_OF_MEMORY";

    /// <summary>Latents hold an infinite value or no number.</summary>
    public const string NonFiniteLatents = "NONFINITE_LATENTS";

    /// <summary>A checkpoint does not belong to the run that it is to go on.</summary>
    public const string CheckpointCorrupt = "CHECKPOINT_CORRUPT";

    /// <summary>The call needs credentials.</summary>
    public const string CredentialsMissing = "CREDENTIALS_MISSING";

    /// <summary>The credentials are not known.</summary>
    public const string CredentialsInvalid = "CREDENTIALS_INVALID";

    /// <summary>The caller cancelled.</summary>
    public const string Cancelled = "CANCELLED";

    /// <summary>The call's deadline passed.</summary>
    public const string DeadlineExceeded = "DEADLINE_EXCEEDED";

    /// <summary>A defect of the service; the log of the service says more.</summary>
    public const string Internal = "INTERNAL";
}
