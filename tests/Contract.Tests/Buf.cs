using System.Diagnostics;
using System.Reflection;

namespace VideoGrain.Contract.Tests;

/// <summary>The pinned linter, installed on first use.</summary>
internal static class Buf
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly Lazy<Task> Installed = new(InstallAsync);

    public static string Folder { get; } = Metadata("Folder");

    public static string Protos { get; } = Metadata("Protos");

    /// <summary>Runs it; answers its exit code and everything that it printed.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        await Installed.Value;
        return await StartAsync(Path.Combine(Folder, "node_modules", ".bin", "buf"), arguments);
    }

    private static async Task InstallAsync()
    {
        var (exitCode, output) = await StartAsync("bash", [Path.Combine(Folder, "setup.sh")]);
        Assert.True(exitCode == 0, $"setup.sh failed: {output}");
    }

    private static async Task<(int ExitCode, string Output)> StartAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        using var patience = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await output + await errors);
    }

    private static string Metadata(string key) => typeof(Buf).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == key).Value!;
}
