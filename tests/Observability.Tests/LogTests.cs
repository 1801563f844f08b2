using System.Text.Json;
using VideoGrain.Observability.Tests.Support;

namespace VideoGrain.Observability.Tests;

/// <summary>What a stage writes about a job.</summary>
[Collection(SystemTests.Name)]
public sealed class LogTests(ObservedSystem system)
{
    [Fact]
    public void StandardOutput_OfAService_IsJsonLines()
    {
        var lines = system.Denoiser.Output.Select(line => JsonDocument.Parse(line).RootElement).ToList();

        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Equal("videograin-denoiser", line.GetProperty("service").GetString()));
        Assert.All(lines, line => Assert.NotEqual(default, line.GetProperty("time").GetDateTimeOffset()));
    }

    [Fact]
    public void Lines_AboutAJob_NameJobTraceStageAndStep()
    {
        var lines = system.Denoiser.Output.Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.TryGetProperty("job", out var job) && job.GetString() == system.Traced.Id).ToList();

        Assert.All(lines, line => Assert.Equal(
            ("denoising", ObservedSystem.CallerTrace), (line.GetProperty("stage").GetString(), line.GetProperty("trace").GetString())));
        Assert.Equal(
            Enumerable.Range(1, Edits.Steps),
            lines.Where(line => line.GetProperty("message").GetString()!.StartsWith("step ", StringComparison.Ordinal)).Select(line => line.GetProperty("step").GetInt32()));
    }

    [Fact]
    public async Task Logs_AtTheCollector_BelongToTheirTraces()
    {
        var trace = Convert.FromHexString(ObservedSystem.CallerTrace);
        await Waiting.UntilAsync(
            () => system.Collector.Logs.Any(log => log.Service == "videograin-denoiser" && log.Record.TraceId.Span.SequenceEqual(trace)
                && log.Record.Attributes.Any(attribute => attribute.Key == "JobId" && attribute.Value.StringValue == system.Traced.Id)),
            "a line about the job has come", TestContext.Current.CancellationToken);
    }
}
