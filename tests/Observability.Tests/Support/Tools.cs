using System.Diagnostics;

namespace VideoGrain.Observability.Tests.Support;

/// <summary>Programs of Debian's package prometheus, and scripts of this repository.</summary>
internal static class Tools
{
    public static string Prometheus => Find("prometheus");

    /// <summary>Runs promtool; returns whether it was content, and what it wrote.</summary>
    public static Task<(bool Succeeded, string Output)> PromtoolAsync(string folder, params string[] arguments) => RunAsync(Find("promtool"), folder, arguments);

    /// <summary>Runs a script of the repository, by the shell that containers have.</summary>
    public static Task<(bool Succeeded, string Output)> ScriptAsync(string script, params string[] arguments) => RunAsync("/bin/sh", "/", [script, .. arguments]);

    private static async Task<(bool Succeeded, string Output)> RunAsync(string program, string folder, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(Waiting.Patience);
        return (process.ExitCode == 0, await output + await error);
    }

    /// <summary>The folder of the library that stands for NVIDIA's management library.</summary>
    public static string FakeNvml
    {
        get
        {
            var folder = Repository.At("artifacts", "native", "fake-nvml");
            Assert.True(Directory.Exists(folder), "the library that stands for NVIDIA's is missing: run tests/FakeNvml/setup.sh");
            return folder;
        }
    }

    private static string Find(string program)
    {
        var path = Path.Combine("/usr/bin", program);
        Assert.True(File.Exists(path), $"{program} is missing: run tests/Observability.Tests/setup.sh (Debian package prometheus)");
        return path;
    }
}
