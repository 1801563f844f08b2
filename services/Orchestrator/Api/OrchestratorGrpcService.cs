using Grpc.Core;
using Microsoft.Extensions.Options;
using VideoGrain.Orchestrator.Execution;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Persistence;
using VideoGrain.Orchestrator.Submission;
using VideoGrain.Orchestrator.Telemetry;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Security;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Orchestrator.Api;

/// <summary>The contract's orchestrator: a thin face over submission, catalog and downloads.</summary>
[BindServiceMethod(typeof(OrchestratorGrpcService), nameof(Bind))]
internal sealed class OrchestratorGrpcService(
    ServiceGate gate,
    EditSubmission submission,
    JobCatalog catalog,
    EditWatch watch,
    ArtifactDownload downloads,
    ArtifactCollector collector,
    RunningJobs running,
    Capabilities capabilities,
    OrchestratorInstruments instruments,
    IOptions<LimitsOptions> limits,
    ServiceDefaults.Hosting.Drain drain,
    TimeProvider time) : OrchestratorService.OrchestratorServiceBase
{
    private const int DefaultPageSize = 50;
    private const int MaxPageSize = 200;

    // Clients take messages of 4 MiB unless told otherwise.
    private const int MaxPageBytes = 3 << 20;
    private static readonly int StateCount = Enum.GetValues<JobState>().Length;

    /// <summary>Binds the service's methods.</summary>
    public static void Bind(ServiceBinderBase binder, OrchestratorService.OrchestratorServiceBase? service) => OrchestratorService.BindService(new ParsedRequests(binder), service);

    public override async Task<SubmitEditResponse> SubmitEdit(IAsyncStreamReader<SubmitEditRequest> requestStream, ServerCallContext context)
    {
        await gate.EnterWithWorkAsync(context.CancellationToken);
        var (job, alreadyExisted) = await submission.ReceiveAsync(
            Messages(requestStream, message => new SubmissionMessage(message.Specification, message.Upload)), context.GetCaller(), context.CancellationToken);
        context.SetAuditTarget(job.Id);
        var edit = alreadyExisted ? await FindEditAsync(context, job.Id) : await DescribeAsync(job, context.CancellationToken);
        return new SubmitEditResponse { Edit = edit, AlreadyExisted = alreadyExisted };
    }

    public override async Task<GetEditResponse> GetEdit(GetEditRequest request, ServerCallContext context)
    {
        await gate.EnterAsync(context.CancellationToken);
        return new GetEditResponse { Edit = await FindEditAsync(context, request.EditId) };
    }

    public override async Task<ListEditsResponse> ListEdits(ListEditsRequest request, ServerCallContext context)
    {
        await gate.EnterAsync(context.CancellationToken);
        var violations = new ViolationList();
        violations.Range("page_size", request.PageSize, 0, MaxPageSize);
        CheckStates(request, violations);
        var (from, before) = (WireTimes.Read("created_after", request.CreatedAfter, violations), WireTimes.Read("created_before", request.CreatedBefore, violations));
        CheckLabels(request, violations);
        violations.ThrowIfAny();
        var pageSize = request.PageSize == 0 ? DefaultPageSize : (int)request.PageSize;
        var jobs = await catalog.ListAsync(
            new JobFilter
            {
                Caller = context.GetCaller(),
                States = [.. request.States.Select(state => EditMapping.FromState(state)!.Value)],
                Labels = request.Labels,
                OnlyDeadLetters = request.DeadLetter,
                SubmittedFrom = from,
                SubmittedBefore = before,
                After = PageTokens.Read(request),
                Count = pageSize + 1,
            },
            context.CancellationToken);
        var response = PageOf(jobs.Take(pageSize));
        if (response.Edits.Count < jobs.Count)
        {
            var last = jobs[response.Edits.Count - 1];
            response.NextPageToken = PageTokens.After(last.SubmittedAt, last.Id, request);
        }

        return response;
    }

    public override async Task WatchEdit(WatchEditRequest request, IServerStreamWriter<WatchEditResponse> responseStream, ServerCallContext context)
    {
        await gate.EnterAsync(context.CancellationToken);
        await CheckExistsAsync(context, request.EditId);
        var after = (long)Math.Min(request.AfterSequence, long.MaxValue);
        await foreach (var entry in watch.FollowAsync(context.GetCaller(), request.EditId, after, context.CancellationToken))
            await responseStream.WriteAsync(new WatchEditResponse { Event = entry }, context.CancellationToken);
    }

    public override async Task<CancelEditResponse> CancelEdit(CancelEditRequest request, ServerCallContext context)
    {
        await gate.EnterAsync(context.CancellationToken);
        await CancelAsync(context.GetCaller(), request.EditId, context.CancellationToken);
        return new CancelEditResponse { Edit = await FindEditAsync(context, request.EditId) };
    }

    public override async Task<DeleteEditResponse> DeleteEdit(DeleteEditRequest request, ServerCallContext context)
    {
        await gate.EnterAsync(context.CancellationToken);
        await CheckExistsAsync(context, request.EditId);
        var freed = await catalog.DeleteAsync(request.EditId, context.CancellationToken)
            ?? throw new VideoGrainException(StatusCode.FailedPrecondition, SubmissionReasons.EditNotEnded, "the edit has not ended; cancel it first");
        await collector.CollectAsync(freed, CancellationToken.None);
        await catalog.EraseTracesAsync(CancellationToken.None);
        return new DeleteEditResponse();
    }

    public override async Task DownloadArtifact(
        DownloadArtifactRequest request, IServerStreamWriter<DownloadArtifactResponse> responseStream, ServerCallContext context)
    {
        await gate.EnterAsync(context.CancellationToken);
        var artifact = await downloads.FindAsync(context.GetCaller(), request.EditId, request.ArtifactName, context.CancellationToken);
        var chunks = downloads.ReadAsync(artifact, request.Offset, request.Length, context.CancellationToken);
        var link = request.AcceptLink ? await downloads.LinkAsync(artifact, request.Offset, context.CancellationToken) : null;
        await responseStream.WriteAsync(new DownloadArtifactResponse { Artifact = ArtifactMapping.ToProto(artifact) }, context.CancellationToken);
        if (link is not null)
        {
            await responseStream.WriteAsync(new DownloadArtifactResponse { Link = link }, context.CancellationToken);
            return;
        }

        await foreach (var chunk in chunks)
            await responseStream.WriteAsync(new DownloadArtifactResponse { Chunk = chunk }, context.CancellationToken);
    }

    public override async Task EditVideo(
        IAsyncStreamReader<EditVideoRequest> requestStream, IServerStreamWriter<EditVideoResponse> responseStream, ServerCallContext context)
    {
        await gate.EnterWithWorkAsync(context.CancellationToken);
        var caller = context.GetCaller();
        var (job, alreadyExisted) = await submission.ReceiveAsync(
            Messages(requestStream, message => new SubmissionMessage(message.Specification, message.Upload)), caller, context.CancellationToken);
        context.SetAuditTarget(job.Id);
        try
        {
            Edit? ended = null;
            await foreach (var entry in watch.FollowAsync(caller, job.Id, 0, context.CancellationToken))
            {
                ended = entry.Finished ?? ended;
                await responseStream.WriteAsync(new EditVideoResponse { Event = entry }, context.CancellationToken);
            }

            if (ended is { State: EditState.Succeeded })
                await SendResultAsync(caller, job.Id, responseStream, context.CancellationToken);
        }
        catch (Exception) when (context.CancellationToken.IsCancellationRequested && !drain.IsDraining && !alreadyExisted)
        {
            // The call was the caller's only hold on the edit. A shutdown is no wish of the caller's, and an edit that another call
            // submitted is not this call's to cancel.
            await CancelAsync(caller, job.Id, CancellationToken.None);
            throw;
        }
    }

    public override async Task<OrchestratorServiceGetCapabilitiesResponse> GetCapabilities(
        OrchestratorServiceGetCapabilitiesRequest request, ServerCallContext context) => await capabilities.DescribeAsync(context.CancellationToken);

    // Edits differ in size by orders of magnitude: one can leave thousands of artifacts.
    private static ListEditsResponse PageOf(IEnumerable<Job> jobs)
    {
        var (page, bytes) = (new ListEditsResponse(), 0L);
        foreach (var job in jobs)
        {
            var edit = EditMapping.ToEdit(job);
            bytes += edit.CalculateSize();
            if (bytes > MaxPageBytes && page.Edits.Count > 0)
                break;

            page.Edits.Add(edit);
        }

        return page;
    }

    private async Task SendResultAsync(string caller, string jobId, IServerStreamWriter<EditVideoResponse> responseStream, CancellationToken cancellationToken)
    {
        var artifact = await downloads.FindAsync(caller, jobId, EncodingStage.ResultName, cancellationToken);
        await responseStream.WriteAsync(new EditVideoResponse { Artifact = ArtifactMapping.ToProto(artifact) }, cancellationToken);
        await foreach (var chunk in downloads.ReadAsync(artifact, 0, 0, cancellationToken))
            await responseStream.WriteAsync(new EditVideoResponse { Chunk = chunk }, cancellationToken);
    }

    private async Task CancelAsync(string caller, string jobId, CancellationToken cancellationToken)
    {
        var (_, cancelled) = await catalog.CancelAsync(caller, jobId, cancellationToken);
        if (!cancelled)
            return;

        running.TakeAway(jobId);
        if (await catalog.FindAsync(caller, jobId, CancellationToken.None) is { } job)
            instruments.Completed(job, JobState.Cancelled, "");
    }

    private static void CheckStates(ListEditsRequest request, ViolationList violations)
    {
        if (request.States.Count > StateCount)
        {
            violations.Add("states", $"must have at most {StateCount} entries, has {request.States.Count}", ErrorReasons.OptionOutOfRange);
            return;
        }

        for (var i = 0; i < request.States.Count; i++)
        {
            if (EditMapping.FromState(request.States[i]) is null)
                violations.Add($"states[{i}]", SpecificationChecks.Unknown((int)request.States[i]));
        }
    }

    // Each label nests the query deeper, and a query that is too deep ends the process.
    private static void CheckLabels(ListEditsRequest request, ViolationList violations)
    {
        if (request.Labels.Count > SpecificationChecks.MaxLabels)
            violations.Add("labels", $"must have at most {SpecificationChecks.MaxLabels} entries, has {request.Labels.Count}");
        else if (request.Labels.Any(label => !label.Key.IsStorable() || !label.Value.IsStorable()))
            violations.Add("labels", StorableText.Rule);
    }

    private async Task CheckExistsAsync(ServerCallContext context, string jobId)
    {
        if (!await catalog.HasAsync(context.GetCaller(), jobId, context.CancellationToken))
            throw NotFound();
    }

    private async Task<Edit> FindEditAsync(ServerCallContext context, string jobId) => await DescribeAsync(
        await catalog.FindAsync(context.GetCaller(), jobId, context.CancellationToken) ?? throw NotFound(), context.CancellationToken);

    private async Task<Edit> DescribeAsync(Job job, CancellationToken cancellationToken) =>
        EditMapping.ToEdit(job, job.State == JobState.Queued ? await catalog.PositionAsync(job, cancellationToken) : null);

    private static VideoGrainException NotFound() => new(StatusCode.NotFound, SubmissionReasons.EditNotFound, "there is no such edit");

    private SubmissionMessages<T> Messages<T>(IAsyncStreamReader<T> stream, Func<T, SubmissionMessage> convert)
        where T : class, Google.Protobuf.IMessage =>
        new(new BoundedStreamReader<T>(stream, EditSubmission.StreamLimits(limits.Value), time), convert);
}
