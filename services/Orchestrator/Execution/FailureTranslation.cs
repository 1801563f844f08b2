using Polly.Timeout;
using VideoGrain.Media;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Stages;
using VideoGrain.Orchestrator.Submission;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Resilience;
using StatusCode = Grpc.Core.StatusCode;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>Says in the contract's words why a job failed.</summary>
internal sealed class FailureTranslation(ErrorTranslator translator)
{
    private const string CauseKey = "cause";
    private const int MaxCauseLength = 1000;
    private const int MaxCauses = 8;

    /// <summary>Describes a failure with its chain of causes.</summary>
    public EditFailure Describe(Exception exception, JobState state)
    {
        var error = Translate(exception);
        var failure = new EditFailure
        {
            Code = (int)error.Code,
            Reason = error.Reason,
            Message = error.Message,
            Stage = StageName.Of(state),
            DeadLetter = StageResilience.IsTransient(error),
        };
        foreach (var (key, value) in error.Metadata)
            failure.Metadata[key] = value;

        failure.Violations.Add(error.Violations.Select(violation => new FieldViolation
        {
            Field = StagePreflight.InSpecification(violation.Field),
            Description = violation.Description,
            Reason = violation.Reason,
        }));

        // A stage's own words travel; those of this process's exceptions stay in its log.
        if (error.InnerException is Grpc.Core.RpcException rpc && rpc.Status.Detail != error.Message)
            failure.Metadata[CauseKey] = Cut(rpc.Status.Detail);

        failure.Causes.Add(CausesOf(exception));
        return failure;
    }

    // The error and what is behind it, the root first. A stage's own words travel; of this process's exceptions only their kind does, the rest stays in the log.
    private IEnumerable<FailureCause> CausesOf(Exception exception)
    {
        var causes = new List<FailureCause>();
        for (Exception? error = exception; error is not null && causes.Count < MaxCauses; error = error.InnerException)
        {
            var known = error is VideoGrainException or Grpc.Core.RpcException or MediaException || causes.Count == 0 ? Translate(error) : null;
            causes.Insert(0, new FailureCause
            {
                Code = (int)(known?.Code ?? StatusCode.Unknown),
                Reason = known?.Reason ?? "",
                Message = Cut(known?.Message ?? error.GetType().Name),
            });
        }

        return causes;
    }

    private static string Cut(string text) => text.Length <= MaxCauseLength ? text : text[..MaxCauseLength];

    private VideoGrainException Translate(Exception exception) => exception switch
    {
        TimeoutRejectedException or Grpc.Core.RpcException => StagePipelines.Translate(exception),
        ArtifactStoreFullException or MediaException { Error: MediaError.DiskFull } => new(StatusCode.ResourceExhausted, SubmissionReasons.StorageFull, "the server's storage is full", exception),
        ArtifactStoreUnavailableException or ArtifactStoreDeniedException => StorageErrors.Describe(exception),
        ArtifactCorruptException or ArtifactMissingException or InvalidDataException =>
            new(StatusCode.DataLoss, SubmissionReasons.ArtifactDamaged, "something that the edit is computed from was damaged in the server's storage", exception),
        MediaException { Error: MediaError.ToolMissing } => new(StatusCode.FailedPrecondition, SubmissionReasons.EncoderMissing, "ffmpeg is not installed on the server", exception),
        MediaException media => new(StatusCode.Internal, SubmissionReasons.EncodingFailed, media.Message, exception),
        _ => translator.Translate(exception),
    };
}
