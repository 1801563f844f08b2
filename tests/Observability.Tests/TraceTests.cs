using VideoGrain.Observability.Tests.Support;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Observability.Tests;

/// <summary>A job is one trace, whoever works on it and how often.</summary>
[Collection(SystemTests.Name)]
public sealed class TraceTests(ObservedSystem system)
{
    private const string Job = "job";
    private const string Orchestrator = "videograin-orchestrator";

    private static readonly string[] Services = ["videograin-denoiser", "videograin-inversion", Orchestrator, "videograin-segmentation"];
    private static readonly string[] Stages = ["preparing", "inverting", "denoising", "encoding"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Job_OfATracingCaller_IsPartOfTheCallersTrace()
    {
        var spans = await TraceAsync(() => system.Collector.Spans.Where(span => span.TraceId == ObservedSystem.CallerTrace));
        var known = spans.Select(span => span.Id).Append(ObservedSystem.CallerSpan).ToHashSet();
        var job = spans.Single(span => span.Name == Job);

        Assert.Equal(Services, spans.Select(span => span.Service).Distinct().Order(StringComparer.Ordinal));
        Assert.All(spans, span => Assert.Contains(span.ParentId, known));
        Assert.Equal(system.Traced.Id, job.Attribute(SpanTags.JobId));
        Assert.Equal(Stages, spans.Where(span => span.ParentId == job.Id).Select(span => span.Name));
        Assert.All(["inverting", "denoising"], stage => Assert.Equal(
            Enumerable.Range(1, Edits.Steps).Select(step => $"{step}"),
            spans.Where(span => span.Name == "step" && span.Attribute(SpanTags.Stage) == stage).Select(span => span.Attribute(SpanTags.Step))));
    }

    [Theory]
    [InlineData("videograin.v1.SegmentationService/SegmentVideo", "videograin-segmentation", "preparing")]
    [InlineData("videograin.v1.InversionService/Invert", "videograin-inversion", "inverting")]
    [InlineData("videograin.v1.DenoiserService/Denoise", "videograin-denoiser", "denoising")]
    public async Task Call_OfAStage_IsASpanOnBothEnds(string method, string service, string stage)
    {
        var spans = await TraceAsync(() => system.Collector.Spans.Where(span => span.TraceId == ObservedSystem.CallerTrace));
        var made = spans.Single(span => span.Name == method && span.Service == Orchestrator && span.Attribute("rpc.response.status_code") == "OK");
        var served = spans.Single(span => span.Name == method && span.Service == service && span.ParentId == made.Id);

        Assert.Equal(stage, spans.Single(span => span.Id == made.ParentId).Name);
        Assert.Equal("127.0.0.1", made.Attribute("server.address"));
        Assert.Equal((system.Traced.Id, stage, "OK"), (served.Attribute(SpanTags.JobId), served.Attribute(SpanTags.Stage), served.Attribute("rpc.response.status_code")));
    }

    [Fact]
    public async Task Job_TakenUpByALaterProcess_GoesOnInItsTrace()
    {
        const uint Steps = 30;
        var first = await system.OrchestratorAsync("resumed");
        var client = system.Client(first);
        var edit = await Edits.SubmitAsync(client, seed: 3, Cancellation, steps: Steps);
        await Edits.FollowAsync(client, edit.Id, happened => happened.Progress is { Stage: Stage.Denoising, StepsDone: >= 1 }, Cancellation);
        await system.StopAsync(first);

        var second = await system.OrchestratorAsync("resumed");
        await Edits.FinishAsync(system.Client(second), edit.Id, Cancellation);
        var attempts = await TraceAsync(() => system.Collector.Spans.Where(span => span.Attribute(SpanTags.JobId) == edit.Id && span.Name == Job), count: 2);

        Assert.Equal(["1", "2"], attempts.Select(span => span.Attribute(SpanTags.Attempt)));
        Assert.Single(attempts.Select(span => span.TraceId).Distinct());
        Assert.Single(attempts.Select(span => span.ParentId).Distinct());
        Assert.Contains("handed back", attempts[0].Events);
        Assert.Single(system.Collector.Spans.Where(span => span.Attribute(SpanTags.JobId) == edit.Id).Select(span => span.TraceId).Distinct());
    }

    /// <summary>Spans in the order of their ends, once those of jobs among them have come.</summary>
    private static async Task<List<ReceivedSpan>> TraceAsync(Func<IEnumerable<ReceivedSpan>> select, int count = 1)
    {
        await Waiting.UntilAsync(() => select().Count(span => span.Name == Job) >= count, "the spans of the jobs have come", Cancellation);
        return [.. select()];
    }
}
