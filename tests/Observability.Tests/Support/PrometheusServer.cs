using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace VideoGrain.Observability.Tests.Support;

/// <summary>Debian's Prometheus on loopback, over a folder of its own.</summary>
internal sealed partial class PrometheusServer : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HttpClient? _client;

    private PrometheusServer(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) => Read(line.Data);
    }

    /// <summary>Starts a server and waits until it answers.</summary>
    /// <param name="configuration">Its configuration file.</param>
    /// <param name="data">A folder for its data.</param>
    public static async Task<PrometheusServer> StartAsync(string configuration, string data)
    {
        var start = new ProcessStartInfo(
            Tools.Prometheus,
            [$"--config.file={configuration}", $"--storage.tsdb.path={data}", "--web.listen-address=127.0.0.1:0", "--enable-feature=exemplar-storage"])
        {
            RedirectStandardError = true,
        };
        var server = new PrometheusServer(Process.Start(start)!);
        server._process.BeginErrorReadLine();
        server._process.Exited += (_, _) => server._address.TrySetException(new InvalidOperationException(string.Join('\n', server._log)));
        server._process.EnableRaisingEvents = true;
        server._client = new HttpClient { BaseAddress = await server._address.Task.WaitAsync(Waiting.Patience), Timeout = Waiting.Patience };
        return server;
    }

    /// <summary>The series of an instant query, with their labels and present values.</summary>
    public async Task<IReadOnlyList<(IReadOnlyDictionary<string, string> Labels, double Value)>> QueryAsync(string expression, CancellationToken cancellation)
    {
        var data = await GetAsync($"/api/v1/query?query={Uri.EscapeDataString(expression)}", cancellation);
        return [.. data.GetProperty("result").EnumerateArray().Select(series => (Labels(series.GetProperty("metric")), Number(series.GetProperty("value")[1])))];
    }

    /// <summary>Exemplars of the last minutes: labels of the series, trace of the exemplar.</summary>
    public async Task<IReadOnlyList<(IReadOnlyDictionary<string, string> Labels, string TraceId)>> ExemplarsAsync(string selector, CancellationToken cancellation)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var data = await GetAsync($"/api/v1/query_exemplars?query={Uri.EscapeDataString(selector)}&start={now - 3600}&end={now + 60}", cancellation);
        return
        [
            .. from series in data.EnumerateArray()
               from exemplar in series.GetProperty("exemplars").EnumerateArray()
               select (Labels(series.GetProperty("seriesLabels")), exemplar.GetProperty("labels").GetProperty("trace_id").GetString()!),
        ];
    }

    /// <summary>Data of an answer of the HTTP API.</summary>
    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellation)
    {
        using var response = await _client!.GetAsync(path, cancellation);
        var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellation)).RootElement;
        return answer.GetProperty("status").GetString() == "success"
            ? answer.GetProperty("data")
            : throw new InvalidOperationException($"{path}: {answer}");
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit(Waiting.Patience);
        _process.Dispose();
        _client?.Dispose();
    }

    private static Dictionary<string, string> Labels(JsonElement labels) => labels.EnumerateObject().ToDictionary(label => label.Name, label => label.Value.GetString()!);

    private static double Number(JsonElement value) => value.GetString() switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        { } text => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture),
        null => double.NaN,
    };

    private void Read(string? line)
    {
        if (line is null) return;
        _log.Enqueue(line);
        if (Listening().Match(line) is { Success: true } match) _address.TrySetResult(new Uri($"http://{match.Groups[1].Value}"));
    }

    [GeneratedRegex("""msg="Listening on" address=(\S+)""")]
    private static partial Regex Listening();
}
