using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using VideoGrain.Orchestrator.Tests.Support;

namespace VideoGrain.Orchestrator.Tests.S3;

/// <summary>An S3-compatible server that others wrote, in a process of its own; see peer/install.sh.</summary>
public sealed class S3Peer : IAsyncLifetime
{
    public const string Bucket = "artifacts";
    public const string Credential = "S3RVER";
    private readonly TempFolder _data = new();
    private Process? _process;

    public Uri Endpoint { get; private set; } = null!;

    private static string Script { get; } = typeof(S3Peer).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "S3Peer").Value!;

    public async ValueTask InitializeAsync()
    {
        Assert.True(
            Directory.Exists(Path.Combine(Path.GetDirectoryName(Script)!, "node_modules")), "the S3-compatible server is not installed: run tests/Orchestrator.Tests/setup.sh");
        _process = Process.Start(new ProcessStartInfo("node", [Script, _data.Path, Bucket]) { RedirectStandardInput = true, RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("node did not start");
        var port = await _process.StandardOutput.ReadLineAsync(Bounded.Token).AsTask().InTime();
        Endpoint = new UriBuilder("http", "127.0.0.1", int.Parse(port ?? "", CultureInfo.InvariantCulture)).Uri;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync(Bounded.Token).InTime();
            _process.Dispose();
        }

        _data.Dispose();
    }
}
