using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Time.Testing;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.ServiceDefaults.Tests;

/// <summary>The log as a machine reads it.</summary>
public sealed class JsonLogTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Line_AboutAJob_NamesJobTraceStageAndStep()
    {
        using var span = new Activity("work").SetIdFormat(ActivityIdFormat.W3C).Start();
        var scope = new JobScope("job-7", "preparing");
        scope.Enter("denoising");
        scope.Step = 12;

        var line = Write([scope], LogLevel.Warning, "slow step {Seconds}", [new("Seconds", 1.5), new("{OriginalFormat}", "slow step {Seconds}")]);

        Assert.Equal(
            ("warn", "videograin-denoiser", "tests", "job-7", "denoising", 12, span.TraceId.ToHexString(), span.SpanId.ToHexString(), 1.5),
            (Text(line, "level"), Text(line, "service"), Text(line, "logger"), Text(line, "job"), Text(line, "stage"), line.GetProperty("step").GetInt32(),
                Text(line, "trace"), Text(line, "span"), line.GetProperty("fields").GetProperty("Seconds").GetDouble()));
        Assert.Equal(Noon, line.GetProperty("time").GetDateTimeOffset());
        Assert.False(line.GetProperty("fields").TryGetProperty("{OriginalFormat}", out _));
    }

    [Fact]
    public void Line_WithHostileText_StaysOneObjectOnOneLine()
    {
        var line = Write([new JobScope("a\"}\n{\"level\":\"fatal\"" + new string('x', 10_000), "inverting")], LogLevel.Information, "x\r\ny", []);

        Assert.Equal(("info", "x\r\ny", 128), (Text(line, "level"), Text(line, "message"), Text(line, "job").Length));
        Assert.False(line.TryGetProperty("step", out _));
        Assert.False(line.TryGetProperty("fields", out _));
    }

    [Fact]
    public void Line_WithAnException_HoldsIt()
    {
        var line = Write([], LogLevel.Error, "failed", [], new InvalidOperationException("no\nroom"));

        Assert.Contains("InvalidOperationException: no\nroom", Text(line, "exception"), StringComparison.Ordinal);
    }

    private static string Text(JsonElement line, string name) => line.GetProperty(name).GetString()!;

    private static JsonElement Write(
        object[] scopes, LogLevel level, string message, KeyValuePair<string, object?>[] state, Exception? exception = null)
    {
        using var services = new ServiceCollection()
            .AddSingleton(new ServiceDescription("Denoiser", 1)).AddSingleton<TimeProvider>(new FakeTimeProvider(Noon))
            .AddSingleton<ConsoleFormatter, JsonLogFormatter>().BuildServiceProvider();
        var provider = new LoggerExternalScopeProvider();
        foreach (var scope in scopes) provider.Push(scope);
        using var writer = new StringWriter();
        services.GetRequiredService<ConsoleFormatter>().Write(
            new LogEntry<KeyValuePair<string, object?>[]>(level, "tests", 0, state, exception, (_, _) => message), provider, writer);

        Assert.Single(writer.ToString().TrimEnd().Split('\n'));
        return JsonDocument.Parse(writer.ToString()).RootElement;
    }
}
