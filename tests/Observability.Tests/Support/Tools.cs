using System.Diagnostics;

namespace VideoGrain.Observability.Tests.Support;

/// <summary>Programs of Debian's package prometheus.</summary>
internal static class Tools
{
    public static string Prometheus => Find("prometheus");

    /// <summary>Runs promtool; returns whether it was content, and what it wrote.</summary>
    public static async Task<(bool Succeeded, string Output)> PromtoolAsync(string folder, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Find("promtool"), arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(Waiting.Patience);
        return (process.ExitCode == 0, await output + await error);
    }

    private static string Find(string program)
    {
        var path = Path.Combine("/usr/bin", program);
        Assert.True(File.Exists(path), $"{program} is missing: run tests/Observability.Tests/setup.sh (Debian package prometheus)");
        return path;
    }
}
