using System.Globalization;
using System.Net;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.Observability.Tests.Support;

/// <summary>A service as probes and scrapes see it.</summary>
internal sealed class ProbedService(WebApplication app) : IAsyncDisposable
{
    private readonly HttpClient _client = new() { BaseAddress = app.GetEndpoints().Http, Timeout = Waiting.Patience };

    /// <summary>Address of its gRPC port.</summary>
    public Uri Grpc { get; } = app.GetEndpoints().Grpc;

    public async Task<(HttpStatusCode Status, string Text)> ProbeAsync(string path)
    {
        using var response = await _client.GetAsync(path, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>A metric's value: the one series with that name and, in its text, that label.</summary>
    public async Task<double> MetricAsync(string name, string label)
    {
        var text = await _client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        var line = text.Split('\n').Single(line => line.StartsWith(name + "{", StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal));
        return double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await app.StopAsync(CancellationToken.None).WaitAsync(Waiting.Patience, CancellationToken.None);
        await app.DisposeAsync();
    }
}
