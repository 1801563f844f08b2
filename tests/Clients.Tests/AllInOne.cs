using System.Diagnostics;
using System.Net.NetworkInformation;
using VideoGrain.Clients.Tests;

[assembly: AssemblyFixture(typeof(AllInOne))]

namespace VideoGrain.Clients.Tests;

/// <summary>The real services in one process of their own, with the bundled model.</summary>
public sealed class AllInOne : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("videograin-clients-").FullName;
    private Process? _process;

    /// <summary>The orchestrator's gRPC port.</summary>
    public int Port { get; } = FreeBasePort();

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _process = Process.Start(Tools.Start(
            "dotnet", Path.Combine(AppContext.BaseDirectory, "videograin.dll"), "serve", "--port", $"{Port}", "--data", _data, "--models", Path.Combine(Tools.Root, "models")))!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        var ready = await _process.StandardOutput.ReadLineAsync().WaitAsync(Tools.Patience);
        Assert.Equal($"ready at http://127.0.0.1:{Port}/", ready);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync().WaitAsync(Tools.Patience);
            _process.Dispose();
        }

        Directory.Delete(_data, recursive: true);
    }

    // A base with its neighbours, gRPC and HTTP, that nobody listens on at this moment.
    private static int FreeBasePort()
    {
        const int step = 20, neighbours = 4, distance = 1000;
        var taken = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(endpoint => endpoint.Port).ToHashSet();
        return Enumerable.Range(0, 400).Select(i => 31080 + (i * step % 8000))
            .First(port => Enumerable.Range(port, neighbours).All(p => !taken.Contains(p) && !taken.Contains(p + distance)));
    }
}
