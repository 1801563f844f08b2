using System.Diagnostics;

namespace VideoGrain.Portable.Grpc.Tests.Interop;

/// <summary>The peers under tests/interop: installed once for all tests, each run as a process of its own.</summary>
public sealed class Peers : IAsyncLifetime
{
    private static readonly TimeSpan InstallTime = TimeSpan.FromMinutes(5);
    private static readonly string Folder = FindFolder();

    public async ValueTask InitializeAsync()
    {
        using var setup = Start("bash", Path.Combine(Folder, "setup.sh"));
        var output = setup.StandardOutput.ReadToEndAsync();
        var errors = setup.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(InstallTime);
        await setup.WaitForExitAsync(limit.Token);
        Assert.True(setup.ExitCode == 0, $"The interop peers cannot be installed (tests/interop/setup.sh): {await errors} {await output}");
    }

    public ValueTask DisposeAsync() => default;

    internal static Process StartClient(Peer peer, string target, string testCase) => peer == Peer.GrpcJs
        ? Start("node", Path.Combine(Folder, "js", "client.js"), target, testCase)
        : Start("/usr/bin/python3", Path.Combine(Folder, "python", "client.py"), target, testCase);

    internal static Process StartServer(Peer peer) => peer == Peer.GrpcJs
        ? Start("node", Path.Combine(Folder, "js", "server.js"))
        : Start("/usr/bin/python3", Path.Combine(Folder, "python", "server.py"));

    private static Process Start(string program, params string[] arguments)
    {
        var info = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // Python would leave compiled files beside the sources.
        info.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        return Process.Start(info)!;
    }

    private static string FindFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "tests", "interop");
            if (Directory.Exists(candidate))
                return candidate;
        }

        throw new DirectoryNotFoundException("tests/interop is not above the test assembly.");
    }
}
