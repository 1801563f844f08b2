using Google.Protobuf;
using Grpc.Net.Client;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.Orchestrator.Benchmarks;

/// <summary>How long a submit and a claim take while many jobs wait, everything synced.</summary>
internal static class QueueBenchmark
{
    private const int Calls = 1000;
    private const int Warmup = 200;
    private const int Callers = 20;
    private const int FillTogether = 64;
    private const int Together = 4;

    /// <summary>Fills the queue and measures; writes to the console.</summary>
    public static async Task RunAsync(string[] settings, int jobs)
    {
        await using var app = OrchestratorHost.Build(settings);
        await app.StartAsync();
        await app.Services.GetRequiredService<Readiness>().Started;
        using var channel = GrpcChannel.ForAddress(app.GetEndpoints().Grpc);
        var client = new OrchestratorService.OrchestratorServiceClient(channel);
        var intake = app.Services.GetRequiredService<JobIntake>();
        var queue = app.Services.GetRequiredService<JobQueue>();
        var ids = app.Services.GetRequiredService<JobIds>();
        var number = 0;
        var fill = new Latencies($"fill, {FillTogether} at a time");
        await fill.MeasureAsync(jobs, FillTogether, () => intake.SubmitAsync(NewJob(ids.Next(), Interlocked.Increment(ref number)), CancellationToken.None));
        Console.WriteLine(fill);
        await new Latencies("").MeasureAsync(Warmup, Together, SubmitAsync);
        await new Latencies("").MeasureAsync(Warmup, Together, ClaimAsync);
        await MeasureAsync("SubmitEdit, bytes and all, one at a time", 1, SubmitAsync);
        await MeasureAsync($"SubmitEdit, bytes and all, {Together} at a time", Together, SubmitAsync);
        await MeasureAsync("submit into the queue, one at a time", 1, () => intake.SubmitAsync(NewJob(ids.Next(), Interlocked.Increment(ref number)), CancellationToken.None));
        await MeasureAsync("claim, one at a time", 1, ClaimAsync);
        await MeasureAsync($"claim, {Together} at a time", Together, ClaimAsync);
        await app.StopAsync();

        async Task SubmitAsync() => await Submissions.SubmitAsync(client, Interlocked.Increment(ref number));

        async Task ClaimAsync()
        {
            if (await queue.ClaimAsync("benchmark", CancellationToken.None) is null)
                throw new InvalidOperationException("The queue is empty.");
        }
    }

    private static async Task MeasureAsync(string name, int together, Func<Task> call)
    {
        var latencies = new Latencies(name);
        await latencies.MeasureAsync(Calls, together, call);
        Console.WriteLine(latencies);
    }

    private static NewJob NewJob(string id, int number) => new()
    {
        Id = id,
        Caller = $"caller-{number % Callers}",
        RequestId = "",
        Fingerprint = id,
        Specification = new EditSpecification { TargetPrompt = "a bear in the snow" }.ToByteArray(),
        Labels = new Dictionary<string, string>(),
        QueueTimeout = null,
        Clip = new ClipShape(3, 16, 16, 8),
        Source = ArtifactDigest.Of(BitConverter.GetBytes(number)),
        Artifacts = [],
        Warnings = [],
    };
}
