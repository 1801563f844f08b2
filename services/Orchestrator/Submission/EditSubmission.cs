using System.Diagnostics;
using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Telemetry;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Streaming;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Orchestrator.Submission;

/// <summary>
/// Takes a submission from its first message to a durable job. Nothing of a submission that fails stays: scratch files and unrecorded
/// artifacts go with the call.
/// </summary>
internal sealed class EditSubmission(
    SpecificationChecks checks,
    StagePreflight preflight,
    UploadPreparation preparation,
    JobIntake intake,
    JobIds ids,
    ScratchSpace scratch,
    ArtifactCollector collector,
    OrchestratorInstruments instruments,
    IOptions<QueueOptions> queue,
    IOptions<LimitsOptions> limits)
{
    // Chunks may be small, but not absurdly so.
    private const long SmallestUsefulChunk = 1024;
    private const long MessageOverhead = 256;

    /// <summary>Reads a submission and puts it into the queue.</summary>
    /// <param name="messages">The call's messages.</param>
    /// <param name="caller">Who submits.</param>
    /// <param name="cancellationToken">The call's token.</param>
    /// <returns>The job, and whether it existed before.</returns>
    /// <exception cref="VideoGrainException">The submission is refused; all that is wrong is named.</exception>
    public async Task<(Job Job, bool AlreadyExisted)> ReceiveAsync(ISubmissionMessages messages, string caller, CancellationToken cancellationToken)
    {
        var specification = await messages.ReadAsync(cancellationToken) is { Specification: { } first }
            ? first
            : throw VideoGrainException.Invalid(SpecificationChecks.Root, "the first message must be the specification", ErrorReasons.HeaderMissing);
        var violations = checks.Check(specification);
        violations.ThrowIfAny();
        if (specification.RequestId.Length == 0 || await intake.FindAsync(caller, specification.RequestId, cancellationToken) is null)
            ThrowUnlessAdmitted(await intake.PreviewAsync(caller, cancellationToken), caller);

        using var folder = scratch.NewFolder();
        await using var uploads = new UploadReceiver(specification, folder.Path);
        await using var artifacts = new PinnedArtifacts(collector);
        try
        {
            await ReceiveUploadsAsync(messages, uploads, cancellationToken);
            var clip = await preparation.PrepareAsync(specification, uploads, artifacts, violations, cancellationToken);
            if (clip is not null)
                ClusteringChecks.CheckPoints(specification, clip.Shape, limits.Value, violations);
            violations.AddRange(await preflight.CheckAsync(specification, clip?.Shape, cancellationToken));
            violations.ThrowIfAny();
            return await SubmitAsync(specification, uploads, clip!, artifacts, caller, cancellationToken);
        }
        catch (IOException exception) when (exception is ArtifactStoreFullException || DurableFiles.IsDiskFull(exception))
        {
            instruments.Refused(SubmissionReasons.StorageFull);
            throw new VideoGrainException(StatusCode.ResourceExhausted, SubmissionReasons.StorageFull, "the server has no room for the submission", exception)
            {
                RetryAfter = queue.Value.RetryAfter,
            };
        }
    }

    /// <summary>The bounds of a submission's stream.</summary>
    public static StreamLimits StreamLimits(LimitsOptions limits) => new()
    {
        MaxBytes = limits.MaxUploadBytes + (limits.MaxUploadBytes / SmallestUsefulChunk * MessageOverhead) + TensorLayout.MaxChunkBytes,
        MaxMessages = (limits.MaxUploadBytes / SmallestUsefulChunk) + limits.MaxSourceFrames + limits.MaxRegions,
        IdleTimeout = limits.IdleTimeout,
        TotalTimeout = limits.UploadTimeout,
    };

    private static async Task ReceiveUploadsAsync(ISubmissionMessages messages, UploadReceiver uploads, CancellationToken cancellationToken)
    {
        while (await messages.ReadAsync(cancellationToken) is { } message)
        {
            if (message.Upload is not { } chunk)
                throw VideoGrainException.Invalid(SpecificationChecks.Root, "every message after the first must be an upload chunk", ErrorReasons.HeaderRepeated);

            await uploads.AcceptAsync(chunk, cancellationToken);
        }

        uploads.Complete();
    }

    private async Task<(Job Job, bool AlreadyExisted)> SubmitAsync(
        EditSpecification specification, UploadReceiver uploads, PreparedClip clip, PinnedArtifacts artifacts, string caller, CancellationToken cancellationToken)
    {
        var encoded = specification.ToByteArray();
        var (outcome, job) = await intake.SubmitAsync(
            new NewJob
            {
                Id = ids.Next(),
                Caller = caller,
                RequestId = specification.RequestId,
                Fingerprint = Convert.ToHexStringLower(SHA256.HashData([.. Canonical(specification), .. uploads.Fingerprint()])),
                Specification = encoded,
                Labels = specification.Labels,
                Priority = specification.Priority == EditPriority.Unspecified ? JobPriority.Normal : (JobPriority)specification.Priority,
                QueueTimeout = specification.QueueTimeout?.ToTimeSpan(),
                Clip = clip.Shape,
                Source = clip.Frames,
                Artifacts = artifacts.All,
                Warnings = clip.Warnings,
                TraceParent = Activity.Current is { IdFormat: ActivityIdFormat.W3C } span ? span.Id : null,
            },
            cancellationToken);
        ThrowUnlessAdmitted(outcome, caller);
        if (outcome == SubmitOutcome.Accepted)
            instruments.Submitted(caller);

        Activity.Current?.SetTag(SpanTags.JobId, job!.Id);
        return (job!, outcome == SubmitOutcome.AlreadyExisted);
    }

    // Maps have no order on the wire; the same labels must give the same fingerprint.
    private static byte[] Canonical(EditSpecification specification)
    {
        var copy = specification.Clone();
        copy.Labels.Clear();
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            output.WriteMessage(copy);
            foreach (var (key, value) in specification.Labels.OrderBy(label => label.Key, StringComparer.Ordinal))
            {
                output.WriteString(key);
                output.WriteString(value);
            }
        }

        return stream.ToArray();
    }

    private void ThrowUnlessAdmitted(SubmitOutcome outcome, string caller)
    {
        switch (outcome)
        {
            case SubmitOutcome.QueueFull:
                instruments.Refused(SubmissionReasons.QueueFull);
                throw Exhausted(SubmissionReasons.QueueFull, $"{queue.Value.MaxQueued} edits are waiting already");
            case SubmitOutcome.CallerLimitExceeded:
                instruments.Refused(SubmissionReasons.CallerLimitExceeded);
                throw Exhausted(SubmissionReasons.CallerLimitExceeded, $"the caller has {queue.Value.QuotaOf(caller)} unfinished edits already");
            case SubmitOutcome.RequestIdReused:
                throw new VideoGrainException(StatusCode.AlreadyExists, SubmissionReasons.RequestIdReused, "an edit with other content was submitted under this request_id");
            default:
                return;
        }
    }

    private VideoGrainException Exhausted(string reason, string message) =>
        new(StatusCode.ResourceExhausted, reason, message) { RetryAfter = queue.Value.RetryAfter };
}
