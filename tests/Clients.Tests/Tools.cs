using System.Diagnostics;
using System.Reflection;

namespace VideoGrain.Clients.Tests;

/// <summary>Folders and programs.</summary>
internal static class Tools
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private static readonly Lazy<Task> Installed = new(InstallAsync);

    public static string Folder { get; } = Path.GetFullPath(Metadata("Folder"));

    public static string Root { get; } = Path.GetFullPath(Metadata("Root"));

    public static string Examples { get; } = Path.Combine(Root, "docs", "examples");

    /// <summary>Installs what the examples need.</summary>
    public static Task InstalledAsync() => Installed.Value;

    public static ProcessStartInfo Start(string program, params IEnumerable<string> arguments) =>
        new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };

    private static async Task InstallAsync()
    {
        using var process = Process.Start(Start("bash", Path.Combine(Folder, "setup.sh")))!;
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(Patience);
        Assert.True(process.ExitCode == 0, $"setup.sh failed: {string.Concat(await output)}");
    }

    private static string Metadata(string key) => typeof(Tools).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == key).Value!;
}
