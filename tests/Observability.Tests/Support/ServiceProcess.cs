using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace VideoGrain.Observability.Tests.Support;

/// <summary>A service as a program of its own, with everything that it writes.</summary>
internal sealed class ServiceProcess : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();

    private ServiceProcess(Process process, int grpc, int http)
    {
        _process = process;
        (Grpc, Http) = (new Uri($"http://127.0.0.1:{grpc}"), new Uri($"http://127.0.0.1:{http}"));
        process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
    }

    public Uri Grpc { get; }

    public Uri Http { get; }

    /// <summary>Lines on standard output so far.</summary>
    public IReadOnlyCollection<string> Output => _output;

    /// <summary>Starts a service.</summary>
    /// <param name="program">Its program, beside the tests.</param>
    /// <param name="libraries">A folder whose native libraries it finds before the system's.</param>
    /// <param name="settings">Its configuration.</param>
    public static ServiceProcess Start(string program, string libraries, params string[] settings)
    {
        var (grpc, http) = (FreePort(), FreePort());
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, program), [$"--Endpoints:GrpcPort={grpc}", $"--Endpoints:HttpPort={http}", .. settings])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["LD_LIBRARY_PATH"] = libraries },
        };
        var result = new ServiceProcess(Process.Start(start)!, grpc, http);
        result._process.BeginOutputReadLine();
        result._process.BeginErrorReadLine();
        return result;
    }

    /// <summary>Waits until the service is ready.</summary>
    public async Task ReadyAsync(CancellationToken cancellation)
    {
        using var client = new HttpClient { BaseAddress = Http, Timeout = Waiting.Patience };
        await Waiting.UntilAsync(
            async () =>
            {
                if (_process.HasExited) throw new InvalidOperationException($"The service ended at once: {string.Join('\n', _errors)} {string.Join('\n', _output)}");
                try
                {
                    using var response = await client.GetAsync("/readyz", cancellation);
                    return response.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "the service is ready", cancellation);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit(Waiting.Patience);
        _process.Dispose();
    }

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null) lines.Enqueue(line);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
